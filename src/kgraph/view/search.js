// Search: any name form, without regard to case and accents; names that begin with it come first.
const plain = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const forms = once(() => data.nodes.flatMap(node => node.kind === 'event'
  ? [{id: node.id, text: `${word(node.cls)} ${node.date} ${node.name}`, weight: 0}]
  : [node.name, ...(node.names || [])].map(text => ({id: node.id, text, weight: 1 + factsOf(node.id).length})))
  .map(form => ({...form, plain: plain(form.text)})));
function found(query) {
  const wanted = plain(query.trim());
  if (!wanted) return [];
  const best = new Map();
  for (const form of forms()) {
    const at = form.plain.indexOf(wanted);
    if (at < 0) continue;
    const rank = at === 0 ? 0 : form.plain[at - 1] === ' ' ? 1 : 2;
    const old = best.get(form.id);
    if (!old || rank < old.rank) best.set(form.id, {...form, rank});
  }
  return [...best.values()].sort((a, b) => a.rank - b.rank || b.weight - a.weight || compared(a.text, b.text)).slice(0, 12);
}

// What is looked for is shown, whatever the filters say; in the middle of a path it is the path's other end.
let pathFrom = null;
function startPath(id) {
  pathFrom = id;
  showNotes();
  byId('search').focus();
}
function choose(id) {
  if (pathFrom && pathFrom !== id) {
    const from = pathFrom;
    pathFrom = null;
    go({from, to: id, near: null, kind: null, tab: 'graph', hide: without(without(state.hide, from), id)});
    return;
  }
  pathFrom = null;
  const tab = state.tab === 'places' && nodes.get(id).point ? 'places' : 'graph';
  const change = {kind: 'node', id, tab, hide: without(state.hide, id)};
  const before = state;
  state = {...state, ...change};
  const isThere = () => visible().nodes.has(id) || isFolded(id);
  let more = {};
  if (!isThere()) { more = {near: null, from: null, to: null}; state = {...state, ...more}; }
  if (!isThere()) more = {...everything(), hide: change.hide};
  state = before;
  go({...change, ...more});
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
      return make('li', {role: 'option', id: `hit-${i}`, onmousedown: event => { event.preventDefault(); take(i); }},
        sign(node.group), named('span', nameOf(hit.id), {class: 'word'}),
        isOther ? named('span', hit.text, {class: 'alias'}) : make('span', {class: 'alias'}, word(node.cls)));
    }));
    if (input.value.trim() && !hits.length) list.append(make('li', {class: 'none', role: 'option', 'aria-disabled': 'true'}, 'No such name'));
    list.hidden = !input.value.trim();
    input.setAttribute('aria-expanded', !list.hidden);
    point(hits.length ? 0 : -1);
  };
  const hide = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); point(-1); };
  const take = i => {
    if (!hits[i]) return;
    hide();
    input.value = '';
    choose(hits[i].id);
    (byId('panel').hidden ? byId('canvas') : byId('panel')).focus();
  };
  input.addEventListener('input', show);
  input.addEventListener('focus', () => { if (input.value) show(); });
  input.addEventListener('blur', hide);
  input.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' && hits.length) point((at + 1) % hits.length);
    else if (event.key === 'ArrowUp' && hits.length) point((at - 1 + hits.length) % hits.length);
    else if (event.key === 'Enter') take(at);
    else if (event.key === 'Escape' && !list.hidden) { hide(); event.stopPropagation(); }
    else return;
    event.preventDefault();
  });
}
