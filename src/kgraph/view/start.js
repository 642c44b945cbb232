// Legend, filters, search box, keys; then the first drawing.
function countOf(rows, key) {
  const counts = new Map();
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) || 0) + 1);
  return counts;
}
function box(label, isChecked, change, extra = {}) {
  const input = make('input', {type: 'checkbox', onchange: event => { change(event.target.checked); applyFilter(); }});
  input.checked = isChecked;
  input.indeterminate = Boolean(extra.mixed);
  return make('label', {class: extra.class || 'row'}, input, extra.sign || null, make('span', {class: 'word'}, label),
    extra.count === undefined ? null : make('span', {class: 'count'}, extra.count.toLocaleString('en')));
}
const toggle = (set, name) => isOn => { if (isOn) set.delete(name); else set.add(name); };

function drawLegend() {
  const counts = countOf(data.nodes, node => node.cls);
  const groupOf = new Map(data.nodes.map(node => [node.cls, node.group]));
  const order = data.groups.map(group => group.name);
  const sections = [...new Set(data.groups.map(group => group.section))];
  byId('legend').replaceChildren(...sections.map(section => {
    const classes = [...counts.keys()].filter(cls => groups.get(groupOf.get(cls)).section === section)
      .sort((a, b) => order.indexOf(groupOf.get(a)) - order.indexOf(groupOf.get(b)) || counts.get(b) - counts.get(a) || compared(word(a), word(b)));
    if (!classes.length) return '';
    const off = classes.filter(cls => filter.classes.has(cls)).length;
    return make('fieldset', {}, make('legend', {}, box(section, off < classes.length, isOn => {
      for (const cls of classes) toggle(filter.classes, cls)(isOn);
    }, {class: 'all', mixed: off > 0 && off < classes.length})),
    classes.map(cls => box(word(cls), !filter.classes.has(cls), toggle(filter.classes, cls),
      {sign: sign(groupOf.get(cls)), count: counts.get(cls)})));
  }).filter(Boolean));
  const told = countOf(data.facts, fact => fact.realis);
  byId('realis').replaceChildren(...[...new Set([...REALIS, ...told.keys()])].filter(realis => told.has(realis)).map(realis => {
    const line = drawing('svg', {viewBox: '0 0 26 16', width: 26, height: 16, 'aria-hidden': 'true', class: 'sign'});
    line.append(drawing('path', {d: 'M1 8h24', stroke: theme().soft, 'stroke-width': 2, ...(realis === 'actual' ? {} : {'stroke-dasharray': '5 3'})}));
    return box(realis, !filter.realis.has(realis), toggle(filter.realis, realis), {sign: line, count: told.get(realis)});
  }));
  const kinds = countOf(data.edges, edge => edge.kind);
  byId('lines').replaceChildren(...Object.entries(LINES).filter(([kind]) => kinds.has(kind)).map(([kind, label]) =>
    box(label, !filter.lines.has(kind), toggle(filter.lines, kind), {count: kinds.get(kind)})),
  ...(loose && !allLoose ? [box('Unconnected nodes', filter.loose, isOn => { filter.loose = isOn; }, {count: loose})] : []));
}

// Bars of dated events by year, or by month where all lie within two years; a click chooses one.
function drawHistogram() {
  const dates = data.facts.filter(fact => fact.kind === 'event' && fact.begin).map(fact => fact.begin);
  byId('time').hidden = dates.length === 0;
  if (!dates.length) return;
  const years = [...new Set(dates.map(date => date.slice(0, 4)))].sort();
  const span = years[years.length - 1] - years[0];
  const length = span < 2 ? 7 : span > 60 ? 3 : 4;
  const counts = countOf(dates.filter(date => date.length >= length), date => date.slice(0, length));
  const names = [];
  if (length === 4) for (let year = +years[0]; year <= +years[years.length - 1]; year++) names.push(String(year).padStart(4, '0'));
  else names.push(...[...counts.keys()].sort());
  const most = Math.max(...counts.values()), step = 200 / names.length;
  const chart = byId('histogram');
  chart.setAttribute('viewBox', '0 0 200 56');
  chart.replaceChildren();
  names.forEach((name, i) => {
    const count = counts.get(name) || 0, height = count ? Math.max(2, 40 * count / most) : 0;
    const isOut = (filter.since && padded(name, '9999-99-99') < filter.since) || (filter.until && name > filter.until);
    const bar = drawing('rect', {x: i * step + step * 0.1, y: 42 - height, width: step * 0.8, height, class: isOut ? 'bar out' : 'bar'});
    const hit = drawing('rect', {x: i * step, y: 0, width: step, height: 42, class: 'hit'});
    hit.append(drawing('title', {}));
    hit.firstChild.textContent = `${name}: ${plural(count, 'event')}`;
    hit.addEventListener('click', () => {
      const isSame = filter.since === name && filter.until === name;
      filter.since = filter.until = isSame ? '' : name;
      applyFilter();
    });
    chart.append(bar, hit);
  });
  for (const [name, x, anchor] of [[names[0], 0, 'start'], [names[names.length - 1], 200, 'end']]) {
    const label = drawing('text', {x, y: 54, 'text-anchor': anchor});
    label.textContent = name;
    if (names.length > 1 || anchor === 'start') chart.append(label);
  }
}

function applyFilter() {
  shown = visible();
  showFilter();
  onState(false);
}
function showFilter() {
  drawLegend();
  drawHistogram();
  byId('since').value = filter.since;
  byId('until').value = filter.until;
}

function onState(isToMove = true) {
  const state = readHash();
  for (const button of byId('tabs').children) {
    const isOpen = button.dataset.tab === state.tab;
    button.setAttribute('aria-selected', isOpen);
    button.tabIndex = isOpen ? 0 : -1;
  }
  byId('graph').hidden = state.tab !== 'graph';
  byId('list').hidden = state.tab === 'graph';
  if (state.tab !== 'graph') {
    byId('list').setAttribute('aria-labelledby', `tab-${state.tab}`);
    showTable(state.tab);
  }
  showPanel(state.kind, state.id);
  if (state.tab === 'graph') bringForward(state.kind, state.id, isToMove && !isClick);
  const none = byId('empty');
  none.hidden = shown.nodes.size > 0;
  none.textContent = data.nodes.length ? 'Nothing passes the filters.' : 'This graph has nothing in it.';
  byId('status').textContent = `${plural(shown.nodes.size, 'node')} and ${plural(shown.edges.size, 'line')} shown · ` +
    `${plural(data.facts.length, 'fact')} from ${plural(articles.size, 'article')}`;
}

function startSearch() {
  const input = byId('search'), list = byId('hits');
  let hits = [], at = -1;
  const point = next => {
    at = next;
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', i === at));
    if (at >= 0) { input.setAttribute('aria-activedescendant', `hit-${at}`); list.children[at].scrollIntoView({block: 'nearest'}); }
    else input.removeAttribute('aria-activedescendant');
  };
  const show = () => {
    hits = found(input.value);
    list.replaceChildren(...hits.map((hit, i) => {
      const node = nodes.get(hit.id), isOther = node.kind !== 'event' && hit.text !== node.name;
      return make('li', {role: 'option', id: `hit-${i}`, onmousedown: event => { event.preventDefault(); choose(i); }},
        sign(node.group), named('span', nameOf(hit.id), {class: 'word'}),
        isOther ? named('span', hit.text, {class: 'alias'}) : make('span', {class: 'alias'}, word(node.cls)));
    }));
    if (input.value.trim() && !hits.length) list.append(make('li', {class: 'none', role: 'option', 'aria-disabled': 'true'}, 'No such name'));
    list.hidden = !input.value.trim();
    input.setAttribute('aria-expanded', !list.hidden);
    point(hits.length ? 0 : -1);
  };
  const hide = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); point(-1); };
  const choose = i => {
    if (!hits[i]) return;
    const id = hits[i].id;
    hide();
    if (!shown.nodes.has(id)) { // what is looked for is shown, whatever the filters say
      const node = nodes.get(id);
      filter.classes.delete(node.cls);
      shown = visible();
      if (!shown.nodes.has(id)) { filter = {...emptyFilter(), loose: !linked.has(id)}; }
      applyFilter();
    }
    go({kind: 'node', id, tab: 'graph'});
    byId('panel').focus();
  };
  input.addEventListener('input', show);
  input.addEventListener('focus', () => { if (input.value) show(); });
  input.addEventListener('blur', hide);
  input.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' && hits.length) point((at + 1) % hits.length);
    else if (event.key === 'ArrowUp' && hits.length) point((at - 1 + hits.length) % hits.length);
    else if (event.key === 'Enter') choose(at);
    else if (event.key === 'Escape' && !list.hidden) { hide(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  });
}

function startControls() {
  byId('zoom-in').onclick = () => zoomBy(1.4);
  byId('zoom-out').onclick = () => zoomBy(1 / 1.4);
  byId('fit').onclick = () => fitAll();
  byId('picture').onclick = savePicture;
  byId('physics').onclick = event => {
    const isOn = event.target.getAttribute('aria-pressed') !== 'true';
    event.target.setAttribute('aria-pressed', isOn);
    keepPositions();
    network.setOptions({physics: {enabled: isOn}});
  };
  byId('reset').onclick = () => { filter = emptyFilter(); applyFilter(); };
  byId('filters-button').onclick = event => {
    const isOpen = document.body.classList.toggle('with-filters');
    event.target.setAttribute('aria-expanded', isOpen);
  };
  for (const name of ['since', 'until']) byId(name).onchange = event => {
    const text = event.target.value.trim(), isDate = /^\d{4}(-\d{2}(-\d{2})?)?$/.test(text) || text === '';
    event.target.setAttribute('aria-invalid', !isDate);
    if (isDate) { filter[name] = text; applyFilter(); }
  };
  const tabs = [...byId('tabs').children];
  tabs.forEach((button, i) => {
    button.onclick = () => go({tab: button.dataset.tab});
    button.onkeydown = event => {
      const move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!move) return;
      const next = tabs[(i + move + tabs.length) % tabs.length];
      next.focus();
      go({tab: next.dataset.tab});
    };
  });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') go({kind: null});
    else if (event.target.matches('input:not([type="checkbox"])')) return;
    else if (event.key === '/') { byId('search').focus(); event.preventDefault(); }
    else if (event.key === 'f') fitAll();
  });
}

if (data.left_out) byId('left-out').textContent =
  `The ${data.nodes.length.toLocaleString('en')} most connected nodes are drawn; ${plural(data.left_out, 'node is', 'nodes are')} left out.`;
startDrawing();
startControls();
startSearch();
showFilter();
onState();
addEventListener('hashchange', () => onState());
document.documentElement.dataset.ready = 'true';
