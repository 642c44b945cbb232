// Legend, filters and the timeline. Each change is a step of the history.
function countOf(rows, key) {
  const counts = new Map();
  for (const row of rows) for (const name of [key(row)].flat()) counts.set(name, (counts.get(name) || 0) + 1);
  return counts;
}
// A box that switches one or several names of a set on or off, and keeps the focus when it is drawn anew.
function box(label, set, names, extra = {}) {
  const off = names.filter(name => state[set].has(name)).length;
  const input = make('input', {type: 'checkbox', 'data-key': `${set} ${extra.key || names[0]}`, onchange: () => {
    const next = new Set(state[set]);
    for (const name of names) if (input.checked) next.delete(name); else next.add(name);
    go({[set]: next});
  }});
  input.checked = off < names.length;
  input.indeterminate = off > 0 && off < names.length;
  return make('label', {class: extra.class || 'row'}, input, extra.sign || null, named('span', label, {class: 'word'}),
    extra.count === undefined ? null : make('span', {class: 'count'}, digits.format(extra.count)));
}
function flag(label, name, count) {
  const input = make('input', {type: 'checkbox', 'data-key': name, onchange: () => go({[name]: input.checked})});
  input.checked = state[name];
  return make('label', {class: 'row'}, input, make('span', {class: 'word'}, label), make('span', {class: 'count'}, digits.format(count)));
}
const counts = once(() => ({
  classes: countOf(data.nodes, node => node.cls), realis: countOf(data.facts, fact => fact.realis), lines: countOf(data.edges, edge => edge.kind),
  relations: countOf(data.facts.filter(fact => fact.kind === 'relation'), fact => fact.cls),
  roles: countOf(data.edges.filter(edge => edge.kind === 'role'), edge => edge.name),
  sources: countOf(data.facts.filter(fact => (fact.sentences || []).length), sourcesOf),
}));
const groupOf = once(() => new Map(data.nodes.map(node => [node.cls, node.group])));
const most = counts => [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || compared(word(a), word(b)));

function drawLegend() {
  const focused = document.activeElement && document.activeElement.dataset.key;
  const order = data.groups.map(group => group.name);
  const sections = [...new Set(data.groups.map(group => group.section))];
  byId('legend').replaceChildren(...sections.map(section => {
    const classes = most(counts().classes).filter(cls => groups.get(groupOf().get(cls)).section === section)
      .sort((a, b) => order.indexOf(groupOf().get(a)) - order.indexOf(groupOf().get(b)));
    return classes.length && make('fieldset', {}, make('legend', {}, box(section, 'classes', classes, {class: 'all', key: section})),
      classes.map(cls => box(word(cls), 'classes', [cls], {sign: sign(groupOf().get(cls)), count: counts().classes.get(cls)})));
  }).filter(Boolean));
  byId('clusters').replaceChildren(...(state.clusters ? [make('fieldset', {}, make('legend', {}, 'Communities, around'),
    clusters.map(cluster => make('button', {class: 'row', type: 'button', onclick: () => choose(cluster.hub)},
      drawing('svg', {viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', class: 'sign'},
        drawing('circle', {cx: 8, cy: 8, r: 6, fill: cluster.color})),
      named('span', nameOf(cluster.hub), {class: 'word'}), make('span', {class: 'count'}, String(cluster.count)))))] : []));
  byId('realis').replaceChildren(...[...new Set([...REALIS, ...counts().realis.keys()])].filter(realis => counts().realis.has(realis)).map(realis => {
    const dashes = {actual: {}, negated: {'stroke-dasharray': '2 3'}}[realis] || {'stroke-dasharray': '5 3'};
    const line = drawing('svg', {viewBox: '0 0 26 16', width: 26, height: 16, 'aria-hidden': 'true', class: 'sign'},
      drawing('path', {d: 'M1 8h24', stroke: theme().soft, 'stroke-width': 2, ...dashes}));
    return box(realis, 'realis', [realis], {sign: line, count: counts().realis.get(realis)});
  }));
  byId('lines').replaceChildren(...Object.entries(LINES).filter(([kind]) => counts().lines.has(kind)).map(([kind, label]) =>
    box(label, 'lines', [kind], {count: counts().lines.get(kind)})), loose && !allLoose ? flag('Unconnected nodes', 'loose', loose) : '');
  for (const [id, set] of [['relations', 'relations'], ['roles', 'relations'], ['sources', 'sources']]) {
    const counted = counts()[id];
    byId(id).parentElement.hidden = !counted.size;
    byId(id).replaceChildren(...(counted.size > 1 ? [box('All', set, [...counted.keys()], {key: 'all ' + id})] : []),
      ...most(counted).map(name => box(word(name), set, [name], {count: counted.get(name)})));
  }
  for (const id of ['realis', 'lines']) byId(id).parentElement.hidden = !byId(id).childElementCount;
  byId('reset').hidden = !data.nodes.length;
  if (focused) for (const input of byId('filters').querySelectorAll('input')) if (input.dataset.key === focused) input.focus();
  byId('says').value = claims().has(state.says) ? state.says : '';
  byId('least').value = state.least;
  byId('least-value').textContent = state.least ? state.least.toFixed(2) : 'any';
  for (const name of ['since', 'until']) { byId(name).value = state[name]; byId(name).setAttribute('aria-invalid', 'false'); }
}

// Bars of dated events by year, by month where all lie within three years, by decade beyond sixty.
// A press and a drag choose a range, a click one bar, and the same click again everything.
const timeline = once(() => {
  const events = data.facts.filter(fact => fact.kind === 'event');
  const dates = events.filter(fact => fact.begin).map(fact => fact.begin);
  const years = [...new Set(dates.map(date => date.slice(0, 4)))].sort();
  const first = +years[0], last = +years[years.length - 1];
  const unit = last - first < 3 ? 7 : last - first > 60 ? 3 : 4;
  const bins = [];
  if (years.length && unit === 3) for (let decade = Math.floor(first / 10); decade <= Math.floor(last / 10); decade++) bins.push(String(decade).padStart(3, '0'));
  else if (years.length) for (let year = first; year <= last; year++) {
    const name = String(year).padStart(4, '0');
    if (unit === 4) bins.push(name);
    else for (let month = 1; month <= 12; month++) bins.push(`${name}-${String(month).padStart(2, '0')}`);
  }
  return {
    events, dates, unit, bins, all: countOf(dates, date => date.slice(0, unit)), nameOf: bin => unit === 3 ? bin + '0s' : bin,
    first: bin => unit === 3 ? bin + '0' : bin, last: bin => unit === 3 ? bin + '9' : bin,
  };
});
let drag = null;
function drawHistogram() {
  const {events, dates, unit, bins, all, nameOf: binName} = timeline();
  byId('time').hidden = !bins.length;
  if (!bins.length) return;
  const step = 200 / bins.length;
  const on = countOf(events.filter(fact => fact.begin && shown.facts.has(fact.id)), fact => fact.begin.slice(0, unit));
  const top = Math.max(...bins.map(bin => all.get(bin) || 0), 1), chart = byId('histogram');
  const tall = count => count ? Math.max(2, 40 * count / top) : 0;
  chart.setAttribute('viewBox', '0 0 200 56');
  chart.replaceChildren();
  const lit = drag ? [Math.min(...drag), Math.max(...drag)] : [-1, -1];
  bins.forEach((bin, i) => {
    const bar = (count, name) => drawing('rect', {x: i * step + step * 0.08, y: 42 - tall(count), width: step * 0.84, height: tall(count), class: name});
    const isLit = i >= lit[0] && i <= lit[1];
    const hit = drawing('rect', {x: i * step, y: 0, width: step, height: 42, class: isLit ? 'hit lit' : 'hit', 'data-bin': i});
    const title = drawing('title', {});
    title.textContent = `${binName(bin)}: ${plural(all.get(bin) || 0, 'event')}`;
    hit.append(title);
    chart.append(bar(all.get(bin) || 0, 'bar out'), bar(on.get(bin) || 0, 'bar'), hit);
  });
  for (const [bin, x, anchor] of [[bins[0], 0, 'start'], [bins[bins.length - 1], 200, 'end']]) {
    const label = drawing('text', {x, y: 54, 'text-anchor': anchor});
    label.textContent = binName(bin);
    if (bins.length > 1 || anchor === 'start') chart.append(label);
  }
  const undated = events.length - dates.length;
  byId('undated').textContent = undated ? `${plural(undated, 'event has', 'events have')} no date.` : '';
}
function startTimeline() {
  const chart = byId('histogram');
  const {bins, first, last} = timeline();
  const binAt = event => {
    const room = chart.getBoundingClientRect();
    return Math.max(0, Math.min(bins.length - 1, Math.floor((event.clientX - room.left) / room.width * bins.length)));
  };
  chart.addEventListener('pointerdown', event => {
    if (!bins.length || event.button) return;
    drag = [binAt(event), binAt(event)];
    chart.setPointerCapture(event.pointerId);
    drawHistogram();
    event.preventDefault();
  });
  chart.addEventListener('pointermove', event => {
    if (!drag || drag[1] === binAt(event)) return;
    drag[1] = binAt(event);
    drawHistogram();
  });
  chart.addEventListener('pointercancel', () => { drag = null; drawHistogram(); });
  chart.addEventListener('pointerup', () => {
    if (!drag) return;
    const since = first(bins[Math.min(...drag)]), until = last(bins[Math.max(...drag)]);
    drag = null;
    go(since === state.since && until === state.until ? {since: '', until: ''} : {since, until});
  });
  for (const name of ['since', 'until']) byId(name).onchange = event => {
    const text = event.target.value.trim(), isGood = isDate(text) || text === '';
    event.target.setAttribute('aria-invalid', !isGood);
    if (isGood) go({[name]: text});
  };
}
function startFilters() {
  const speakers = [...claims().keys()].sort((a, b) => claims().get(b) - claims().get(a) || compared(nameOf(a), nameOf(b)));
  byId('says').append(...speakers.map(id => make('option', {value: id}, `${nameOf(id).slice(0, 60)} (${claims().get(id)})`)));
  byId('says').parentElement.hidden = !speakers.length;
  byId('says').onchange = event => go({says: event.target.value});
  byId('least').parentElement.parentElement.hidden = !data.facts.some(fact => fact.confidence !== undefined);
  byId('least').oninput = event => { byId('least-value').textContent = +event.target.value ? (+event.target.value).toFixed(2) : 'any'; };
  byId('least').onchange = event => go({least: +event.target.value});
  byId('reset').onclick = () => go(everything());
  startTimeline();
}

// What narrows the view, each with a way out of it, above the view.
function showNotes() {
  const off = Object.keys(OFF).reduce((sum, name) => sum + state[name].size, 0);
  const note = (text, change) => make('li', {}, named('span', text), make('button', {
    type: 'button', 'aria-label': `Undo: ${text}`, onclick: () => { pathFrom = null; go(change); showNotes(); },
  }, '×'));
  const list = [
    pathFrom ? note(`Path from ${nameOf(pathFrom)}: now choose the other end`, {}) : null,
    state.near ? note(`${plural(state.steps, 'step')} around ${nameOf(state.near)}`, {near: null}) : null,
    state.from && state.to ? note(`${hasPath ? 'Shortest paths' : 'No path'} from ${nameOf(state.from)} to ${nameOf(state.to)}`, {from: null, to: null}) : null,
    state.says ? note(`Only what ${nameOf(state.says)} says`, {says: ''}) : null,
    state.since || state.until ? note(`${state.since || '…'} to ${state.until || '…'}`, {since: '', until: ''}) : null,
    state.least ? note(`Confidence from ${state.least.toFixed(2)}`, {least: 0}) : null,
    off ? note(`${off} switched off`, Object.fromEntries(Object.keys(OFF).map(name => [name, new Set()]))) : null,
    state.hide.size ? note(`${state.hide.size} hidden`, {hide: new Set()}) : null,
    state.more.size ? note(`${state.more.size} expanded`, {more: new Set()}) : null,
    state.pin.size ? note(`${state.pin.size} pinned`, {pin: new Map()}) : null,
  ].filter(Boolean);
  byId('notes').replaceChildren(...list);
  byId('notes').hidden = !list.length;
}
