// The drawing: vis-network with our colours, the filter, and the selection brought forward.
const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = () => dark.matches
  ? {paper: '#15181c', ink: '#e4e7eb', soft: '#98a2ad', line: '#59636e', rim: '#0b0d0f', accent: '#56B4E9', faint: '#2a3037'}
  : {paper: '#fbfbf9', ink: '#1d2329', soft: '#59636e', line: '#a4adb7', rim: '#4a5159', accent: '#0072B2', faint: '#e4e6e9'};
const colourOf = (node, look) => state.clusters
  ? (clusterOf.get(node.id) || {}).color || look.soft
  : groups.get(node.group).color || look.ink;

function styledNode(node, look, isFar) {
  const fill = isFar ? look.faint : colourOf(node, look);
  const isSure = node.kind !== 'event' || node.realis === 'actual';
  const face = {background: isSure ? fill : look.paper, border: isFar ? look.faint : isSure ? look.rim : fill};
  return {
    ...node,
    group: undefined, // vis would put its own group colours over ours at the next update
    shape: groups.get(node.group).shape,
    title: node.kind === 'event' ? `${word(node.cls)}: “${node.name}”` : `${node.name}\n${word(node.cls)}`,
    borderWidth: state.pin.has(node.id) ? 4 : isSure ? 1 : 2,
    fixed: state.pin.has(node.id),
    ...(state.pin.get(node.id) || {}),
    color: {...face, highlight: {...face, border: look.accent}, hover: {...face, border: look.accent}},
    font: {...node.font, color: isFar ? look.faint : node.kind === 'event' ? look.soft : look.ink},
  };
}
function styledEdge({line, realis, evidence}, look, isFar) {
  const isClaim = line.kind === 'claim', isSolid = realis === 'actual';
  const label = word(line.name) + (isSolid || line.kind === 'role' || isClaim ? '' : ` (${realis})`); // an event says it itself
  const width = Math.min(1 + Math.log2(evidence), 6);
  return {
    ...line,
    label: isFar ? '' : label,
    title: `${label}\n${plural(evidence, 'sentence')}`,
    dashes: isSolid ? false : realis === 'negated' ? [2, 4] : [6, 4],
    width: isClaim ? 0.6 : width + (line.kind === 'role' ? 0 : 0.6),
    color: {color: isFar ? look.faint : look.line, highlight: look.accent, hover: look.accent},
    font: {size: 9, color: isFar ? look.faint : look.soft, strokeWidth: 3, strokeColor: look.paper},
    arrows: {to: {enabled: !isClaim, scaleFactor: 0.4}},
  };
}

const nodeSet = new vis.DataSet(), edgeSet = new vis.DataSet();
let network = null, near = null, drawn = [], isClick = false;
const landmarks = data.nodes.filter(node => node.rank !== undefined);
const many = Math.min(data.nodes.length, data.nodes.length - far) > 500;

// Bring nodes and edges of the drawing in line with the filter, the theme and the selection.
function redraw() {
  const now = [shown, dark.matches, near && near.centre, state.clusters, state.pin.size];
  if (now.every((value, i) => value === drawn[i])) return;
  drawn = now;
  const look = theme();
  const isFar = id => near !== null && !near.has(id);
  const wantedNodes = data.nodes.filter(node => shown.nodes.has(node.id))
    .map(node => styledNode(node, look, isFar(node.id)));
  const wantedEdges = [...shown.edges.values()].map(found => styledEdge(found, look,
    isFar(found.line.from) || isFar(found.line.to) || (near !== null && !near.whole &&
      ![found.line.from, found.line.to, found.line.id].includes(near.centre))));
  edgeSet.remove(edgeSet.getIds().filter(id => !shown.edges.has(id)));
  nodeSet.remove(nodeSet.getIds().filter(id => !shown.nodes.has(id)));
  nodeSet.update(wantedNodes);
  edgeSet.update(wantedEdges);
  if (network) sizeNames();
}

function startDrawing() {
  redraw();
  network = new vis.Network(byId('canvas'), {nodes: nodeSet, edges: edgeSet}, {
    autoResize: true,
    layout: {improvedLayout: false, randomSeed: 1},
    nodes: {
      borderWidthSelected: 3, labelHighlightBold: false,
      font: {face: 'system-ui, sans-serif', strokeWidth: 3, strokeColor: theme().paper},
      scaling: {label: {enabled: false, drawThreshold: 7}},
    },
    edges: {
      smooth: false, selectionWidth: 1, hoverWidth: 0.5, arrowStrikethrough: false, labelHighlightBold: false,
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
  fitAll(false);
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
  });
  dark.addEventListener('change', () => {
    network.setOptions({nodes: {font: {strokeColor: theme().paper}}});
    redraw();
    drawLegend();
  });
}
// The busiest nodes keep a name of 12 pixels from any distance; how many, the room decides.
let nameScale = 1;
function sizeNames() {
  const room = byId('canvas').getBoundingClientRect();
  const count = Math.min(Math.max(room.width * room.height / 45000, 6), 24);
  nameScale = network.getScale();
  nodeSet.update(landmarks.filter(node => shown.nodes.has(node.id)).map(node => ({
    id: node.id, font: {...nodeSet.get(node.id).font, size: node.rank < count ? Math.max(node.font.size, 12 / nameScale) : node.font.size},
  })));
}
const pinned = ids => {
  const places = network.getPositions(ids), pin = new Map(state.pin);
  for (const id of ids) pin.set(id, {x: Math.round(places[id].x), y: Math.round(places[id].y)});
  return pin;
};
function keepPositions() {
  for (const [id, place] of Object.entries(network.getPositions())) Object.assign(nodes.get(id), place);
}

// The part of the stage that no panel covers, in pixels.
function freeRoom() {
  const room = byId('graph').getBoundingClientRect(), cover = byId('panel').getBoundingClientRect();
  const isBeside = cover.height > room.height * 0.8;
  return {
    width: room.width - (isBeside ? cover.width : 0), height: room.height - (isBeside ? 0 : cover.height),
    x: isBeside ? -cover.width / 2 : 0, y: isBeside ? 0 : -cover.height / 2,
  };
}

// Some nodes, with room for their labels; two nodes are not blown up to fill the screen.
function fit(ids, {least = 0, centre = null, animated = !quiet} = {}) {
  const places = Object.values(network.getPositions(ids));
  if (!places.length) return;
  const range = axis => places.reduce(([low, high], place) =>
    [Math.min(low, place[axis]), Math.max(high, place[axis])], [Infinity, -Infinity]);
  const [left, right] = range('x'), [top, bottom] = range('y'), room = freeRoom();
  const whole = Math.min(room.width / (right - left + 150), room.height / (bottom - top + 90));
  const middle = {x: (left + right) / 2, y: (top + bottom) / 2};
  network.moveTo({
    position: whole < least && centre ? network.getPosition(centre) : middle, offset: {x: room.x, y: room.y},
    scale: Math.min(Math.max(whole, least), 1.3), animation: animated ? {duration: 350} : false,
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
  network.unselectAll();
  if (near === null) return;
  if (kind === 'node') network.selectNodes([id]);
  else network.selectEdges([id]);
  if (!isToMove) return;
  fit([...near], {least: 0.7, centre: kind === 'node' ? id : lineOf(id).from});
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
