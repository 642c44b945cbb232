// The data, its indexes, and what is switched on. Text from articles only ever becomes a text node.
const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id);
const index = rows => new Map(rows.map(row => [row.id, row]));
const nodes = index(data.nodes), edges = index(data.edges);
const facts = index(data.facts), sentences = index(data.sentences);
const articles = new Map(Object.entries(data.articles));
const groups = new Map(data.groups.map(group => [group.name, group]));
const REALIS = ['actual', 'planned', 'hypothetical', 'negated'];
const LINES = {relation: 'Standing relations', role: 'Roles in events', claim: 'Who says so'};
const quiet = matchMedia('(prefers-reduced-motion: reduce)').matches;

const word = name => Object.hasOwn(data.words, name) ? data.words[name] : name;
const nameOf = id => {
  const node = nodes.get(id);
  if (node && node.kind === 'event') return word(node.cls) + (node.date ? `, ${node.date}` : '');
  return node ? node.name : Object.hasOwn(data.others, id) ? data.others[id] : id;
};
const plural = (count, one, many = one + 's') => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

// Every fact under every node, edge and sentence it belongs to, in the order of time.
const factsOf = new Map();
const file = (id, fact) => {
  if (!factsOf.has(id)) factsOf.set(id, []);
  const list = factsOf.get(id);
  if (list[list.length - 1] !== fact) list.push(fact);
};
for (const fact of data.facts) {
  const named = [fact.subject, fact.object, ...(fact.roles || []).map(role => role[1]), ...(fact.by || [])];
  if (fact.kind === 'event') named.push(fact.id);
  for (const id of new Set(named.filter(Boolean))) file(id, fact);
  for (const id of fact.sentences || []) file('sentence ' + id, fact);
}

const emptyFilter = () => ({classes: new Set(), realis: new Set(), lines: new Set(), loose: false, since: '', until: ''});
let filter = emptyFilter(); // what is switched off, save for loose
const linked = new Set(data.edges.flatMap(edge => [edge.from, edge.to]));
const loose = data.nodes.filter(node => !linked.has(node.id)).length;
const allLoose = linked.size === 0; // then hiding the unconnected would hide everything

// A date as precise as the text gave it is inside a range where any of its days is.
const padded = (date, fill) => (date + fill.slice(date.length));
function isInTime(fact) {
  if (!filter.since && !filter.until) return true;
  if (!fact.begin) return false;
  const end = fact.end || fact.begin;
  return (!filter.since || padded(end, '9999-99-99') >= filter.since) &&
    (!filter.until || fact.begin <= padded(filter.until, '9999-99-99'));
}
const isOn = fact => !filter.realis.has(fact.realis) &&
  (fact.kind === 'event' ? isInTime(fact) && !filter.classes.has(fact.cls) : true);

// What is to be drawn now: node ids, and for each edge the strongest realis of its facts.
function visible() {
  const factOn = new Set(data.facts.filter(isOn).map(fact => fact.id));
  const allowed = node => !filter.classes.has(node.cls) && (node.kind !== 'event' || factOn.has(node.id));
  const shownEdges = new Map(), touched = new Set();
  for (const edge of data.edges) {
    if (filter.lines.has(edge.kind) || !allowed(nodes.get(edge.from)) || !allowed(nodes.get(edge.to))) continue;
    const told = edge.facts.filter(id => factOn.has(id)).map(id => facts.get(id).realis);
    if (!told.length) continue;
    shownEdges.set(edge.id, REALIS.find(realis => told.includes(realis)) || told[0]);
    touched.add(edge.from).add(edge.to);
  }
  const shownNodes = new Set();
  for (const node of data.nodes)
    if (allowed(node) && (touched.has(node.id) || filter.loose || allLoose)) shownNodes.add(node.id);
  return {nodes: shownNodes, edges: shownEdges};
}
let shown = visible();

// The state that a link keeps: what is selected and which view is open.
function readHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  const kind = ['node', 'edge', 'sentence'].find(key => given.has(key));
  const tab = ['events', 'relations', 'names'].find(name => name === given.get('tab')) || 'graph';
  const id = kind ? given.get(kind) : null;
  const known = {node: nodes, edge: edges, sentence: sentences}[kind];
  return {tab, kind: known && known.has(id) ? kind : null, id: known && known.has(id) ? id : null};
}
function go(change) {
  const next = {...readHash(), ...change};
  const parts = [];
  if (next.kind) parts.push(`${next.kind}=${encodeURIComponent(next.id)}`);
  if (next.tab !== 'graph') parts.push(`tab=${next.tab}`);
  const hash = parts.length ? '#' + parts.join('&') : '#';
  if (hash !== (location.hash || '#')) history.pushState(null, '', hash);
  onState();
}

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
function drawing(tag, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
