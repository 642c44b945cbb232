// The drawing: vis-network with our colours, the filter, and the selection brought forward.
const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = () => dark.matches
  ? {paper: '#15181c', ink: '#e4e7eb', soft: '#98a2ad', line: '#59636e', rim: '#0b0d0f', accent: '#56B4E9', faint: '#2a3037'}
  : {paper: '#fbfbf9', ink: '#1d2329', soft: '#59636e', line: '#95a0ab', rim: '#4a5159', accent: '#0072B2', faint: '#e4e6e9'};
const colourOf = (node, look) => state.clusters
  ? (clusterOf.get(node.id) || {}).color || look.soft
  : groups.get(node.group).color || look.ink;

// Of many nodes only the busiest are named until one is close enough to read more.
function styledNode(node, look, isFar, isNamed) {
  const fill = isFar ? look.faint : colourOf(node, look);
  const isSure = node.kind !== 'event' || node.realis === 'actual';
  const face = {background: isSure ? fill : look.paper, border: isFar ? look.faint : isSure ? look.rim : fill};
  return {
    ...node,
    label: isNamed || node.rank !== undefined ? node.label : '', // undefined would leave the one before
    group: undefined, // vis would put its own group colours over ours at the next update
    shape: groups.get(node.group).shape,
    title: node.kind === 'event' ? `${word(node.cls)}: “${node.name}”` : `${node.name}\n${word(node.cls)}`,
    borderWidth: state.pin.has(node.id) ? 4 : isSure ? 1 : 2,
    fixed: state.pin.has(node.id),
    ...placeOf.get(node.id),
    ...state.pin.get(node.id),
    color: {...face, highlight: {...face, border: look.accent}, hover: {...face, border: look.accent}},
    font: {...node.font, size: sizeOf.get(node.id) || node.font.size, color: isFar ? look.faint : node.kind === 'event' ? look.soft : look.ink},
  };
}
function styledEdge({line, realis, evidence}, look, isFar, isNamed) {
  const isClaim = line.kind === 'claim', isSolid = realis === 'actual';
  const label = word(line.name) + (isSolid || line.kind === 'role' || isClaim ? '' : ` (${realis})`); // an event says it itself
  const width = Math.min(1 + Math.log2(evidence), 6);
  return {
    ...line,
    label: isNamed && !isFar ? label : '',
    title: `${label}\n${plural(evidence, 'sentence')}`,
    dashes: isSolid ? false : realis === 'negated' ? [2, 4] : [6, 4],
    width: isClaim ? 0.6 : width + (line.kind === 'role' ? 0 : 0.6),
    color: {color: isFar ? look.faint : look.line, highlight: look.accent, hover: look.accent},
    ...(isNamed && !isFar ? {font: {size: 9, color: look.soft, strokeWidth: 3, strokeColor: look.paper}} : {}),
    arrows: isClaim || !isNamed ? '' : 'to',
  };
}

const nodeSet = new vis.DataSet(), edgeSet = new vis.DataSet();
let network = null, isDrawn = false, isPainted = false, near = null, isClick = false, isSelected = false;
const landmarks = data.nodes.filter(node => node.rank !== undefined).sort((a, b) => a.rank - b.rank);
const many = Math.min(data.nodes.length, data.nodes.length - far) > 500;

let isClose = !many;

// A path is drawn from left to right, whatever the places of its nodes in the whole.
const pathKey = () => state.from && state.to ? [state.from, state.to, shown.nodes.size, shown.edges.size].join('\n') : '';
let placeOf = new Map(), placedFor = '';
function placePath() {
  if (placedFor === pathKey()) return;
  placedFor = pathKey();
  const before = [...placeOf.keys()], lines = [...shown.edges.values()].map(found => found.line);
  placeOf = new Map();
  if (placedFor) {
    const columns = [...distances(beside(lines), state.from)].reduce((list, [id, length]) => {
      (list[length] = list[length] || []).push(id);
      return list;
    }, []);
    columns.forEach((column, i) => column.sort().forEach((id, j) =>
      placeOf.set(id, {x: i * 170, y: (j - (column.length - 1) / 2) * 90, toString: () => `${i} ${j} ${column.length}`})));
    if (!placeOf.has(state.to)) placeOf.set(state.to, {x: 340, y: 0, toString: () => 'apart'});
  }
  // What goes back to its place in the whole goes there at once.
  const back = before.filter(id => !placeOf.has(id) && nodeSet.get(id)).map(id => ({id, x: nodes.get(id).x, y: nodes.get(id).y}));
  if (back.length) nodeSet.update(back);
}

// Bring the drawing in line with the filter, the theme and the selection; only what is new is touched.
const drawnAs = new Map();
function renewed(set, wanted) {
  const gone = set.getIds().filter(id => !wanted.has(id));
  for (const id of gone) drawnAs.delete(id);
  if (gone.length) set.remove(gone);
  const changed = [];
  for (const [id, [key, style]] of wanted) if (drawnAs.get(id) !== key) { drawnAs.set(id, key); changed.push(style()); }
  if (changed.length) set.update(changed);
  return gone.length + changed.length;
}
let isHeld = false;
function hold(work) {
  if (isHeld) { work(); return; }
  isHeld = true;
  network.body.emitter.emit('_blockRedraw');
  work();
  network.body.emitter.emit('_allowRedraw');
  network.body.emitter.emit('_requestRedraw');
  isHeld = false;
}
function redraw() {
  placePath();
  const look = theme(), isFar = id => near !== null && !near.has(id), isFew = isClose || shown.nodes.size <= 150;
  const wantedNodes = new Map(), wantedEdges = new Map();
  for (const id of shown.nodes) {
    const node = nodes.get(id), isDim = isFar(id), isNamed = isFew || (near !== null && !isDim), pin = state.pin.get(id);
    const key = [isDim, isNamed, dark.matches, state.clusters && colourOf(node, look), pin && `${pin.x} ${pin.y}`, placeOf.get(id)].join();
    wantedNodes.set(id, [key, () => styledNode(node, look, isDim, isNamed)]);
  }
  for (const [id, found] of shown.edges) {
    const {from, to} = found.line;
    const isDim = isFar(from) || isFar(to) || (near !== null && !near.whole && ![from, to, id].includes(near.centre));
    const isNamed = isFew || (near !== null && !isDim);
    const key = [isDim, isNamed, dark.matches, found.realis, found.evidence, state.fold].join();
    wantedEdges.set(id, [key, () => styledEdge(found, look, isDim, isNamed)]);
  }
  // vis-network draws at every change of its data: here once, after all of them.
  hold(() => {
    edgeSet.remove(edgeSet.getIds().filter(id => !wantedEdges.has(id))); // lines before their ends
    const count = renewed(nodeSet, wantedNodes);
    renewed(edgeSet, wantedEdges);
    if (count && isDrawn) sizeNames();
  });
}

function startDrawing() {
  nameScale = framed([...shown.nodes].map(id => nodes.get(id))).scale; // known before vis-network draws at all
  sizeOf = nameSizes(id => nodes.get(id));
  // Begun empty: with data vis-network would measure every node and fit the view, which is done here.
  network = new vis.Network(byId('canvas'), {nodes: nodeSet, edges: edgeSet}, {
    autoResize: true,
    layout: {improvedLayout: false, randomSeed: 1},
    nodes: {
      borderWidthSelected: 3, labelHighlightBold: false,
      font: {face: 'system-ui, sans-serif', strokeWidth: 3, strokeColor: theme().paper},
      scaling: {label: {enabled: false, drawThreshold: 7}},
    },
    edges: {
      smooth: false, arrows: {to: {scaleFactor: 0.4}}, selectionWidth: 1, hoverWidth: 0.5, arrowStrikethrough: false, labelHighlightBold: false,
      font: {face: 'system-ui, sans-serif', align: 'middle'}, scaling: {label: {enabled: false, drawThreshold: 9.5}},
    },
    physics: {
      enabled: false, solver: 'forceAtlas2Based', stabilization: false, minVelocity: 0.5,
      forceAtlas2Based: {gravitationalConstant: -60, springLength: 110, damping: 0.7, avoidOverlap: 0.2},
    },
    interaction: {
      hover: true, tooltipDelay: 400, hideEdgesOnDrag: many, hideEdgesOnZoom: many, multiselect: false,
      keyboard: {enabled: true, bindToWindow: false}, selectConnectedEdges: true,
    },
  });
  network.once('afterDrawing', () => { isPainted = true; });
  // A frame is waiting; vis-network forgets it when it draws the empty stage at once, and would wait for a second.
  network.renderer.renderRequested = true;
  hold(() => {
    for (const id of [...shown.nodes].slice(0, 1)) skipUnnamed(id);
    redraw();
    fitAll(false);
  });
  isDrawn = true;
  network.on('click', event => {
    isClick = true; // the drawing stays where it is under the pointer
    if (event.nodes.length) choose(event.nodes[0]);
    else if (event.edges.length) go({kind: 'edge', id: event.edges[0]});
    else go({kind: null});
    isClick = false;
  });
  network.on('dragEnd', event => {
    keepPositions();
    const moved = event.nodes.filter(id => state.pin.has(id)); // what is pinned stays where it is put
    if (moved.length) go({pin: pinned(moved)});
  });
  network.on('beforeDrawing', () => {
    const scale = network.getScale();
    if (Math.abs(scale / nameScale - 1) > 0.12) requestAnimationFrame(sizeNames);
    if (!isClose && scale > 0.6) { isClose = true; requestAnimationFrame(redraw); }
  });
  dark.addEventListener('change', () => {
    network.setOptions({nodes: {font: {strokeColor: theme().paper}}});
    redraw();
    drawLegend();
  });
}
// vis-network works out fonts and measures text for every node and line, for those without a text as well: a
// third of the time to the first drawing.
function skipUnnamed(id) {
  nodeSet.add({id});
  const label = Object.getPrototypeOf(network.body.nodes[id].labelModule), {update, getTextSize} = label;
  label.update = function (options, pile) { if (options.label) update.call(this, options, pile); else this.setOptions(options); };
  label.getTextSize = function (...given) { return this.elementOptions.label ? getTextSize.apply(this, given) : this.size; };
}
// The busiest nodes keep a name of 12 pixels from any distance; how many, the room decides: none covers another.
let nameScale = 1;
function nameSizes(placeOf) {
  const taken = [], sizes = new Map();
  for (const node of landmarks) {
    if (!shown.nodes.has(node.id)) continue;
    const own = node.font.size, size = Math.max(own, 12 / nameScale), place = placeOf(node.id);
    const lines = node.label.split('\n'), half = Math.max(...lines.map(line => line.length)) * size * 0.28;
    const spot = {x: place.x, y: place.y + node.size + size * lines.length / 2, half, tall: size * lines.length / 2 + 2};
    const isFree = taken.every(other => Math.abs(other.x - spot.x) > other.half + half || Math.abs(other.y - spot.y) > other.tall + spot.tall);
    if (isFree) taken.push(spot);
    sizes.set(node.id, Math.round((isFree ? size : own) * 10) / 10);
  }
  return sizes;
}
let sizeOf = new Map();
function sizeNames() {
  nameScale = network.getScale();
  const before = sizeOf;
  sizeOf = nameSizes(id => network.getPosition(id));
  const changed = [...sizeOf].filter(([id, size]) => before.get(id) !== size);
  if (changed.length) nodeSet.update(changed.map(([id, size]) => ({id, font: {...nodeSet.get(id).font, size}})));
}
const pinned = ids => {
  const places = network.getPositions(ids), pin = new Map(state.pin);
  for (const id of ids) pin.set(id, {x: Math.round(places[id].x), y: Math.round(places[id].y)});
  return pin;
};
function keepPositions() {
  for (const [id, place] of Object.entries(network.getPositions())) if (!placeOf.has(id)) Object.assign(nodes.get(id), place);
}

// The part of the stage that no panel covers, in pixels.
function freeRoom() {
  const room = byId('graph').getBoundingClientRect(), cover = byId('panel').getBoundingClientRect();
  const isBeside = cover.height > room.height * 0.8 || cover.height === 0, tools = 44;
  return {
    width: room.width - (isBeside ? cover.width : 0), height: room.height - (isBeside ? tools : cover.height),
    x: isBeside ? -cover.width / 2 : 0, y: -(isBeside ? tools : cover.height) / 2,
  };
}

// Some places, with room for their labels; two nodes are not blown up to fill the screen.
function framed(places, least = 0) {
  const range = axis => places.reduce(([low, high], place) =>
    [Math.min(low, place[axis]), Math.max(high, place[axis])], [Infinity, -Infinity]);
  if (!places.length) return {scale: 1, middle: {x: 0, y: 0}, room: freeRoom(), isWhole: true};
  const [left, right] = range('x'), [top, bottom] = range('y'), room = freeRoom();
  const rim = Math.min(room.width / 8, 70); // the names at the sides keep their size, however small the drawing
  const whole = Math.min((room.width - rim) / (right - left + 110), room.height / (bottom - top + 90));
  return {
    scale: Math.min(Math.max(whole, least), 1.3), middle: {x: (left + right) / 2, y: (top + bottom) / 2}, room, isWhole: whole >= least,
  };
}
function fit(ids, {least = 0, centre = null, animated = !quiet} = {}) {
  const places = Object.values(network.getPositions(ids));
  if (!places.length) return;
  const {scale, middle, room, isWhole} = framed(places, least);
  network.moveTo({
    position: isWhole || !centre ? middle : network.getPosition(centre), offset: {x: room.x, y: room.y},
    scale, animation: animated ? {duration: 350} : false,
  });
}
const fitAll = animated => fit(nodeSet.getIds(), {animated});
function zoomBy(factor) {
  network.moveTo({scale: network.getScale() * factor, animation: quiet ? false : {duration: 150}});
}

// Show what is selected: its neighbourhood in colour, the rest faint, itself inside the free space.
function bringForward(kind, id, isToMove) {
  near = null;
  const lines = [...shown.edges.values()].map(found => found.line);
  if (kind === 'node' && shown.nodes.has(id)) {
    near = new Set([id]);
    near.centre = id;
    for (const line of lines) if (line.from === id || line.to === id) near.add(line.from).add(line.to);
    near.whole = Boolean(state.near || state.from && state.to); // a walk is seen whole
    if (near.whole) shown.nodes.forEach(other => near.add(other));
  } else if (kind === 'edge' && shown.edges.has(id)) {
    near = new Set([lineOf(id).from, lineOf(id).to]);
    near.centre = id;
  }
  redraw();
  if (isSelected) network.unselectAll();
  isSelected = near !== null;
  if (near === null) return;
  if (kind === 'node') network.selectNodes([id]);
  else network.selectEdges([id]);
  if (!isToMove) return;
  fit([...near], {least: near.whole ? 0 : 0.7, centre: kind === 'node' ? id : lineOf(id).from});
}

function savePicture() {
  const source = byId('canvas').querySelector('canvas');
  const copy = make('canvas', {width: source.width, height: source.height});
  const pen = copy.getContext('2d');
  pen.fillStyle = theme().paper;
  pen.fillRect(0, 0, copy.width, copy.height);
  pen.drawImage(source, 0, 0);
  pen.fillStyle = theme().soft; // what the picture shows stands under it
  pen.font = `${Math.round(copy.height / 60)}px system-ui, sans-serif`;
  pen.fillText(`${document.title} · ${byId('status').textContent}`, 12, copy.height - 12);
  copy.toBlob(blob => download(blob, 'kgraph.png'));
}

// The sign of a class as vis-network draws it, for legend and panel.
const SIGNS = {
  dot: 'M8 3a5 5 0 1 0 .01 0z', square: 'M3.5 3.5h9v9h-9z', triangle: 'M8 2.5 14 13H2z', triangleDown: 'M8 13.5 14 3H2z',
  diamond: 'M8 3 13 8 8 13 3 8z', hexagon: 'M5 2.8h6L14 8l-3 5.2H5L2 8z',
  star: 'M8 1.5l1.9 4.3 4.6.5-3.5 3.1 1 4.6L8 11.6 4 14l1-4.6L1.5 6.3l4.6-.5z',
};
function sign(groupName) {
  const group = groups.get(groupName), look = theme();
  const picture = drawing('svg', {viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', class: 'sign'});
  picture.append(drawing('path', {d: SIGNS[group.shape], fill: group.color || look.ink, stroke: look.rim}));
  return picture;
}
