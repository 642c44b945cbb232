// Which facts pass the filters, and what of the graph is drawn for them.

// Every fact under every node, edge and sentence it belongs to, in the order of time.
const factIndex = once(() => {
  const found = new Map();
  const file = (id, fact) => { if (found.has(id)) found.get(id).push(fact); else found.set(id, [fact]); };
  for (const fact of data.facts) {
    const named = [fact.subject, fact.object, ...(fact.roles || []).map(role => role[1]), ...(fact.by || [])];
    if (fact.kind === 'event') named.push(fact.id);
    for (const id of new Set(named.filter(Boolean))) file(id, fact);
    for (const id of new Set(fact.sentences)) file('sentence ' + id, fact);
  }
  return found;
});
const factsOf = id => factIndex().get(id) || [];
const NO_SOURCE = 'No source named';
// What copies of one report have alike is one evidence: that of the earliest of them.
const firstOf = id => (sentences.get(id) || {}).first || id;
const reportOf = id => firstOf(id).split('#')[0];
const sourceOf = id => (articles.get((sentences.get(id) || {}).article) || {}).source || NO_SOURCE;
const sourcesOf = fact => [...new Set((fact.sentences || []).map(sourceOf))];
const claims = once(() => countOf(data.facts.filter(fact => fact.by), fact => fact.by)); // who says something -> how much

// The events folded: each a line from actor to recipient, or to where or what it was done where there is none.
// An event with one party only stays a node. Lines between the same two nodes are bent apart.
const ENDS = ['recipient', 'base', 'place', 'object', 'instrument'];
const folding = once(() => {
  const folds = new Map(), folded = new Set();
  for (const fact of data.facts) if (fact.kind === 'event') {
    const inRole = role => (fact.roles || []).filter(part => part[0] === role && nodes.has(part[1])).map(part => part[1]);
    const actors = inRole('actor'), others = ENDS.map(inRole).find(list => list.length) || [];
    for (const from of actors) for (const to of others) if (from !== to) {
      const id = `${from}|${fact.cls}|${to}`;
      if (!folds.has(id)) folds.set(id, {id, from, to, kind: 'fold', name: fact.cls, facts: []});
      folds.get(id).facts.push(fact.id);
      folded.add(fact.id);
    }
  }
  const lines = [...data.edges.filter(edge => !folded.has(edge.from)).map(edge => ({...edge})), ...folds.values()];
  const pairs = new Map();
  const ends = line => line.from < line.to ? `${line.from}\n${line.to}` : `${line.to}\n${line.from}`;
  for (const line of lines) pairs.set(ends(line), [...(pairs.get(ends(line)) || []), line]);
  for (const list of pairs.values()) list.forEach((line, i) => {
    const turn = 0.18 * (i + 1 - (list.length + 1) / 2) * (line.from < line.to ? 1 : -1);
    line.smooth = turn ? {enabled: true, type: turn > 0 ? 'curvedCW' : 'curvedCCW', roundness: Math.abs(turn)} : {enabled: false};
  });
  return {folds, folded, lines};
});
const lineOf = id => edges.get(id) || folding().folds.get(id);
const isFolded = id => state.fold && folding().folded.has(id);

const linked = new Set(data.edges.flatMap(edge => [edge.from, edge.to]));
const loose = data.nodes.filter(node => !linked.has(node.id)).length;
const allLoose = linked.size === 0; // then hiding the unconnected would hide everything
const far = data.nodes.filter(node => node.far).length;

// A date as precise as the text gave it is inside a range where any of its days is.
const padded = (date, fill) => (date + fill.slice(date.length));
function isInTime(fact) {
  if (!state.since && !state.until) return true;
  if (!fact.begin) return fact.kind !== 'event';
  const end = fact.end || fact.begin;
  return (!state.since || padded(end, '9999-99-99') >= state.since) &&
    (!state.until || fact.begin <= padded(state.until, '9999-99-99'));
}
function isOn(fact) {
  return !state.realis.has(fact.realis) && isInTime(fact) &&
    !(fact.kind === 'event' ? state.classes : state.relations).has(fact.cls) &&
    !(fact.confidence < state.least) && (!state.says || (fact.by || []).includes(state.says)) &&
    (!state.sources.size || !(fact.sentences || []).length || sourcesOf(fact).some(source => !state.sources.has(source)));
}

// What is to be drawn now: the ids of nodes, and of each line the realis and the width its facts give it.
function visible() {
  const factOn = new Set(data.facts.filter(isOn).map(fact => fact.id));
  const isAllowed = id => {
    const node = nodes.get(id);
    return !state.hide.has(id) && !state.classes.has(node.cls) && (node.kind !== 'event' || factOn.has(id));
  };
  const lines = (state.fold ? folding().lines : data.edges).filter(line =>
    !state.lines.has(line.kind === 'fold' ? 'role' : line.kind) && !(line.kind === 'role' && state.relations.has(line.name)) &&
    isAllowed(line.from) && isAllowed(line.to) && line.facts.some(id => factOn.has(id)));
  const only = walked(lines);
  const beside = neighbours(lines, [...state.more, ...(state.kind === 'node' ? [state.id] : [])]);
  const isIn = id => only ? only.has(id) : !nodes.get(id).far || beside.has(id);
  const shownEdges = new Map(), touched = new Set();
  for (const line of lines) {
    if (!isIn(line.from) || !isIn(line.to)) continue;
    const told = line.facts.filter(id => factOn.has(id)).map(id => facts.get(id));
    const places = new Set(told.flatMap(fact => (fact.sentences || []).map(firstOf)));
    shownEdges.set(line.id, {
      line, realis: REALIS.find(realis => told.some(fact => fact.realis === realis)) || told[0].realis,
      evidence: Math.max(places.size, 1),
    });
    touched.add(line.from).add(line.to);
  }
  const isNarrowed = Boolean(state.says || state.least || state.sources.size);
  const shownNodes = new Set();
  for (const node of data.nodes)
    if (isAllowed(node.id) && isIn(node.id) && !isFolded(node.id) &&
      (touched.has(node.id) || (only && only.has(node.id)) || (state.loose && !isNarrowed) || allLoose || state.id === node.id))
      shownNodes.add(node.id);
  return {nodes: shownNodes, edges: shownEdges, facts: factOn};
}
let shown = null;
