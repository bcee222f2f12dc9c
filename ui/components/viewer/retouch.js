// What is done by hand: strokes of the brush over what is treated, and moles that are picked. Drawn
// here at once; Python is told of picks at once, of strokes when they are applied or left.

const TINT = "rgb(0 200 255 / 50%)"; // MASK_COLOUR of overlays.py
const MOST_POINTS = 200;
const MOST_STROKES = 100;
const MOST_SPOTS = 50;
const PICK_REACH_MM = 2.5; // how near a tap still means a mark

function byHand(viewer) {
  return viewer.dataset.mode === "mask" && viewer.dataset.tool !== "move";
}

function pxPerMm(memory) {
  return memory.still.pxPerMm;
}

// Millimetres between two places of the picture.
function apartMm(memory, [ax, ay], [bx, by]) {
  const { width, height } = memory.still;
  return Math.hypot((ax - bx) * width, (ay - by) * height) / pxPerMm(memory);
}

function brushMm(viewer) {
  return Number(viewer.querySelector(".brush").value);
}

// Take over what Python says can be edited; open it when moles have just been asked for.
function showRetouch(viewer, memory, retouch, maskBytes) {
  const asked = Boolean(retouch?.picks);
  const before = memory.retouch;
  memory.retouch = retouch;
  viewer.toggleAttribute("data-skin", Boolean(retouch));
  viewer.toggleAttribute("data-mask", Boolean(maskBytes));
  viewer.toggleAttribute("data-picks", asked);
  if (asked && !before?.picks) {
    choose(viewer, "mode", "mask");
    choose(viewer, "tool", "pick");
  }
  const tool = picked(viewer, "tool");
  if (tool === "pick" && !asked) choose(viewer, "tool", "move");
  if ((tool === "add" || tool === "spare") && !maskBytes) {
    choose(viewer, "tool", asked ? "pick" : "move");
  }
  const shown = retouch || viewer.hasAttribute("data-moved");
  if (!shown && picked(viewer, "mode") === "mask") choose(viewer, "mode", "compare");
  memory.sent = JSON.stringify(memory.edits.strokes);
  loadMask(viewer, memory, maskBytes);
  showPicks(viewer, memory);
  showState(viewer, memory);
}

function loadMask(viewer, memory, bytes) {
  memory.mask = null;
  memory.masks = (memory.masks ?? 0) + 1; // a slow one must not replace a newer one
  const turn = memory.masks;
  if (!bytes) return drawMask(viewer, memory);
  createImageBitmap(new Blob([bytes], { type: "image/png" })).then((bitmap) => {
    if (turn !== memory.masks) return;
    memory.mask = bitmap;
    drawMask(viewer, memory);
  });
}

// The mask as Python has it, and over it what was brushed since.
function drawMask(viewer, memory) {
  const canvas = viewer.querySelector("canvas.mask");
  const { width, height } = memory.still;
  const factor = memory.mask ? memory.mask.width / width : Math.min(1, 1200 / Math.max(width, height));
  canvas.width = memory.mask?.width ?? Math.round(factor * width);
  canvas.height = memory.mask?.height ?? Math.round(factor * height);
  const pen = canvas.getContext("2d");
  if (memory.mask) pen.drawImage(memory.mask, 0, 0);
  const known = JSON.parse(memory.sent ?? "[]").length;
  const strokes = [...memory.edits.strokes, ...(memory.stroke ? [memory.stroke] : [])];
  strokes.forEach((stroke, index) => {
    if (stroke[0] === "spare") brush(pen, stroke, canvas, memory, "destination-out", "#000");
    else if (index >= known) brush(pen, stroke, canvas, memory, "source-over", TINT);
  });
  const hatch = pen.createPattern(hatching(), "repeat");
  const z = Number(viewer.style.getPropertyValue("--z")) || 1;
  const fine = canvas.width / (paneOf(viewer).clientWidth * z); // stripes as wide on any screen
  hatch.setTransform(new DOMMatrix([fine, 0, 0, fine, 0, 0]));
  strokes.filter(([kind]) => kind === "spare").forEach((stroke) => {
    brush(pen, stroke, canvas, memory, "source-over", hatch);
  });
}

function brush(pen, [, radiusMm, points], { width, height }, memory, how, style) {
  pen.save();
  pen.globalCompositeOperation = how;
  pen.strokeStyle = style;
  pen.lineWidth = (2 * radiusMm * pxPerMm(memory) * width) / memory.still.width;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  points.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](x * width, y * height));
  if (points.length === 1) pen.lineTo(points[0][0] * width, points[0][1] * height + 0.01);
  pen.stroke();
  pen.restore();
}

// Dark and light stripes: seen on any skin, and by the colour-blind.
function hatching() {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.fillStyle = "rgb(0 0 0 / 55%)";
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = "rgb(255 255 255 / 85%)";
  pen.lineWidth = 2;
  pen.beginPath();
  [-6, 0, 6].forEach((x) => {
    pen.moveTo(x - 1, 7);
    pen.lineTo(x + 7, -1);
  });
  pen.stroke();
  return tile;
}

// A button for each mole that was found or picked, so that the keyboard can pick them too.
function showPicks(viewer, memory) {
  const { spots } = memory.edits;
  const found = memory.retouch?.picks ? memory.retouch.moles : [];
  const smallest = (2 * 1.5 * pxPerMm(memory)) / memory.still.width;
  const own = spots.filter((spot) => !moleAt(found, spot)).map(([x, y]) => [x, y, smallest]);
  const marks = [...found, ...own].map((mole, index) => {
    const mark = document.createElement("button");
    const at = spots.findIndex((spot) => spot[0] === mole[0] && spot[1] === mole[1]);
    const missed = at >= 0 && isMissed(memory, mole);
    mark.type = "button";
    mark.className = missed ? "missed" : "";
    mark.setAttribute("aria-pressed", at >= 0);
    mark.setAttribute("aria-label", word(memory, missed ? "mole_missed" : "mole", { n: index + 1 }));
    const size = `${100 * Math.max(mole[2], smallest) * 1.6}%`;
    Object.assign(mark.style, { left: `${100 * mole[0]}%`, top: `${100 * mole[1]}%`, width: size });
    mark.onclick = () => pick(viewer, memory, [mole[0], mole[1]]);
    return mark;
  });
  viewer.querySelector(".picks").replaceChildren(...marks);
}

function moleAt(moles, [x, y]) {
  return moles.find((mole) => mole[0] === x && mole[1] === y);
}

function isMissed(memory, place) {
  return Boolean(memory.retouch && moleAt(memory.retouch.missed, place));
}

// Pick the mole at a place, or let go of the one that is picked there.
function pick(viewer, memory, place) {
  const near = (spot) => apartMm(memory, spot, place) < PICK_REACH_MM;
  const { spots } = memory.edits;
  const closest = (all) =>
    all.filter(near).sort((a, b) => apartMm(memory, a, place) - apartMm(memory, b, place))[0];
  const again = closest(spots);
  if (again) memory.edits.spots = spots.filter((spot) => spot !== again);
  else if (spots.length < MOST_SPOTS) {
    const mole = closest(memory.retouch.moles);
    memory.edits.spots = [...spots, mole ? [mole[0], mole[1]] : place];
  }
  showPicks(viewer, memory);
  send(viewer, memory);
}

function send(viewer, memory) {
  const { strokes, spots } = memory.edits;
  memory.sent = JSON.stringify(strokes);
  memory.report("edits", { photo: memory.key, strokes, spots });
  showState(viewer, memory);
}

function unsent(memory) {
  return JSON.stringify(memory.edits.strokes) !== memory.sent;
}

// What a press on the picture begins, as long as the pointer is down.
function byHandAt(viewer, memory, event) {
  const start = within(placeOf(viewer, event));
  if (viewer.dataset.tool === "pick") {
    return { end: (at) => apartMm(memory, start, placeOf(viewer, at)) < PICK_REACH_MM && pick(viewer, memory, start) };
  }
  const radiusMm = brushMm(viewer) / 2;
  memory.stroke = [viewer.dataset.tool, radiusMm, [start]];
  const redraw = () => drawMask(viewer, memory);
  redraw();
  return {
    move: (to) => {
      const points = memory.stroke[2];
      const at = within(placeOf(viewer, to));
      if (apartMm(memory, at, points.at(-1)) < radiusMm / 4) return;
      points.push(at);
      requestAnimationFrame(redraw);
    },
    end: () => keepStroke(viewer, memory),
    cancel: () => {
      memory.stroke = null;
      redraw();
    },
  };
}

function keepStroke(viewer, memory) {
  const [kind, radiusMm, points] = memory.stroke;
  memory.stroke = null;
  const { strokes } = memory.edits;
  if (strokes.length < MOST_STROKES) {
    memory.edits.strokes = [...strokes, [kind, radiusMm, thinned(points)]];
  }
  drawMask(viewer, memory);
  showState(viewer, memory);
}

function thinned(points) {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

function within(place) {
  return place.map((share) => Math.round(1e5 * Math.min(1, Math.max(0, share))) / 1e5);
}

// The keyboard's way: a cross that the arrow keys move, and the space bar for a tap.
function actAt(viewer, memory, place) {
  if (viewer.dataset.tool === "pick") return pick(viewer, memory, within(place));
  memory.stroke = [viewer.dataset.tool, brushMm(viewer) / 2, [within(place)]];
  keepStroke(viewer, memory);
}

function moveCursor(viewer, memory, dx, dy) {
  const from = memory.cursor ?? memory.centre;
  const z = Number(viewer.style.getPropertyValue("--z"));
  const to = within([from[0] + dx / z, from[1] + dy / z]);
  showCursor(viewer, memory, to);
  if (to.some((share, axis) => Math.abs(share - memory.centre[axis]) > 0.4 / z)) {
    pan(viewer, memory, to[0] - from[0], to[1] - from[1]);
  }
}

function showBrush(viewer, memory) {
  viewer.querySelector(".size output").textContent = word(memory, "mm", { mm: brushMm(viewer) });
}

function showCursor(viewer, memory, place) {
  memory.cursor = place;
  const cursor = viewer.querySelector(".cursor");
  const mm = viewer.dataset.tool === "pick" ? 2 : brushMm(viewer);
  const size = `${(100 * mm * pxPerMm(memory)) / memory.still.width}%`;
  Object.assign(cursor.style, { left: `${100 * place[0]}%`, top: `${100 * place[1]}%`, width: size });
}

function showState(viewer, memory) {
  const { strokes, spots } = memory.edits;
  const tool = picked(viewer, "tool");
  const isFull = tool === "pick" ? spots.length >= MOST_SPOTS : strokes.length >= MOST_STROKES;
  viewer.querySelector(".retouch .meaning").textContent = [
    tool === "pick" ? pickedWords(memory) : memory.words[`by_${tool}`],
    isFull ? memory.words.full_by_hand : "",
    unsent(memory) ? memory.words.waiting : "",
  ].join(" ").trim();
  viewer.querySelector(".undo").disabled = !(tool === "pick" ? spots : strokes).length;
  viewer.querySelector(".clear").disabled = !strokes.length && !spots.length;
  viewer.querySelector(".apply").disabled = !unsent(memory);
}

function pickedWords(memory) {
  const { spots } = memory.edits;
  const missed = spots.filter((spot) => isMissed(memory, spot)).length;
  const found = spots.length - missed;
  const counted = (kind, n) => word(memory, `${kind}_${n === 1 ? "one" : "many"}`, { n });
  if (!spots.length) return memory.words.moles_none;
  return missed ? `${counted("moles", found)} ${counted("missed", missed)}` : counted("moles", found);
}

function connectRetouch(viewer, memory) {
  const on = (name, act) => {
    viewer.querySelector(name).onclick = () => {
      act();
      drawMask(viewer, memory);
      showPicks(viewer, memory);
      showState(viewer, memory);
    };
  };
  on(".undo", () => {
    const { edits } = memory;
    if (picked(viewer, "tool") !== "pick") edits.strokes = edits.strokes.slice(0, -1);
    else {
      edits.spots = edits.spots.slice(0, -1);
      send(viewer, memory);
    }
  });
  on(".clear", () => {
    memory.edits = { strokes: [], spots: [] };
    send(viewer, memory);
  });
  on(".apply", () => send(viewer, memory));
  const size = viewer.querySelector(".brush");
  size.oninput = () => {
    showBrush(viewer, memory);
    showCursor(viewer, memory, memory.cursor ?? memory.centre);
  };
  showBrush(viewer, memory);
}

// After a change of mode or tool: strokes that wait are applied when their picture is left.
function settleRetouch(viewer, memory) {
  if (viewer.dataset.mode !== "mask" && unsent(memory)) send(viewer, memory);
  viewer.dataset.tool = picked(viewer, "tool");
  drawMask(viewer, memory);
  showState(viewer, memory);
}
