// Walking: neighbourhoods, paths, communities. A step leads from one entity to another: an event on the way
// is no stop, so that steps mean the same whether events are folded or not.
const isEvent = id => nodes.get(id).kind === 'event';
function beside(lines) {
  const found = new Map();
  const add = (from, to) => { if (!found.has(from)) found.set(from, new Set()); found.get(from).add(to); };
  for (const line of lines) { add(line.from, line.to); add(line.to, line.from); }
  return found;
}
function neighbours(lines, centres, steps = 1) {
  const found = new Set(centres);
  if (!centres.length) return found;
  const next = beside(lines);
  let edge = [...centres];
  for (let step = 0; step < steps; step++) {
    const reached = [];
    const reach = id => { if (!found.has(id)) { found.add(id); reached.push(id); } };
    for (const id of edge) for (const other of next.get(id) || []) {
      reach(other);
      if (isEvent(other)) for (const party of next.get(other)) reach(party);
    }
    edge = reached.filter(id => !isEvent(id));
  }
  return found;
}
function distances(next, begin) {
  const found = new Map([[begin, 0]]), queue = [begin];
  for (const id of queue) for (const other of next.get(id) || [])
    if (!found.has(other)) { found.set(other, found.get(id) + 1); queue.push(other); }
  return found;
}
// Every node on a shortest path; the distance is in lines.
function onPaths(lines, from, to) {
  const next = beside(lines);
  const there = distances(next, from), back = distances(next, to), whole = there.get(to);
  if (whole === undefined) return new Set([from, to]);
  return new Set([...there].filter(([id, length]) => length + (back.has(id) ? back.get(id) : Infinity) === whole).map(([id]) => id));
}
// The nodes a walk is bound to; null where there is none.
let hasPath = true;
function walked(lines) {
  if (state.from && state.to) {
    const found = onPaths(lines, state.from, state.to);
    hasPath = found.size > 2 || lines.some(line => found.has(line.from) && found.has(line.to));
    return found;
  }
  return state.near ? neighbours(lines, [state.near], state.steps) : null;
}

// Communities: Blondel et al., "Fast unfolding of communities in large networks" (2008), nodes in a fixed order.
function louvain(ids, pairs) {
  let place = new Map(ids.map((id, i) => [id, i]));
  let links = pairs.map(([a, b, weight]) => [place.get(a), place.get(b), weight]), size = ids.length;
  const group = new Map(place);
  for (let round = 0; round < 8; round++) {
    const near = Array.from({length: size}, () => new Map()), degree = new Float64Array(size);
    let total = 0;
    for (const [a, b, weight] of links) {
      degree[a] += weight; degree[b] += weight; total += weight;
      if (a !== b) { near[a].set(b, (near[a].get(b) || 0) + weight); near[b].set(a, (near[b].get(a) || 0) + weight); }
    }
    const of = Int32Array.from({length: size}, (_, i) => i), sum = Float64Array.from(degree);
    let isMoved = false;
    for (let pass = 0, moves = 1; pass < 20 && moves; pass++) {
      moves = 0;
      for (let i = 0; i < size; i++) {
        const weights = new Map([[of[i], 0]]);
        for (const [j, weight] of near[i]) weights.set(of[j], (weights.get(of[j]) || 0) + weight);
        sum[of[i]] -= degree[i];
        let best = of[i], most = weights.get(of[i]) - sum[of[i]] * degree[i] / (2 * total);
        for (const [c, weight] of weights) {
          const gain = weight - sum[c] * degree[i] / (2 * total);
          if (gain > most + 1e-9) { best = c; most = gain; }
        }
        if (best !== of[i]) { moves++; isMoved = true; }
        of[i] = best;
        sum[best] += degree[i];
      }
    }
    const number = new Map();
    for (const c of of) if (!number.has(c)) number.set(c, number.size);
    for (const [id, i] of group) group.set(id, number.get(of[i]));
    links = links.map(([a, b, weight]) => [number.get(of[a]), number.get(of[b]), weight]);
    size = number.size;
    if (!isMoved) break;
  }
  return group;
}
const CLUSTER_COLOURS = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442'];
let clusters = [], clusterOf = new Map(); // the largest first: {name, hub, count, color}
function findClusters() {
  clusters = []; clusterOf = new Map();
  if (!state.clusters) return;
  const lines = [...shown.edges.values()];
  const group = louvain([...shown.nodes].sort(), lines.map(({line, evidence}) => [line.from, line.to, evidence]));
  const degree = new Map(), members = new Map();
  for (const {line} of lines) for (const id of [line.from, line.to]) degree.set(id, (degree.get(id) || 0) + 1);
  for (const [id, c] of group) members.set(c, [...(members.get(c) || []), id]);
  const ordered = [...members.values()].filter(list => list.length > 2).sort((a, b) => b.length - a.length);
  ordered.forEach((list, i) => {
    const hub = list.filter(id => !isEvent(id)).sort((a, b) => (degree.get(b) || 0) - (degree.get(a) || 0))[0] || list[0];
    const cluster = {hub, count: list.length, color: CLUSTER_COLOURS[i] || ''};
    if (i < CLUSTER_COLOURS.length) clusters.push(cluster);
    for (const id of list) clusterOf.set(id, cluster);
  });
}
