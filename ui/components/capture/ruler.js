// Two marks on a photo, moved by finger, mouse or arrow keys; their places are sent when they rest.

const held = new WeakMap(); // parentElement -> what it shows
const LOUPE = 3; // times as large as on the screen
const REST_MS = 300; // after a key, until the place is sent

export default function ({ data, parentElement, setStateValue }) {
  const { header, parts } = unpack(data);
  let mine = held.get(parentElement);
  if (!mine) held.set(parentElement, (mine = { key: null }));
  mine.setStateValue = setStateValue;
  if (mine.key !== header.key) show(mine, parentElement, header, parts.picture);
  label(mine, header.words);
  return () => {
    URL.revokeObjectURL(mine.url);
    held.delete(parentElement);
  };
}

function show(mine, parentElement, { key, width, height, start }, picture) {
  URL.revokeObjectURL(mine.url);
  const find = (name) => parentElement.querySelector(name);
  Object.assign(mine, {
    key,
    frame: find(".frame"),
    image: find("img"),
    loupe: find(".loupe"),
    keys: find(".keys"),
    lines: [...parentElement.querySelectorAll("line")],
    marks: [...parentElement.querySelectorAll(".end")],
    ends: start.map((end) => [...end]),
    url: URL.createObjectURL(new Blob([picture], { type: "image/jpeg" })),
  });
  Object.assign(mine.image, { src: mine.url, width, height });
  mine.marks.forEach((mark, i) => {
    mark.onpointerdown = (event) => {
      mark.setPointerCapture(event.pointerId);
      mark.focus({ preventScroll: true });
      event.preventDefault();
      magnify(mine, i);
    };
    mark.onpointermove = (event) => {
      if (!mark.hasPointerCapture(event.pointerId)) return;
      const box = mine.frame.getBoundingClientRect();
      put(mine, i, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    mark.onpointerup = mark.onpointercancel = () => rest(mine);
    mark.onkeydown = (event) => step(mine, i, event);
    mark.onblur = () => rest(mine, Boolean(mine.timer));
  });
  draw(mine);
}

function label(mine, words) {
  mine.image.alt =
    words["The photo, with two marks to put on the ends of something of known length"];
  mine.keys.textContent = words["Arrow keys move this mark; with the shift key, in larger steps."];
  ["First end", "Second end"].forEach((text, i) =>
    mine.marks[i].setAttribute("aria-label", `${words[text]}. ${mine.keys.textContent}`),
  );
}

function step(mine, i, event) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  const by = event.shiftKey ? 20 : 1; // px of the screen
  const [x, y] = mine.ends[i];
  const { clientWidth: wide, clientHeight: high } = mine.frame;
  put(mine, i, x + (way[0] * by) / wide, y + (way[1] * by) / high);
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => send(mine), REST_MS);
}

function put(mine, i, x, y) {
  mine.ends[i] = [x, y].map((share) => Math.min(Math.max(share, 0), 1));
  draw(mine);
  magnify(mine, i);
}

function rest(mine, moved = true) {
  mine.loupe.hidden = true;
  if (moved) send(mine);
}

// At once, and not again for keys that were pressed before: what is clicked next counts on it.
function send(mine) {
  clearTimeout(mine.timer);
  mine.timer = null;
  mine.setStateValue("ends", mine.ends);
}

function draw({ ends, marks, lines }) {
  const share = (value) => `${100 * value}%`;
  ends.forEach(([x, y], i) => Object.assign(marks[i].style, { left: share(x), top: share(y) }));
  const [[x1, y1], [x2, y2]] = ends.map((end) => end.map(share));
  lines.forEach((line) =>
    Object.entries({ x1, y1, x2, y2 }).forEach(([name, value]) => line.setAttribute(name, value)),
  );
}

// What lies under the finger, larger, in the corner that is farther away.
function magnify({ loupe, image, frame, ends }, i) {
  const [x, y] = ends[i];
  const pen = loupe.getContext("2d");
  const size = loupe.width;
  const scale = image.naturalWidth / frame.clientWidth; // px of the photo in one of the screen
  const side = (size / LOUPE) * scale;
  loupe.hidden = false;
  loupe.classList.toggle("left", x > 0.5);
  pen.fillStyle = "#1c2b30";
  pen.fillRect(0, 0, size, size);
  const [left, top] = [x * image.naturalWidth - side / 2, y * image.naturalHeight - side / 2];
  pen.drawImage(image, left, top, side, side, 0, 0, size, size);
  pen.strokeStyle = "#ffe066";
  pen.beginPath();
  pen.moveTo(size / 2, size * 0.3);
  pen.lineTo(size / 2, size * 0.7);
  pen.moveTo(size * 0.3, size / 2);
  pen.lineTo(size * 0.7, size / 2);
  pen.stroke();
}
