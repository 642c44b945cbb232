// The side panel: a node, an edge or a sentence with its facts, each with the words it was read from.
const PAGE = 40; // facts at once

function nodeButton(id) {
  const node = nodes.get(id);
  if (!node) return named('bdi', nameOf(id), {class: 'name', title: 'Not drawn'});
  return named('button', nameOf(id), {class: 'name', type: 'button', onclick: () => choose(id)});
}
const joined = parts => parts.flatMap((part, i) => i ? [', ', part] : [part]);

// The sentence with the words that tell the fact as <mark> and every mention as a button to who is meant.
function marked(sentence, fact) {
  const letters = Array.from(sentence.text); // offsets are code points
  const parties = new Set(fact ? [fact.subject, fact.object, ...(fact.roles || []).map(role => role[1])] : []);
  const telling = fact ? sentence.marks.filter(mark => mark[2] === fact.id) : [];
  const spans = telling.map(([b, e]) => [b, e, null]);
  for (const [b, e, id] of sentence.marks)
    if (!spans.some(span => b < span[1] && span[0] < e)) spans.push([b, e, id]);
  spans.sort((a, b) => a[0] - b[0]);
  const quote = make('blockquote', {dir: 'auto'});
  let at = 0;
  for (const [b, e, id] of spans) {
    quote.append(letters.slice(at, b).join(''));
    const text = letters.slice(b, e).join('');
    if (id === null) quote.append(make('mark', {}, text));
    else if (nodes.has(id)) quote.append(make('button', {
      type: 'button', class: parties.has(id) ? 'mention party' : 'mention', title: nameOf(id),
      onclick: () => choose(id),
    }, text));
    else quote.append(text);
    at = e;
  }
  quote.append(letters.slice(at).join(''));
  return quote;
}

function citation(sentence) {
  const article = articles.get(sentence.article) || {title: sentence.article};
  const isWeb = /^https?:\/\//i.test(article.url || '');
  const title = isWeb
    ? named('a', article.title, {href: article.url, rel: 'noopener noreferrer', target: '_blank'})
    : named('cite', article.title);
  return make('p', {class: 'cite'}, title, ...[article.author, article.source, article.date].filter(Boolean)
    .flatMap(text => [' · ', named('bdi', text)]));
}

const when = fact => fact.begin
  ? fact.begin + (fact.end && fact.end !== fact.begin ? ` to ${fact.end}` : '')
  : '';
const chip = (text, kind = '') => named('span', text, {class: 'chip ' + kind});

function statement(fact) {
  if (fact.kind === 'relation')
    return make('p', {class: 'said'}, nodeButton(fact.subject), ` ${word(fact.cls)} `,
      fact.object ? nodeButton(fact.object) : named('q', fact.value || ''));
  const rows = new Map();
  for (const [role, id] of fact.roles || []) rows.set(role, [...(rows.get(role) || []), nodeButton(id)]);
  for (const [role, value] of fact.values || []) rows.set(role, [...(rows.get(role) || []), named('bdi', value)]);
  return make('dl', {}, [...rows].flatMap(([role, parts]) =>
    [make('dt', {}, word(role)), make('dd', {}, joined(parts))]));
}

// The sentences of one report in several outlets, the earliest first: one quotation, and who prints it.
function byReport(told) {
  const groups = new Map();
  for (const sentence of told) {
    const first = firstOf(sentence.id);
    groups.set(first, [...(groups.get(first) || []), sentence]);
  }
  return [...groups.values()].map(group => [...group.filter(s => !s.first), ...group.filter(s => s.first)]);
}
function outlets(group) {
  const papers = new Set(group.map(sentence => sentence.article));
  if (papers.size < 2) return null;
  return make('details', {}, make('summary', {}, `${papers.size} outlets of one report`),
    group.slice(1).map(sentence => [sentence.text === group[0].text ? null : marked(sentence, null), citation(sentence)]));
}

function card(fact, here) {
  const heading = make('div', {class: 'fact-head'},
    fact.kind === 'event' || when(fact) ? make('time', {}, when(fact) || 'no date') : null,
    fact.kind === 'event' && fact.id !== here
      ? make('button', {class: 'name strong', type: 'button', onclick: () => choose(fact.id)}, word(fact.cls))
      : make('strong', {}, word(fact.cls)),
    fact.mode ? chip(fact.mode) : null,
    fact.realis !== 'actual' ? chip(fact.realis, 'unsure') : null);
  const notes = [];
  if (fact.by) notes.push(make('span', {}, 'according to ', joined(fact.by.map(nodeButton))));
  if (fact.basis && fact.begin) notes.push(`date: ${fact.basis}`);
  if (fact.confidence !== undefined) notes.push(`confidence ${fact.confidence.toFixed(2)}`);
  const told = (fact.sentences || []).map(id => sentences.get(id)).filter(Boolean);
  return make('li', {class: 'fact ' + fact.realis}, heading, statement(fact),
    make('p', {class: 'notes'}, notes.flatMap((note, i) => i ? [' · ', note] : [note])),
    byReport(told).map(group => {
      const sentence = group[0];
      const others = factsOf('sentence ' + sentence.id).length - 1;
      return [marked(sentence, fact), citation(sentence), outlets(group),
        others > 0 && here !== sentence.id ? make('button', {
          class: 'more', type: 'button', onclick: () => go({kind: 'sentence', id: sentence.id}),
        }, `${plural(others, 'more fact')} from this sentence`) : null];
    }),
    told.length ? null : make('p', {class: 'cite'}, 'No sentence is recorded for this.'));
}

function factList(list, here) {
  const on = list.filter(fact => shown.facts.has(fact.id));
  const box = make('ol', {class: 'facts'});
  const rest = make('button', {class: 'more', type: 'button'});
  let at = 0;
  const add = () => {
    box.append(...on.slice(at, at + PAGE).map(fact => card(fact, here)));
    at = Math.min(at + PAGE, on.length);
    rest.textContent = `Show ${plural(Math.min(PAGE, on.length - at), 'more fact')} of ${on.length - at}`;
    rest.hidden = at >= on.length;
  };
  rest.addEventListener('click', add);
  add();
  const off = list.length - on.length;
  return [box, rest, off ? make('p', {class: 'hint'}, `${plural(off, 'fact is', 'facts are')} hidden by the filters.`) : null];
}

// What can be done from here: walk on, narrow to what it says, put it aside.
function nodeTools(id) {
  const tool = (text, change, title, isOn = false) => make('button', {
    type: 'button', title, 'aria-pressed': isOn ? 'true' : null, onclick: () => go(change()),
  }, text);
  const isNear = steps => state.near === id && state.steps === steps;
  const around = steps => tool(plural(steps, 'step'), () => isNear(steps) ? {near: null}
    : {near: id, steps, from: null, to: null, tab: 'graph'}, `Only what is within ${plural(steps, 'step')} (${steps})`, isNear(steps));
  const said = claims().get(id), point = nodes.get(id).point;
  const more = [...neighbours(data.edges, [id])].filter(other => !shown.nodes.has(other) && !state.hide.has(other)).length;
  return make('div', {class: 'node-tools', role: 'toolbar', 'aria-label': 'Walk'},
    around(1), around(2),
    make('button', {type: 'button', title: 'Then choose the other end', onclick: () => startPath(id)}, 'Path to…'),
    far && more && !state.more.has(id) ? tool('Expand', () => ({more: withOne(state.more, id)}), 'Draw what it is linked with, and keep it (e)') : null,
    said ? tool(`Only what it says (${said})`, () => ({says: state.says === id ? '' : id}), 'Facts according to this source', state.says === id) : null,
    point && state.tab !== 'places' ? tool('Map', () => ({tab: 'places'}), 'Show on the map') : null,
    shown.nodes.has(id) ? tool('Pin', () => ({pin: state.pin.has(id) ? new Map([...state.pin].filter(([other]) => other !== id)) : pinned([id])}),
      'Keep it where it is (p)', state.pin.has(id)) : null,
    tool('Hide', () => ({hide: withOne(state.hide, id), kind: null}), 'Leave it out of the drawing (h)'));
}

function panelFor(kind, id) {
  const list = kind === 'edge' ? lineOf(id).facts.map(f => facts.get(f))
    : factsOf(kind === 'sentence' ? 'sentence ' + id : id);
  const close = make('button', {class: 'close', type: 'button', 'aria-label': 'Close details', onclick: () => go({kind: null})}, '×');
  const told = list.flatMap(fact => fact.sentences || []);
  const papers = new Set(told.map(s => (sentences.get(s) || {}).article)), reports = new Set(told.map(reportOf));
  const count = `${plural(list.length, 'fact')} from ` + (reports.size < papers.size
    ? `${plural(reports.size, 'report')} in ${plural(papers.size, 'article')}` : plural(papers.size, 'article'));
  if (kind === 'node') {
    const node = nodes.get(id);
    const names = (node.names || []).length
      ? make('p', {class: 'names'}, 'Also: ', joined(node.names.map(name => named('bdi', name)))) : null;
    const title = node.kind === 'event' ? `${word(node.cls)}${node.date ? ', ' + node.date : ''}` : node.name;
    return [make('div', {class: 'panel-head'}, sign(node.group), named('h2', title), close),
      make('p', {class: 'kind'}, node.kind === 'event' ? ['Event: ', named('q', node.name)] : `${word(node.cls)} · ${count}`),
      names, nodeTools(id), factList(list, id)];
  }
  if (kind === 'edge') {
    const edge = lineOf(id);
    return [make('div', {class: 'panel-head'}, make('h2', {}, word(edge.name)), close),
      make('p', {class: 'kind'}, nodeButton(edge.from), ' → ', nodeButton(edge.to)),
      make('p', {class: 'kind'}, count), factList(list, id)];
  }
  return [make('div', {class: 'panel-head'}, make('h2', {}, 'One sentence'), close),
    marked(sentences.get(id), null), citation(sentences.get(id)),
    make('p', {class: 'kind'}, `${plural(list.length, 'fact')} read from it`), factList(list, id)];
}

let lastPanel = null;
function showPanel(kind, id) {
  const panel = byId('panel'), isSame = lastPanel === `${kind} ${id}`;
  if (!kind && panel.hidden) return;
  const at = panel.scrollTop;
  lastPanel = `${kind} ${id}`;
  panel.hidden = !kind;
  document.body.classList.toggle('with-panel', Boolean(kind));
  panel.replaceChildren(...(kind ? panelFor(kind, id).flat(9).filter(Boolean) : []));
  panel.scrollTop = isSame ? at : 0;
}
