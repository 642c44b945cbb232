// The map: what has coordinates, on outlines of the coasts; plate carrée, one unit is one degree.
const placed = data.nodes.filter(node => node.point);
const WORLD = {x: -180, y: -85, width: 360, height: 160};
let look = null; // the part of the world that is seen
const onMap = () => placed.filter(node => isWalk() ? shown.nodes.has(node.id) : !state.hide.has(node.id) && !state.classes.has(node.cls) &&
  factsOf(node.id).some(fact => shown.facts.has(fact.id)));
const told = node => factsOf(node.id).filter(fact => shown.facts.has(fact.id)).length;

// Where most of it happens: a few places far away do not make the rest a dot.
function fitMap() {
  const list = onMap();
  if (!list.length) { look = {...WORLD}; return; }
  const range = value => {
    const sorted = list.map(node => [value(node), told(node)]).sort((a, b) => a[0] - b[0]);
    const all = sorted.reduce((sum, [, count]) => sum + count, 0), rim = list.length > 5 ? 0.08 : 0;
    let sum = 0;
    const inside = sorted.filter(([, count]) => { sum += count; return sum > all * rim && sum - count < all * (1 - rim); });
    return [inside[0][0], inside[inside.length - 1][0]];
  };
  const [left, right] = range(node => node.point[0]), [top, bottom] = range(node => -node.point[1]);
  const width = Math.max((right - left) * 1.3, 12), height = Math.max((bottom - top) * 1.3, 8);
  look = {x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height};
}
// The view box takes the shape of its room, so that a pixel is the same number of degrees both ways.
function seen() {
  const room = byId('map').getBoundingClientRect(), shape = (room.width || 1) / (room.height || 1);
  const width = Math.max(look.width, look.height * shape), height = width / shape;
  return {x: look.x + (look.width - width) / 2, y: look.y + (look.height - height) / 2, width, height, unit: width / (room.width || 1)};
}
function zoomMap(factor, centre) {
  const now = seen(), at = centre || {x: now.x + now.width / 2, y: now.y + now.height / 2};
  const width = Math.min(Math.max(now.width * factor, 1), 400), scale = width / now.width;
  look = {x: at.x - (at.x - now.x) * scale, y: at.y - (at.y - now.y) * scale, width, height: now.height * scale};
  placeMap();
}
function moveMap(dx, dy) {
  const now = seen();
  look = {...now, x: Math.max(-200, Math.min(200 - now.width / 2, now.x + dx)), y: Math.max(-120, Math.min(100, now.y + dy))};
  placeMap();
}
function drawMap() {
  if (!look) fitMap();
  const chart = byId('map'), list = onMap().sort((a, b) => told(a) - told(b)), colours = theme();
  const land = drawing('g', {class: 'land'});
  for (const line of data.coasts) land.append(drawing('path', {d: 'M' + line.points.map(([x, y]) => `${x} ${-y}`).join('L') + 'Z', class: line.kind}));
  const net = drawing('path', {class: 'net', d: Array.from({length: 13}, (_, i) => `M${i * 30 - 180} -85V85`).join('') +
    Array.from({length: 5}, (_, i) => `M-180 ${i * 30 - 60}H180`).join('')});
  chart.replaceChildren(land, net, ...list.map(node => {
    const group = groups.get(node.group), count = told(node), isChosen = state.kind === 'node' && state.id === node.id;
    const mark = drawing('g', {
      class: isChosen ? 'place chosen' : 'place', tabindex: 0, role: 'button', 'data-id': node.id,
      'aria-label': `${node.name}, ${word(node.cls)}, ${plural(count, 'fact')}`,
    }, drawing('path', {d: SIGNS[group.shape], fill: group.color || colours.ink, stroke: isChosen ? colours.accent : colours.rim}));
    const label = drawing('text', {x: 0, y: 20, 'text-anchor': 'middle'});
    label.textContent = node.name.length > 40 ? node.name.slice(0, 39) + '…' : node.name;
    mark.append(label);
    mark.addEventListener('click', () => choose(node.id));
    mark.addEventListener('keydown', event => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      choose(node.id);
    });
    return mark;
  }));
  byId('map-status').textContent = placed.length
    ? `${plural(list.length, 'place')} of ${placed.length} with known coordinates; coasts are rough`
    : 'Nothing in this graph has known coordinates.';
  placeMap();
}
// Signs and names keep their size at any zoom; a name that would cover another is left out.
function placeMap() {
  const now = seen(), taken = [];
  byId('map').setAttribute('viewBox', [now.x, now.y, now.width, now.height].map(value => value.toFixed(3)).join(' '));
  for (const mark of [...byId('map').querySelectorAll('.place')].reverse()) {
    const node = nodes.get(mark.dataset.id), size = Math.min(1 + Math.log2(1 + told(node)) / 5, 2);
    const [x, y] = [node.point[0], -node.point[1]];
    mark.setAttribute('transform', `translate(${x} ${y}) scale(${(now.unit * size).toFixed(5)})`);
    mark.firstChild.setAttribute('transform', 'translate(-8 -8)');
    const label = mark.lastChild, half = label.textContent.length * 3.4 + 4;
    label.setAttribute('transform', `scale(${(1 / size).toFixed(3)}) translate(0 ${((size - 1) * 8).toFixed(1)})`);
    const at = {x: (x - now.x) / now.unit, y: (y - now.y) / now.unit};
    const isFree = mark.classList.contains('chosen') || taken.every(other => Math.abs(other.x - at.x) > other.half + half || Math.abs(other.y - at.y) > 14);
    label.setAttribute('visibility', isFree ? 'visible' : 'hidden');
    if (isFree) taken.push({...at, half});
  }
}
function startMap() {
  const chart = byId('map');
  let held = null;
  const point = event => {
    const room = chart.getBoundingClientRect(), now = seen();
    return {x: now.x + (event.clientX - room.left) * now.unit, y: now.y + (event.clientY - room.top) * now.unit};
  };
  chart.addEventListener('wheel', event => { event.preventDefault(); zoomMap(event.deltaY > 0 ? 1.2 : 1 / 1.2, point(event)); }, {passive: false});
  chart.addEventListener('pointerdown', event => { held = {x: event.clientX, y: event.clientY}; });
  chart.addEventListener('pointermove', event => {
    if (!held || !event.buttons) return;
    const unit = seen().unit;
    moveMap((held.x - event.clientX) * unit, (held.y - event.clientY) * unit);
    held = {x: event.clientX, y: event.clientY};
  });
  chart.addEventListener('pointerup', () => { held = null; });
  chart.addEventListener('keydown', event => {
    const step = seen().width / 10;
    const move = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]}[event.key];
    if (move) moveMap(...move);
    else if (event.key === '+' || event.key === '=') zoomMap(1 / 1.4);
    else if (event.key === '-') zoomMap(1.4);
    else return;
    event.preventDefault();
  });
  byId('map-in').onclick = () => zoomMap(1 / 1.4);
  byId('map-out').onclick = () => zoomMap(1.4);
  byId('map-fit').onclick = () => { fitMap(); placeMap(); };
  byId('map-world').onclick = () => { look = {...WORLD}; placeMap(); };
  new ResizeObserver(() => { if (look && !byId('places').hidden) placeMap(); }).observe(chart);
}
