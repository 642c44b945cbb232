// The state becomes the page; controls and keys; then the first drawing.
let lastView = null, lastFit = null, lastShown = null, isFilled = false;
function onState(isToMove = true) {
  const before = state;
  state = readHash();
  const view = toHash(state, false), beyond = state.kind === 'node' && (far || !linked.has(state.id)) ? state.id : '';
  if (view + '\n' + beyond !== lastShown) { shown = visible(); findClusters(); lastShown = view + '\n' + beyond; }
  if (view !== lastView) {
    showNotes();
    if (isFilled) { drawLegend(); drawHistogram(); }
    lastView = view;
  }
  for (const button of byId('tabs').children) {
    const isOpen = button.dataset.tab === state.tab;
    button.setAttribute('aria-selected', isOpen);
    button.tabIndex = isOpen ? 0 : -1;
  }
  const isTable = Object.hasOwn(TABLES, state.tab);
  byId('graph').hidden = state.tab !== 'graph';
  byId('places').hidden = state.tab !== 'places';
  byId('list').hidden = !isTable;
  if (isTable) {
    byId('list').setAttribute('aria-labelledby', `tab-${state.tab}`);
    if (!before || before.tab !== state.tab || view !== byId('list').dataset.view) showTable(state.tab);
    byId('list').dataset.view = view;
  }
  showPanel(state.kind, state.id);
  if (state.tab === 'graph') {
    if (!network) startDrawing();
    if (before || state.kind) bringForward(state.kind, state.id, isToMove && !isClick);
    const walk = [state.near, state.steps, state.from, state.to].join('\n');
    if (lastFit !== null && walk !== lastFit) fitAll();
    lastFit = walk;
  }
  if (state.tab === 'places') drawMap();
  const none = byId('empty');
  none.hidden = shown.nodes.size > 0;
  none.textContent = data.nodes.length ? 'Nothing passes the filters.' : 'This graph has nothing in it.';
  byId('status').textContent = `${plural(shown.nodes.size, 'node')} and ${plural(shown.edges.size, 'line')} shown · ` +
    `${plural(shown.facts.size, 'fact')} from ${plural(articles.size, 'article')}`;
  const hidden = data.nodes.filter(node => node.far && !shown.nodes.has(node.id)).length;
  const isOverview = far && !state.near && !(state.from && state.to);
  byId('left-out').textContent = [
    isOverview ? `The ${digits.format((data.nodes.length - far))} most connected nodes are drawn; ${plural(hidden, 'more appears', 'more appear')} where you search, walk or expand.` : '',
    data.left_out ? `${plural(data.left_out, 'node is', 'nodes are')} left out of this page.` : '',
  ].filter(Boolean).join(' ');
  byId('fold').setAttribute('aria-pressed', state.fold);
  byId('communities').setAttribute('aria-pressed', state.clusters);
  byId('undo').disabled = depth === 0;
  byId('redo').disabled = depth >= deepest;
}

function startControls() {
  byId('zoom-in').onclick = () => zoomBy(1.4);
  byId('zoom-out').onclick = () => zoomBy(1 / 1.4);
  byId('fit').onclick = () => fitAll();
  byId('fold').onclick = () => go({fold: !state.fold});
  byId('communities').onclick = () => go({clusters: !state.clusters});
  byId('undo').onclick = () => step(-1);
  byId('redo').onclick = () => step(1);
  byId('physics').onclick = event => {
    const isOn = event.target.getAttribute('aria-pressed') !== 'true';
    event.target.setAttribute('aria-pressed', isOn);
    keepPositions();
    network.setOptions({physics: {enabled: isOn}});
  };
  byId('filters-button').onclick = event => {
    const isOpen = document.body.classList.toggle('with-filters');
    event.target.setAttribute('aria-expanded', isOpen);
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
  const onNode = change => { if (state.kind === 'node') go(change(state.id)); };
  const KEYS = {
    '/': () => byId('search').focus(), f: () => fitAll(), z: () => step(-1), y: () => step(1),
    1: () => onNode(near => ({near, steps: 1, from: null, to: null})), 2: () => onNode(near => ({near, steps: 2, from: null, to: null})),
    h: () => onNode(id => ({hide: withOne(state.hide, id), kind: null})), e: () => onNode(id => ({more: withOne(state.more, id)})),
    p: () => onNode(id => ({pin: state.pin.has(id) ? new Map([...state.pin].filter(([other]) => other !== id)) : pinned([id])})),
    v: () => go({fold: !state.fold}), c: () => go({clusters: !state.clusters}),
  };
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      if (document.body.classList.contains('with-filters')) byId('filters-button').click();
      else if (pathFrom) { pathFrom = null; showNotes(); }
      else go({kind: null});
    } else if (event.target.matches('input:not([type="checkbox"]), select')) return;
    else if (Object.hasOwn(KEYS, event.key)) { event.preventDefault(); KEYS[event.key](); }
  });
}

startControls();
startSaving();
startSearch();
startMap();
onState(); // with it the first drawing
addEventListener('popstate', event => {
  depth = (event.state && event.state.depth) || 0;
  deepest = Math.max(depth, deepest);
  onState();
});
addEventListener('hashchange', () => onState());
// vis-network draws in the next frame, which is shown with the one after; then legend and filters, whose room is kept free.
requestAnimationFrame(() => {
  if (network && !isPainted) network.redraw();
  document.documentElement.dataset.drawn = 'true';
  requestAnimationFrame(() => setTimeout(() => {
    startFilters();
    isFilled = true;
    drawLegend();
    drawHistogram();
    document.documentElement.dataset.ready = 'true';
  }));
});
