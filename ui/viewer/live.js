// Doses that move while they are dragged. Python sends layers once and, with every result, tables
// of how much of each layer a dose or a time means (ui/live.py); here they are summed, limited and
// inverted as simulate/geometry does it, and paint.js draws them. Nothing is sent while a slider is
// dragged. When it rests, Python's own picture takes the place of this one.
//
// Not drawn here: the outline of a turned head against the wall, which the settled picture brings.

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
      live.drawn = null; // tables may say something else now
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
  for (const { name, kind, box, scales } of header?.layers ?? []) {
    if (name in parts) live.layers.set(name, layerOf(kind, box, scales, parts[name], parts[`${name}-mask`]));
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

function layerOf(kind, box, scales, bytes, mask) {
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
  return { origin, node, rows, columns, channels, paleness, constants, layers: placed, now, tables };
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
  const n = columns.length;
  return columns.map((_, k) => rows[lower * n + k] + share * (rows[upper * n + k] - rows[lower * n + k]));
}

// Sum of what moves skin, as simulate.geometry.parts.grid_shift_px and shading.shade_of.
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

// The largest share of the plan that folds nothing: simulate.geometry.flow.safe_share.
function safeShare(scene, forward) {
  const { rows, columns, node, constants } = scene;
  const scale = 1 / node;
  let steepest = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const i = 2 * (row * columns + column);
      for (let axis = 0; axis < 2; axis++) {
        const here = forward[i + axis];
        if (column + 1 < columns) steepest = Math.max(steepest, Math.abs(forward[i + 2 + axis] - here));
        if (row + 1 < rows) steepest = Math.max(steepest, Math.abs(forward[i + 2 * columns + axis] - here));
      }
    }
  }
  if (1 - 2 * steepest * scale >= constants.foldFloor) return 1;
  const room = 1 - constants.foldFloor;
  let most = 2 * room;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
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

// For each node where that comes from: simulate.geometry.flow.backward, Newton's method.
function inverted(scene, forward, share, out) {
  const { rows, columns, node, constants } = scene;
  const wide = columns + 2; // still beyond the grid
  const field = new Float32Array(2 * wide * (rows + 2));
  const scale = share / node;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = 2 * (row * columns + column);
      const to = 2 * ((row + 1) * wide + column + 1);
      field[to] = scale * forward[from];
      field[to + 1] = scale * forward[from + 1];
    }
  }
  const enough = constants.settledPx / node;
  const floor = constants.foldFloor / 2;
  out.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const home = 2 * ((row + 1) * wide + column + 1);
      if (!movesNear(field, home, wide)) continue;
      let x = column + 1 - field[home];
      let y = row + 1 - field[home + 1];
      for (let done = 0; done < constants.mostRounds; done++) {
        const i = Math.floor(Math.min(Math.max(x, 0), wide - 2));
        const j = Math.floor(Math.min(Math.max(y, 0), rows));
        const [u, v] = [x - i, y - j];
        const a = 2 * (j * wide + i);
        const [b, c, d] = [a + 2, a + 2 * wide, a + 2 * wide + 2];
        const [topX, topY] = [field[b] - field[a], field[b + 1] - field[a + 1]];
        const [leftX, leftY] = [field[c] - field[a], field[c + 1] - field[a + 1]];
        const [crossX, crossY] = [field[d] - field[b] - leftX, field[d + 1] - field[b + 1] - leftY];
        const [alongXx, alongXy] = [1 + topX + v * crossX, topY + v * crossY];
        const [alongYx, alongYy] = [leftX + u * crossX, 1 + leftY + u * crossY];
        const missedX = x + field[a] + u * topX + v * alongYx - column - 1;
        const missedY = y + field[a + 1] + u * topY + v * (alongYy - 1) - row - 1;
        if (Math.hypot(missedX, missedY) <= enough) break;
        const area = Math.max(alongXx * alongYy - alongXy * alongYx, floor);
        const far = done < constants.fullSteps ? 1 : 0.5;
        x -= (far * (alongYy * missedX - alongYx * missedY)) / area;
        y -= (far * (alongXx * missedY - alongXy * missedX)) / area;
      }
      const to = 4 * (row * columns + column);
      out[to] = (x - column - 1) * node;
      out[to + 1] = (y - row - 1) * node;
    }
  }
}

function movesNear(field, home, wide) {
  for (let row = -1; row <= 1; row++) {
    const start = home + 2 * (row * wide - 1);
    for (let i = start; i < start + 6; i++) if (field[i] !== 0) return true;
  }
  return false;
}

// Light added by shading and taken by blood, four numbers a node: simulate.relight.shading_gain and
// simulate.discolour.density_gain.
function lights(scene, share, room) {
  const { largestShade, quietShade } = scene.constants;
  room.gain.fill(0);
  room.blood.fill(0);
  room.bleeds = false;
  for (let i = 0; i < room.shade.length; i++) {
    const limited = largestShade * Math.tanh((share * room.shade[i]) / largestShade);
    const shade = Math.abs(limited) < quietShade ? 0 : limited;
    for (let k = 0; k < 3; k++) {
      if (shade) room.gain[4 * i + k] = Math.expm1(shade * scene.channels[k]);
      const density = room.density[3 * i + k];
      if (density) room.blood[4 * i + k] = Math.expm1(-density);
      room.bleeds ||= density !== 0;
    }
  }
}

function roomFor({ rows, columns }) {
  const nodes = rows * columns;
  const [forward, shade, density] = [2, 1, 3].map((n) => new Float32Array(n * nodes));
  const [back, gain, blood] = [4, 4, 4].map((n) => new Float32Array(n * nodes));
  return { forward, shade, density, back, gain, blood, bleeds: false };
}

// What of the picture must be drawn again since other amounts were drawn, in px of the photo.
function touched(scene, before, amounts, shareBefore, share) {
  let box = null;
  for (const layer of scene.layers) {
    const width = layer.kind === "coloured" ? 6 : 1;
    let differs = !before;
    for (let k = layer.first; k < layer.first + width && !differs; k++) {
      differs = before[k] !== amounts[k] || (layer.kind === "moved" && share !== shareBefore);
    }
    if (differs) box = united(box, layer.kind === "skin" ? layer.box : onPhoto(scene, layer.box));
  }
  return box && reached(scene, box);
}

function onPhoto({ origin, node }, [top, left, height, width]) {
  return [origin[1] + top * node, origin[0] + left * node, height * node, width * node];
}

// Skin that lies in a box may be moved out of it, and a field reaches a node farther.
function reached(scene, [top, left, height, width]) {
  const far = scene.node * 3 + Math.ceil(scene.farthest);
  return [top - far, left - far, height + 2 * far, width + 2 * far];
}

function united(one, other) {
  if (!one) return other;
  const [top, left] = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
  const bottom = Math.max(one[0] + one[2], other[0] + other[2]);
  const right = Math.max(one[1] + one[3], other[1] + other[3]);
  return [top, left, bottom - top, right - left];
}

// --- the page: which sliders there are, when they move, and what is shown meanwhile ---

function newLive(viewer, memory) {
  const canvas = viewer.querySelector("canvas.live");
  const live = { layers: new Map(), scene: null, painter: painterOn(canvas), frame: 0, turn: 0 };
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
  return live;
}

function sliderOf(key) {
  const of = (name) => document.querySelector(`.st-key-${CSS.escape(name)} input[type="range"]`);
  return of(key) ?? of(key.replace(/_(both|left|right)$/, ""));
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
  if (!hasMoved(live.scene, values)) return viewer.hasAttribute("data-live") ? settle(viewer, memory) : undefined;
  drawDoses(live, values);
  showLive(viewer, memory, values, true);
}

function drawDoses(live, values) {
  const { scene, painter } = live;
  const amounts = amountsAt(scene, values);
  const room = (scene.room ??= roomFor(scene));
  summed(scene, amounts, room);
  const share = safeShare(scene, room.forward);
  inverted(scene, room.forward, share, room.back);
  lights(scene, share, room);
  scene.farthest = room.back.reduce((most, one) => Math.max(most, Math.abs(one)), scene.farthest ?? 0);
  const { drawn } = live;
  const box = touched(scene, drawn?.amounts, amounts, drawn?.share, share);
  if (box || !drawn) paint(painter, scene, room, amounts, drawn ? box : null);
  live.drawn = { amounts, share };
}

function showLive(viewer, memory, values, on) {
  viewer.toggleAttribute("data-live", on);
  const { scene } = memory.live;
  const beyond = on && scene?.tables.some(({ refused }, i) => refused !== null && values[i] >= refused - 1e-9);
  viewer.querySelector(".tag-after").textContent = on
    ? memory.words[beyond ? "refused" : "live"]
    : memory.tag;
}

// Python's picture is there: it takes over, unless a slider has been moved on since.
function settle(viewer, memory) {
  const { live } = memory;
  const values = live.scene ? standing(live.scene) : [];
  if (hasMoved(live.scene, values)) return live.wake();
  showLive(viewer, memory, values, false);
  live.drawn = null;
}

function hasMoved(scene, values) {
  return values.some((value, i) => value !== null && !same(value, scene.tables[i].now));
}

function releaseLive(memory) {
  const { live } = memory;
  if (!live) return;
  memory.live = null;
  live.watch.disconnect();
  cancelAnimationFrame(live.frame);
  for (const name of [...live.layers.keys()]) forgetLayer(live, name);
  releasePainter(live.painter);
}
