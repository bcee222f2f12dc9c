// Doses that move while they are dragged. Python sends layers once and, with every result, tables
// of how much of each layer a dose or a time means (ui/compute/live_payload.py); here they are
// summed, limited and inverted as simulate/geometry does it, and paint.js draws them. Nothing is sent while a slider is
// dragged. When it rests, Python's own picture takes the place of this one.
//
// Not drawn here, and brought by the settled picture: the outline of a turned head against the wall,
// the wall behind an ear, lid that a raised fold uncovers, a swollen lid that hangs, eyes that stay to
// the byte, and skin whose dose stood at nothing, which nobody has painted yet. Of a plan that slides
// parted lips over teeth there is no live picture at all.

const TINY = 1e-7;

// A new result: remember its scene. Pictures of skin are decoded while the old scene still draws.
function takeScene(memory, header, parts) {
  const { live } = memory;
  live.turn += 1;
  if (!header || !live.painter) {
    live.scene = null;
    live.ready = Promise.resolve();
    return;
  }
  const turn = live.turn;
  live.ready = decoded(live, header, parts)
    .then((scene) => {
      if (turn !== live.turn || !memory.live) return;
      live.scene = scene;
      prepare(live.painter, scene);
    })
    .catch(() => {
      if (turn === live.turn) live.scene = null; // the settled pictures do without
    });
}

// The photo as the layers are laid over it.
function takePhoto({ live }, jpeg) {
  if (!live.painter) return;
  live.photo = bitmapOf(jpeg, "image/jpeg").then((bitmap) => {
    if (!live.painter.lost) photoOn(live.painter, bitmap);
    bitmap.close();
  });
}

// What of a scene this browser lacks: it may be new here, or a message may have been left out.
function lacks(memory, header) {
  return Boolean(header) && header.layers.some(({ name }) => !memory.live.layers.has(name));
}

function keepLayers({ live }, header, parts) {
  for (const described of header?.layers ?? []) {
    const { name } = described;
    if (name in parts) live.layers.set(name, layerOf(described, parts[name], parts[`${name}-mask`]));
  }
  // What no plan uses any more is given back, but for a few that may come again.
  const used = new Set((header?.layers ?? []).map(({ name }) => name));
  for (const name of live.layers.keys()) {
    if (live.layers.size <= MOST_LAYERS) break;
    if (!used.has(name)) forgetLayer(live, name);
  }
}

const MOST_LAYERS = 400; // Python never sends one twice unasked, so few are let go

function forgetLayer(live, name) {
  live.layers.get(name).pictures?.forEach((one) => one.close?.());
  live.layers.delete(name);
}

function layerOf({ kind, box, scales }, bytes, mask) {
  const layer = { kind, box };
  if (kind === "moved") layer.field = unscaled(new Int16Array(bytes.buffer), scales);
  else if (kind === "coloured") layer.depth = Float32Array.from(bytes, (one) => one / 255);
  else layer.files = [[bytes, "image/jpeg"], [mask, "image/png"]];
  return layer;
}

// Three numbers a node: shift along x and y in px, and ln of luminance, of one unit.
function unscaled(whole, [ofShift, ofShade]) {
  return Float32Array.from(whole, (one, i) => one * (i % 3 === 2 ? ofShade : ofShift));
}

async function decoded(live, header, parts) {
  const layers = header.layers.map(({ name }) => live.layers.get(name));
  await Promise.all(
    layers.map(async (layer) => {
      if (!layer.files) return;
      const files = layer.files;
      layer.pictures = await Promise.all(files.map(([bytes, type]) => bitmapOf(bytes, type)));
      layer.files = null;
    }),
  );
  await live.photo;
  return sceneOf(header, layers, new Float32Array(parts.tables.buffer));
}

function bitmapOf(bytes, type) {
  const asIs = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  return createImageBitmap(new Blob([bytes], { type }), asIs);
}

function sceneOf(header, layers, numbers) {
  const widths = { moved: 1, coloured: 6, skin: 1 };
  let at = 0;
  const placed = layers.map((layer) => {
    const first = at;
    at += widths[layer.kind];
    return { ...layer, first };
  });
  const now = numbers.subarray(0, at);
  const tables = header.tables.map((table) => {
    const size = table.at.length * table.columns.length;
    at += size;
    return { ...table, rows: numbers.subarray(at - size, at) };
  });
  const [rows, columns] = header.shape;
  const { origin, node, channels, paleness, constants } = header;
  const grid = { origin, node, rows, columns };
  return { ...grid, channels, paleness, constants, layers: placed, now, tables };
}

// The amounts for where the sliders stand. Each table holds for the others as they were at the last
// result; two moved since then are added up, which is exact unless they act on each other.
function amountsAt(scene, values) {
  const amounts = Float32Array.from(scene.now);
  scene.tables.forEach((table, i) => {
    if (values[i] === null || same(values[i], table.now)) return;
    const then = rowAt(table, values[i]);
    const since = rowAt(table, table.now);
    table.columns.forEach((column, k) => {
      amounts[column] += then[k] - since[k];
    });
  });
  scene.layers.forEach(({ kind, first }) => {
    if (kind === "skin") amounts[first] = Math.min(1, Math.max(0, amounts[first]));
  });
  return amounts;
}

function same(one, other) {
  return Math.abs(one - other) < 1e-6;
}

function rowAt({ at, columns, rows }, value) {
  let upper = at.findIndex((one) => one >= value - 1e-9);
  if (upper < 0) upper = at.length - 1;
  const lower = Math.max(0, upper - 1);
  const share = upper === lower ? 0 : (value - at[lower]) / (at[upper] - at[lower]);
  const [from, to] = [lower * columns.length, upper * columns.length];
  return columns.map((_, k) => rows[from + k] + share * (rows[to + k] - rows[from + k]));
}

// Sum of what moves skin, as simulate.geometry.displacement.grid_shift_px and
// simulate.shading.shading.shade_of.
function summed(scene, amounts, room) {
  const { columns } = scene;
  room.forward.fill(0);
  room.shade.fill(0);
  room.density.fill(0);
  for (const { kind, box, field, depth, first } of scene.layers) {
    const [top, left, height, width] = box;
    if (kind === "moved" && Math.abs(amounts[first]) > TINY) {
      const amount = amounts[first];
      for (let row = 0, from = 0; row < height; row++) {
        let to = (top + row) * columns + left;
        for (let column = 0; column < width; column++, to++, from += 3) {
          room.forward[2 * to] += amount * field[from];
          room.forward[2 * to + 1] += amount * field[from + 1];
          room.shade[to] += amount * field[from + 2];
        }
      }
    } else if (kind === "coloured") {
      const six = amounts.subarray(first, first + 6);
      if (!six.some((one) => one !== 0)) continue;
      for (let row = 0, from = 0; row < height; row++) {
        let to = 3 * ((top + row) * columns + left);
        for (let column = 0; column < width; column++, to += 3, from++) {
          const d = depth[from];
          for (let k = 0; k < 3; k++) room.density[to + k] += d * (six[k] + d * six[3 + k]);
        }
      }
    }
  }
}

// The largest share of the plan that folds nothing: simulate.geometry.inverse_field.safe_share.
function safeShare(scene, forward) {
  const { columns, node, constants } = scene;
  const [top, left, height, width] = scene.nodes;
  const scale = 1 / node;
  let steepest = 0;
  for (let row = top; row < top + height - 1; row++) {
    for (let i = 2 * (row * columns + left), end = i + 2 * (width - 1); i < end; i++) {
      const across = Math.abs(forward[i + 2] - forward[i]);
      const down = Math.abs(forward[i + 2 * columns] - forward[i]);
      if (across > steepest) steepest = across;
      if (down > steepest) steepest = down;
    }
  }
  if (1 - 2 * steepest * scale >= constants.foldFloor) return 1;
  const room = 1 - constants.foldFloor;
  let most = 2 * room;
  for (let row = top; row < top + height - 1; row++) {
    for (let column = left; column < left + width - 1; column++) {
      const a = 2 * (row * columns + column);
      const [b, c, d] = [a + 2, a + 2 * columns, a + 2 * columns + 2];
      for (const [p, q] of [[a, b], [c, d]]) {
        for (const [r, s] of [[a, c], [b, d]]) {
          const xx = (forward[q] - forward[p]) * scale;
          const xy = (forward[q + 1] - forward[p + 1]) * scale;
          const yx = (forward[s] - forward[r]) * scale;
          const yy = (forward[s + 1] - forward[r + 1]) * scale;
          const trace = xx + yy;
          const inner = trace * trace - 4 * room * (xx * yy - xy * yx);
          if (inner >= 0) most = Math.max(most, Math.sqrt(inner) - trace);
        }
      }
    }
  }
  return (2 * room) / most;
}

// For each node where that comes from: simulate.geometry.inverse_field.backward, Newton's method.
function inverted(scene, share, { forward, back, padded }) {
  const { columns, node, constants } = scene;
  const [top, left, height, width] = scene.nodes;
  const wide = width + 2; // still beyond what moves
  const scale = share / node;
  padded.fill(0);
  for (let row = 0; row < height; row++) {
    let from = 2 * ((top + row) * columns + left);
    let to = 2 * ((row + 1) * wide + 1);
    for (let n = 0; n < 2 * width; n++) padded[to++] = scale * forward[from++];
  }
  const enough = (constants.settledPx / node) ** 2;
  const floor = constants.foldFloor / 2;
  const { fullSteps, mostRounds } = constants;
  let farthest = 0;
  for (let row = 1; row <= height; row++) {
    for (let column = 1; column <= width; column++) {
      const home = 2 * (row * wide + column);
      const to = 4 * ((top + row - 1) * columns + left + column - 1);
      back[to] = back[to + 1] = 0;
      if (!movesNear(padded, home, wide)) continue;
      let x = column - padded[home];
      let y = row - padded[home + 1];
      for (let done = 0; done < mostRounds; done++) {
        const i = Math.floor(Math.min(Math.max(x, 0), width));
        const j = Math.floor(Math.min(Math.max(y, 0), height));
        const u = x - i;
        const v = y - j;
        const a = 2 * (j * wide + i);
        const c = a + 2 * wide;
        const topX = padded[a + 2] - padded[a];
        const topY = padded[a + 3] - padded[a + 1];
        const leftX = padded[c] - padded[a];
        const leftY = padded[c + 1] - padded[a + 1];
        const crossX = padded[c + 2] - padded[a + 2] - leftX;
        const crossY = padded[c + 3] - padded[a + 3] - leftY;
        const xx = 1 + topX + v * crossX;
        const xy = topY + v * crossY;
        const yx = leftX + u * crossX;
        const yy = 1 + leftY + u * crossY;
        const missedX = x + padded[a] + u * topX + v * yx - column;
        const missedY = y + padded[a + 1] + u * topY + v * (yy - 1) - row;
        if (missedX * missedX + missedY * missedY <= enough) break;
        const by = (done < fullSteps ? 1 : 0.5) / Math.max(xx * yy - xy * yx, floor);
        x -= by * (yy * missedX - yx * missedY);
        y -= by * (xx * missedY - xy * missedX);
      }
      back[to] = (x - column) * node;
      back[to + 1] = (y - row) * node;
      farthest = Math.max(farthest, Math.abs(back[to]), Math.abs(back[to + 1]));
    }
  }
  return farthest;
}

function movesNear(field, home, wide) {
  for (let row = -1; row <= 1; row++) {
    const start = home + 2 * (row * wide - 1);
    for (let i = start; i < start + 6; i++) if (field[i] !== 0) return true;
  }
  return false;
}

// Light added by shading and taken by blood, four numbers a node:
// simulate.shading.relight.shading_gain and simulate.recovery.discolouration.density_gain.
function lights(scene, share, room) {
  const { largestShade, quietShade } = scene.constants;
  const { columns, channels } = scene;
  const [top, left, height, width] = scene.nodes;
  room.bleeds = false;
  for (let row = top; row < top + height; row++) {
    for (let i = row * columns + left, end = i + width; i < end; i++) {
      const raw = share * room.shade[i];
      const limited = raw ? largestShade * Math.tanh(raw / largestShade) : 0;
      const shade = Math.abs(limited) < quietShade ? 0 : limited;
      for (let k = 0; k < 3; k++) {
        room.gain[4 * i + k] = shade ? Math.expm1(shade * channels[k]) : 0;
        const density = room.density[3 * i + k];
        room.blood[4 * i + k] = density ? Math.expm1(-density) : 0;
        if (density) room.bleeds = true;
      }
    }
  }
}

function roomFor(scene) {
  const { rows, columns } = scene;
  // All that any layer reaches, and a node around it that stays.
  const boxes = scene.layers.filter(({ kind }) => kind !== "skin").map(({ box }) => box);
  const [top, left, height, width] = boxes.reduce(united, null) ?? [0, 0, 1, 1];
  const reach = [top - 1, left - 1, height + 2, width + 2];
  scene.nodes = overlap(reach, [0, 0, rows, columns]);
  const nodes = rows * columns;
  const [forward, shade, density] = [2, 1, 3].map((n) => new Float32Array(n * nodes));
  const [back, gain, blood] = [4, 4, 4].map((n) => new Float32Array(n * nodes));
  const padded = new Float32Array(2 * (scene.nodes[2] + 2) * (scene.nodes[3] + 2));
  return { forward, shade, density, back, gain, blood, padded, bleeds: false };
}

// What of the photo looks other than in the settled picture, in px of the photo; null is nothing.
function differing(scene, amounts, foldsOtherwise, farthest) {
  let box = null;
  for (const { kind, box: own, first } of scene.layers) {
    const width = kind === "coloured" ? 6 : 1;
    let differs = kind === "moved" && foldsOtherwise;
    for (let k = first; k < first + width; k++) differs ||= scene.now[k] !== amounts[k];
    if (differs) box = united(box, kind === "skin" ? own : onPhoto(scene, own));
  }
  if (!box) return null;
  const far = scene.node * 3 + Math.ceil(farthest); // skin may be carried out of its box
  return [box[0] - far, box[1] - far, box[2] + 2 * far, box[3] + 2 * far];
}

function onPhoto({ origin, node }, [top, left, height, width]) {
  return [origin[1] + top * node, origin[0] + left * node, height * node, width * node];
}

function united(one, other) {
  if (!one) return other;
  const [top, left] = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
  const bottom = Math.max(one[0] + one[2], other[0] + other[2]);
  const right = Math.max(one[1] + one[3], other[1] + other[3]);
  return [top, left, bottom - top, right - left];
}

// The page: which sliders there are, when they move, and what is shown meanwhile.

function newLive(viewer, memory) {
  const canvas = viewer.querySelector("canvas.live");
  const live = {
    layers: new Map(), // by name, sent once
    scene: null, // of the last result
    painter: painterOn(canvas), // null without WebGL2
    turn: 0, // numbers the results
    frame: 0, // that is asked for
    last: 0, // when one was drawn, ms
    pace: 0, // ms between them, averaged
  };
  const wake = () => {
    live.frame ||= requestAnimationFrame(() => {
      live.frame = 0;
      follow(viewer, memory);
    });
  };
  // Streamlit makes its sliders anew at will: what is watched is the page, for one attribute.
  live.watch = new MutationObserver(wake);
  live.watch.observe(document.body, {
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-valuetext"],
  });
  live.wake = wake;
  if (live.painter) {
    onRestored(live.painter, () => {
      if (memory.live !== live) return;
      releaseLive(memory, false);
      viewer.removeAttribute("data-live");
      viewer.removeAttribute("data-painted");
      memory.key = null;
      memory.report("holds", ""); // all that was painted from is asked for again
    });
  }
  return live;
}

function sliderOf(key) {
  return document.querySelector(`.st-key-${CSS.escape(key)} input[type="range"]`);
}

// Where each slider stands, in the order of the tables; null for one that is not on the page.
function standing(scene) {
  return scene.tables.map(({ slider }) => {
    const found = sliderOf(slider);
    return found ? Number(found.value) : null;
  });
}

// Draw what the sliders say, if that is not what the settled picture shows.
function follow(viewer, memory) {
  const { live } = memory;
  if (!live?.scene || !live.painter || live.painter.lost) return;
  const values = standing(live.scene);
  if (!hasMoved(live.scene, values)) {
    if (viewer.hasAttribute("data-live")) settle(viewer, memory);
    return;
  }
  const now = performance.now();
  const since = now - live.last;
  live.last = now;
  if (since < REST_MS) live.pace += 0.3 * (since - live.pace);
  const slow = live.pace > SLOW_MS;
  drawDoses(viewer, live, values, !slow);
  showLive(viewer, memory, values, true);
  clearTimeout(live.rest);
  const sharpen = () => memory.live?.scene && drawDoses(viewer, live, standing(live.scene), true);
  if (slow) live.rest = setTimeout(sharpen, REST_MS);
}

const SLOW_MS = 25; // between two pictures: from here on they are sampled straight, not cubic
const REST_MS = 150; // and a slider that rests this long is drawn cubic again

function drawDoses(viewer, { scene, painter }, values, smooth) {
  const amounts = amountsAt(scene, values);
  const room = (scene.room ??= roomFor(scene));
  if (scene.share === undefined) {
    summed(scene, scene.now, room);
    scene.share = safeShare(scene, room.forward);
  }
  summed(scene, amounts, room);
  const share = safeShare(scene, room.forward);
  const farthest = inverted(scene, share, room);
  lights(scene, share, room);
  const box = differing(scene, amounts, share !== scene.share, farthest);
  const part = box && partOf(viewer, painter, box, farthest, smooth ? SHARP : SOFT);
  if (part) paint(painter, scene, room, amounts, { ...part, smooth });
  // Where nothing differs, or only out of sight, the settled picture is what there is to see: a
  // canvas that nothing was drawn to is black.
  viewer.toggleAttribute("data-painted", Boolean(part));
}

const SNAP_PX = 48; // of the screen, within which an edge that falls on a pixel of it is looked for
const LEVELS = 3; // the blocks that windows of skin lie on can be halved so often

const [SHARP, SOFT] = [0.25, 0.75]; // of a level that may be missing: at 1 a pixel covers four

// Which part of the photo is drawn, and how fine: about as the screen shows it. Its edges fall on
// pixels of the screen, or the browser would shift it against the picture below.
function partOf(viewer, painter, box, farthest, missing) {
  const scene = viewer.querySelector(".after .scene").getBoundingClientRect();
  const pane = viewer.querySelector(".after").getBoundingClientRect();
  const [width, height] = painter.size;
  const fine = window.devicePixelRatio || 1;
  const perPx = (scene.width * fine) / width; // pixels of the screen to one of the photo
  const level = Math.min(LEVELS, Math.max(0, Math.floor(missing - Math.log2(perPx))));
  const scale = 2 ** level;
  const seen = [pane.top - scene.top, pane.left - scene.left, pane.height, pane.width];
  const shown = overlap(box, seen.map((one) => (one * fine) / perPx));
  const whole = [0, 0, Math.floor(height / scale), Math.floor(width / scale)];
  const halved = shown?.map((one) => one / scale);
  const rounded = halved && overlap(outwards(halved), whole);
  if (!rounded) return null;
  const [top, left] = [0, 1].map((axis) => snapped(rounded[axis], -1, 0, perPx * scale));
  const [bottom, right] = [0, 1].map((axis) =>
    snapped(rounded[axis] + rounded[axis + 2], 1, whole[axis + 2], perPx * scale),
  );
  const view = [top, left, bottom - top, right - left];
  Object.assign(painter.canvas.style, {
    left: `${(100 * left * scale) / width}%`,
    top: `${(100 * top * scale) / height}%`,
    width: `${(100 * view[3] * scale) / width}%`,
    height: `${(100 * view[2] * scale) / height}%`,
  });
  const far = Math.ceil(farthest / scale) + 3; // and what a cubic looks at
  const around = overlap([top - far, left - far, view[2] + 2 * far, view[3] + 2 * far], whole);
  return { view, around, level };
}

function outwards([top, left, height, width]) {
  const [y, x] = [Math.floor(top), Math.floor(left)];
  return [y, x, Math.ceil(top + height) - y, Math.ceil(left + width) - x];
}

// The place from `start` on, towards `end`, that lies nearest to a whole pixel of the screen.
function snapped(start, step, end, perPx) {
  let best = start;
  let least = 1;
  for (let at = start; Math.abs(at - start) * perPx <= SNAP_PX; at += step) {
    const off = Math.abs(at * perPx - Math.round(at * perPx));
    if (off < least - 1e-3) [best, least] = [at, off];
    if (at === end) break;
  }
  return best;
}

function showLive(viewer, memory, values, on) {
  viewer.toggleAttribute("data-live", on);
  if (!on) viewer.removeAttribute("data-painted");
  const { scene } = memory.live;
  const isRefused = ({ refused }, i) => refused !== null && values[i] >= refused - 1e-9;
  const beyond = on && scene.tables.some(isRefused);
  viewer.querySelector(".tag-after").textContent = on
    ? memory.words[beyond ? "refused" : isTurned(viewer) ? "turn_rests" : "live"]
    : memory.tag;
}

// Python's picture is there: it takes over, unless a slider has been moved on since.
function settle(viewer, memory) {
  const { live } = memory;
  const values = live.scene ? standing(live.scene) : [];
  if (hasMoved(live.scene, values)) return live.wake();
  showLive(viewer, memory, values, false);
}

function hasMoved(scene, values) {
  return values.some((value, i) => value !== null && !same(value, scene.tables[i].now));
}

function releaseLive(memory, forGood = true) {
  const { live } = memory;
  if (!live) return;
  memory.live = null;
  live.watch.disconnect();
  cancelAnimationFrame(live.frame);
  clearTimeout(live.rest);
  for (const name of [...live.layers.keys()]) forgetLayer(live, name);
  if (forGood) releasePainter(live.painter);
}
