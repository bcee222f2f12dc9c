// A photo that is turned by quarters, straightened and cropped; what comes of it is drawn at once,
// and told when a hand rests.

const held = new WeakMap(); // parentElement -> what it shows
const LEAST = 0.1; // of a side that is kept
const REST_MS = 300; // after a key, until it is told
// Which ends of the crop (left, top, right, bottom) each corner moves, across and down.
const CORNERS = [
  [0, 1],
  [2, 1],
  [0, 3],
  [2, 3],
];

export default function ({ data, parentElement, setStateValue }) {
  const { header, parts } = unpack(data);
  let mine = held.get(parentElement);
  if (!mine) held.set(parentElement, (mine = { key: null }));
  Object.assign(mine, { setStateValue, language: header.language });
  if (mine.key !== header.key) show(mine, parentElement, header, parts.picture);
  label(mine, header.words);
  return () => {
    URL.revokeObjectURL(mine.url);
    held.delete(parentElement);
  };
}

function show(mine, parentElement, { key, most }, picture) {
  URL.revokeObjectURL(mine.url);
  const find = (name) => parentElement.querySelector(name);
  Object.assign(mine, {
    key,
    stage: find(".stage"),
    canvas: find("canvas"),
    shade: find("path"),
    kept: find(".kept"),
    corners: [...parentElement.querySelectorAll(".corner")],
    turns: [...parentElement.querySelectorAll(".turn")],
    name: find("label span"),
    slider: find("input"),
    degrees: find("output"),
    keys: find(".keys"),
    laid: { quarters: 0, straighten: 0, crop: [0, 0, 1, 1] },
    url: URL.createObjectURL(new Blob([picture], { type: "image/jpeg" })),
    image: new Image(),
  });
  mine.image.onload = () => draw(mine);
  mine.image.src = mine.url;
  Object.assign(mine.slider, { min: -most, max: most, value: 0 });
  mine.slider.oninput = () => {
    mine.laid.straighten = Number(mine.slider.value);
    draw(mine);
  };
  mine.slider.onchange = () => send(mine);
  mine.turns.forEach((button, i) => (button.onclick = () => turn(mine, i ? 1 : 3)));
  mine.corners.forEach((corner, i) => {
    corner.onpointerdown = (event) => {
      corner.setPointerCapture(event.pointerId);
      corner.focus({ preventScroll: true });
      event.preventDefault();
    };
    corner.onpointermove = (event) => {
      if (!corner.hasPointerCapture(event.pointerId)) return;
      const box = mine.stage.getBoundingClientRect();
      put(mine, i, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    corner.onpointerup = corner.onpointercancel = () => send(mine);
    corner.onkeydown = (event) => step(mine, i, event);
    corner.onblur = () => mine.timer && send(mine);
  });
  draw(mine);
}

function label(mine, words) {
  mine.canvas.setAttribute(
    "aria-label",
    words["The photo as it will be, with a frame around what is kept"],
  );
  mine.keys.textContent = words["Arrow keys move a corner; with the shift key, in larger steps."];
  ["Turn to the left", "Turn to the right"].forEach((text, i) => {
    mine.turns[i].textContent = `${i ? "↻" : "↺"} ${words[text]}`;
  });
  mine.name.textContent = words["Straighten"];
  ["Top left corner", "Top right corner", "Bottom left corner", "Bottom right corner"].forEach(
    (text, i) =>
      mine.corners[i].setAttribute("aria-label", `${words[text]}. ${mine.keys.textContent}`),
  );
}

// Clockwise; what is kept turns with the picture.
function turn(mine, quarters) {
  const { laid } = mine;
  laid.quarters = (laid.quarters + quarters) % 4;
  for (let i = 0; i < quarters; i++) {
    const [left, top, right, bottom] = laid.crop;
    laid.crop = [1 - bottom, left, 1 - top, right];
  }
  draw(mine);
  send(mine);
}

function step(mine, i, event) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  const by = event.shiftKey ? 20 : 2; // px of the screen
  const [across, down] = CORNERS[i].map((end) => mine.laid.crop[end]);
  const { clientWidth: wide, clientHeight: high } = mine.stage;
  put(mine, i, across + (way[0] * by) / wide, down + (way[1] * by) / high);
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => send(mine), REST_MS);
}

function put(mine, i, ...place) {
  const { crop } = mine.laid;
  CORNERS[i].forEach((end, axis) => {
    const other = crop[(end + 2) % 4];
    const [low, high] = end < 2 ? [0, other - LEAST] : [other + LEAST, 1];
    crop[end] = Math.min(Math.max(place[axis], low), high);
  });
  draw(mine);
}

// At once, and not again for keys that were pressed before: what is clicked next counts on it.
function send(mine) {
  clearTimeout(mine.timer);
  mine.timer = null;
  mine.setStateValue("laid", { ...mine.laid, crop: [...mine.laid.crop] });
}

// As `arrange` of face_mesh/photo/arrangement.py does it: a quarter turn, then the rest, of which
// the largest part of the same shape without an empty corner is kept.
function draw({ canvas, image, laid, kept, shade, corners, degrees, language }) {
  const { quarters, straighten, crop } = laid;
  const sides = [image.naturalWidth, image.naturalHeight];
  const [wide, high] = quarters % 2 ? [sides[1], sides[0]] : sides;
  if (wide && high) {
    const angle = (straighten * Math.PI) / 180;
    const longer = Math.max(wide / high, high / wide);
    const shrink = 1 / (Math.cos(angle) + longer * Math.sin(Math.abs(angle)));
    canvas.width = Math.round(wide * shrink);
    canvas.height = Math.round(high * shrink);
    const pen = canvas.getContext("2d");
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate(angle + (quarters * Math.PI) / 2);
    pen.drawImage(image, -sides[0] / 2, -sides[1] / 2);
  }
  const share = (value) => `${100 * value}%`;
  const [left, top, right, bottom] = crop;
  Object.assign(kept.style, { left: share(left), top: share(top) });
  Object.assign(kept.style, { width: share(right - left), height: share(bottom - top) });
  const hole = `M${left},${top}H${right}V${bottom}H${left}z`;
  shade.setAttribute("d", `M0,0H1V1H0z${hole}`);
  corners.forEach((corner, i) => {
    const [across, down] = CORNERS[i].map((end) => share(crop[end]));
    Object.assign(corner.style, { left: across, top: down });
  });
  degrees.textContent = `${straighten.toLocaleString(language, { minimumFractionDigits: 1 })}°`;
}
