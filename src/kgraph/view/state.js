// The data, its indexes, and the state that a link keeps. Text from articles only ever becomes a text node.
async function unpacked(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).text();
}
const given = document.getElementById('data');
const data = JSON.parse(given.type === 'application/json' ? given.textContent : await unpacked(given.textContent));
const byId = id => document.getElementById(id);
// What the first drawing does not need is made when it is first asked for.
const once = make => { let value, isMade = false; return () => { if (!isMade) { value = make(); isMade = true; } return value; }; };
const index = rows => new Map(rows.map(row => [row.id, row]));
const nodes = index(data.nodes), edges = index(data.edges);
const facts = index(data.facts), allSentences = once(() => index(data.sentences));
const sentences = {get: id => allSentences().get(id), has: id => allSentences().has(id)};
const articles = new Map(Object.entries(data.articles));
const groups = new Map(data.groups.map(group => [group.name, group]));
const REALIS = ['actual', 'planned', 'hypothetical', 'negated'];
const LINES = {relation: 'Standing relations', role: 'Roles in events', claim: 'Who says so'};
const TABS = ['graph', 'places', 'events', 'relations', 'names'];
const quiet = matchMedia('(prefers-reduced-motion: reduce)').matches;

const word = name => Object.hasOwn(data.words, name) ? data.words[name] : name;
const nameOf = id => {
  const node = nodes.get(id);
  if (node && node.kind === 'event') return word(node.cls) + (node.date ? `, ${node.date}` : '');
  return node ? node.name : Object.hasOwn(data.others, id) ? data.others[id] : id;
};
const digits = new Intl.NumberFormat('en'); // made once: toLocaleString makes one a call
const plural = (count, one, many = one + 's') => `${digits.format(count)} ${count === 1 ? one : many}`;
const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

// What is switched off, by the name it has in a link.
const OFF = {classes: 'nocls', relations: 'norel', realis: 'nois', lines: 'noline', sources: 'nosrc'};
const isDate = text => /^\d{4}(-\d{2}(-\d{2})?)?$/.test(text);

// The state of the page as its address has it; what the graph does not know is left out.
function readHash() {
  const given = new URLSearchParams(address().slice(1));
  const kind = ['node', 'edge', 'sentence'].find(key => given.has(key));
  const id = kind ? given.get(kind) : null;
  const isKnown = {node: () => nodes.has(id), edge: () => lineOf(id) !== undefined, sentence: () => sentences.has(id)};
  const isThere = kind !== undefined && isKnown[kind]();
  const node = key => nodes.has(given.get(key)) ? given.get(key) : null;
  const many = key => new Set(given.getAll(key).filter(id => nodes.has(id)));
  const date = key => isDate(given.get(key) || '') ? given.get(key) : '';
  const least = Number(given.get('least'));
  return {
    tab: TABS.includes(given.get('tab')) ? given.get('tab') : 'graph', kind: isThere ? kind : null, id: isThere ? id : null,
    ...Object.fromEntries(Object.entries(OFF).map(([name, key]) => [name, new Set(given.getAll(key))])),
    since: date('since'), until: date('until'), says: given.get('says') || '', least: least > 0 && least <= 1 ? least : 0,
    loose: given.has('loose'), fold: given.has('fold'), clusters: given.has('clusters'),
    near: node('near'), steps: given.get('steps') === '2' ? 2 : 1, from: node('from'), to: node('to'),
    hide: many('hide'), more: many('more'),
    pin: new Map(given.getAll('pin').map(text => /^(-?\d+),(-?\d+),(.+)$/s.exec(text)).filter(found => found && nodes.has(found[3]))
      .map(found => [found[3], {x: +found[1], y: +found[2]}])),
  };
}
function toHash(state, isWithSelection = true) {
  const parts = [];
  const add = (key, value) => parts.push(`${key}=${encodeURIComponent(value)}`);
  if (isWithSelection && state.kind) add(state.kind, state.id);
  if (isWithSelection && state.tab !== 'graph') add('tab', state.tab);
  for (const [name, key] of Object.entries(OFF)) for (const value of state[name]) add(key, value);
  for (const key of ['since', 'until', 'says', 'least', 'from', 'to', 'near']) if (state[key]) add(key, state[key]);
  if (state.near && state.steps === 2) add('steps', 2);
  for (const key of ['loose', 'fold', 'clusters']) if (state[key]) add(key, 1);
  for (const key of ['hide', 'more']) for (const id of state[key]) add(key, id);
  for (const [id, place] of state.pin) add('pin', `${place.x},${place.y},${id}`);
  return '#' + parts.join('&');
}
// Every step is an entry of the browser's history: its back and forward are our undo and redo. A page inside
// a notebook has no address of its own; there the steps are kept here.
let state = null, depth = 0, deepest = 0, kept = null;
const address = () => kept ? kept[depth] : location.hash;
function go(change) {
  const hash = toHash({...state, ...change});
  if (hash !== (address() || '#')) {
    const before = address();
    if (!kept) try { history.pushState({depth: depth + 1}, '', hash); } catch { kept = [before]; depth = 0; }
    if (kept) kept = [...kept.slice(0, depth + 1), hash];
    deepest = ++depth;
  }
  onState();
}
function step(way) {
  if (depth + way < 0 || depth + way > deepest) return;
  if (!kept) { history.go(way); return; }
  depth += way;
  onState();
}
const without = (set, id) => { const copy = new Set(set); copy.delete(id); return copy; };
const withOne = (set, id) => new Set(set).add(id);
const everything = () => ({
  ...Object.fromEntries(Object.keys(OFF).map(name => [name, new Set()])),
  since: '', until: '', says: '', least: 0, near: null, from: null, to: null, hide: new Set(),
});

// An element with attributes, event listeners and children; strings become text, never markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(9).filter(child => child != null && child !== ''));
  return element;
}
const named = (tag, text, attributes = {}) => make(tag, {dir: 'auto', ...attributes}, text);
function drawing(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
