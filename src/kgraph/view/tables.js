// The same facts as text: tables for reading, sorting and for a screen reader.
const ROWS = 200; // rows at once
const sorting = {events: [0, 1], relations: [0, 1], names: [3, -1]};

const firstSentence = fact => {
  const sentence = sentences.get((fact.sentences || [])[0]);
  return sentence ? named('span', sentence.text, {class: 'quote'}) : '';
};
const inRole = (fact, ...roles) => (fact.roles || []).filter(role => roles.includes(role[0])).map(role => role[1]);
const whoSays = fact => (fact.by || []).map(nameOf).join(', ');
const opener = (text, target) => named('button', text, {class: 'name', type: 'button', onclick: () => go(target)});

// The tables follow the filters, and a walk where there is one.
const isWalk = () => Boolean(state.near || state.from && state.to);
const isListed = fact => shown.facts.has(fact.id) && (!isWalk() || (fact.kind === 'event'
  ? (shown.nodes.has(fact.id) || (fact.roles || []).filter(role => shown.nodes.has(role[1])).length > 1)
  : shown.nodes.has(fact.subject) && (!fact.object || shown.nodes.has(fact.object))));

// Each column: heading, text to sort by, and (where it is not just that text) what to show.
const TABLES = {
  events: {
    rows: () => data.facts.filter(fact => fact.kind === 'event' && isListed(fact)),
    columns: [
      ['Date', when], ['Event', fact => word(fact.cls), fact => opener(word(fact.cls), {kind: 'node', id: fact.id})],
      ['Actor', fact => inRole(fact, 'actor').map(nameOf).join(', ')],
      ['Recipient', fact => inRole(fact, 'recipient').map(nameOf).join(', ')],
      ['Where', fact => inRole(fact, 'place', 'base').map(nameOf).join(', ')],
      ['Status', fact => fact.realis, fact => chip(fact.realis, fact.realis === 'actual' ? '' : 'unsure')],
      ['According to', whoSays], ['Sentence', fact => fact.id, firstSentence],
    ],
  },
  relations: {
    rows: () => data.facts.filter(fact => fact.kind === 'relation' && isListed(fact)),
    columns: [
      ['Subject', fact => nameOf(fact.subject), fact => opener(nameOf(fact.subject), {kind: 'node', id: fact.subject})],
      ['Relation', fact => word(fact.cls)], ['Object', fact => fact.object ? nameOf(fact.object) : fact.value || ''],
      ['Status', fact => fact.realis, fact => chip(fact.realis, fact.realis === 'actual' ? '' : 'unsure')],
      ['According to', whoSays], ['Sentence', fact => fact.id, firstSentence],
    ],
  },
  names: {
    rows: () => data.nodes.filter(node => node.kind === 'entity' && !state.classes.has(node.cls) &&
      (!isWalk() || shown.nodes.has(node.id))),
    columns: [
      ['Name', node => node.name, node => opener(node.name, {kind: 'node', id: node.id})], ['Class', node => word(node.cls)],
      ['Other names', node => (node.names || []).join(', ')], ['Facts', node => factsOf(node.id).length],
    ],
  },
};

const compared = new Intl.Collator('en', {numeric: true}).compare;
function showTable(name) {
  const {rows, columns} = TABLES[name], [by, way] = sorting[name];
  const key = columns[by][1];
  const sorted = rows().map(row => [key(row), row]) // what has no value comes last, whichever way
    .sort((a, b) => (a[0] === '') - (b[0] === '') || way * compared(String(a[0]), String(b[0])));
  const heads = columns.map(([title], i) => make('th', {
    scope: 'col', 'aria-sort': i === by ? (way > 0 ? 'ascending' : 'descending') : 'none',
  }, make('button', {type: 'button', onclick: () => {
    sorting[name] = [i, i === by ? -way : 1];
    showTable(name);
    byId('list').querySelectorAll('th button')[i].focus();
  }}, title)));
  const body = make('tbody');
  const more = make('button', {class: 'more', type: 'button'});
  let at = 0;
  const add = () => {
    for (const [, row] of sorted.slice(at, at + ROWS))
      body.append(make('tr', {}, columns.map(([title, text, cell]) =>
        cell ? make('td', {'data-title': title}, cell(row)) : named('td', String(text(row)), {'data-title': title}))));
    at = Math.min(at + ROWS, sorted.length);
    more.textContent = `Show more (${sorted.length - at} left)`;
    more.hidden = at >= sorted.length;
  };
  more.addEventListener('click', add);
  add();
  byId('list').replaceChildren(make('table', {},
    make('caption', {}, `${plural(sorted.length, {events: 'event', relations: 'relation', names: 'name'}[name])}`),
    make('thead', {}, make('tr', {}, heads)), body), more);
}
