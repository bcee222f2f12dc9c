// Where one looks: how close, and at what. A place is (x, y) in shares of the picture.

const DIVIDER_REACH_PX = 24; // how near the border a press takes it
const TAP_PX = 6; // a press that moves no farther is a tap
const STEP = 0.02; // of the picture, one press of an arrow key
const FREE = "free"; // the zoom that was made by hand, none of those to pick
const CLOSER = 1.25; // one press of a key or button, one notch of a wheel
const MOST = 12;
const TRIMMED = 0.12; // at each side of a face
const DOUBLE = 2.5; // a double tap

// How many times larger a box, given as shares of the picture, can be shown in the frame.
function closeness([left, top, right, bottom], high = 1) {
  return Math.min(1 / (right - left), 1 / (high * (bottom - top)), 5);
}

// How high the picture is, when as wide as its pane, in shares of the pane: 1, but where two panes
// share the width of a phone.
function highness(viewer, memory) {
  const pane = paneOf(viewer).getBoundingClientRect();
  const high = (pane.width * memory.still.height) / memory.still.width / pane.height;
  return Math.abs(high - 1) < 0.03 || !Number.isFinite(high) ? 1 : high;
}

// How far one can go back: to the whole photo.
function least(viewer, memory) {
  return closeness([0, 0, 1, 1], highness(viewer, memory));
}

function isNarrow() {
  return window.matchMedia("(max-width: 640px)").matches;
}

// At 1:1 a pixel of the picture covers whole pixels of the screen, so that none is blurred: one on
// most screens, two by two where they are so fine that one could hardly be seen.
function actualSize(viewer, width) {
  const fine = window.devicePixelRatio || 1;
  return (width * Math.max(1, Math.round(fine))) / fine / paneOf(viewer).getBoundingClientRect().width;
}

// Of a face with room about it, most of the face itself where two of them share a narrow screen.
function closer(viewer, [left, top, right, bottom]) {
  if (viewer.dataset.mode !== "side" || !isNarrow()) return [left, top, right, bottom];
  const [wide, high] = [TRIMMED * (right - left), TRIMMED * (bottom - top)];
  return [left + wide, top + high, right - wide, bottom - high];
}

function paneOf(viewer) {
  return viewer.querySelector(".pane.before");
}

// Look at what is picked under "What to show", its middle in the middle. What was moved by hand
// stays so until something else is picked; a new result does not move a view at 1:1.
function aim(viewer, memory) {
  const kind = picked(viewer, "zoom") ?? FREE;
  const face = memory.still.face && closer(viewer, memory.still.face);
  const box = { face, treated: memory.treated, actual: memory.treated ?? face }[kind];
  const [left, top, right, bottom] = box ?? [0, 0, 1, 1];
  const aimed = JSON.stringify([memory.key, kind, kind === "actual" || box]);
  const isNew = memory.aimed !== aimed;
  if (kind !== FREE && isNew) {
    memory.centre = [(left + right) / 2, (top + bottom) / 2];
  }
  memory.aimed = aimed;
  memory.box = [left, top, right, bottom];
  viewer.dataset.zoom = kind;
  look(viewer, memory);
  placeBorder(viewer, memory, isNew);
}

// Show the surroundings of memory.centre; the picture fills the frame as far as it can.
function look(viewer, memory) {
  const { zoom } = viewer.dataset;
  if (zoom === "actual") memory.z = actualSize(viewer, memory.still.width);
  else if (zoom !== FREE) memory.z = closeness(memory.box, highness(viewer, memory));
  const { z } = memory;
  const pane = paneOf(viewer).getBoundingClientRect();
  const fine = window.devicePixelRatio || 1;
  const sizes = [z, z * highness(viewer, memory)]; // of the picture, in shares of the pane
  const shifts = memory.centre.map((centre, axis) => {
    const part = sizes[axis];
    const share = part < 1 ? (1 - part) / 2 : Math.min(0, Math.max(1 - part, 0.5 - part * centre));
    const [start, size] = axis ? [pane.top, pane.height] : [pane.left, pane.width];
    return Math.round((start + share * size) * fine) / fine - start; // on a pixel of the screen
  });
  memory.centre = memory.centre.map((centre, axis) => hold(centre, 0.5 / sizes[axis]));
  memory.offset = shifts[0] / pane.width;
  viewer.style.setProperty("--z", z);
  viewer.style.setProperty("--tx", `${shifts[0]}px`);
  viewer.style.setProperty("--ty", `${shifts[1]}px`);
  if (viewer.hasAttribute("data-live")) memory.live.wake(); // it is drawn as large as it is shown
  viewer.querySelector(".zoom-out").disabled = z <= least(viewer, memory);
  viewer.querySelector(".zoom-in").disabled = z >= MOST;
}

// A centre as near the edge as the frame allows, so that going back is felt at once.
function hold(centre, half) {
  return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, centre));
}

function pan(viewer, memory, dx, dy) {
  memory.centre = [memory.centre[0] + dx, memory.centre[1] + dy];
  look(viewer, memory);
}

// Come closer or go back, while what is at a place of the picture stays where it is on the screen.
function zoomBy(viewer, memory, factor, at = memory.centre) {
  const whole = least(viewer, memory);
  const z = Math.min(MOST, Math.max(whole, memory.z * factor));
  const share = memory.z / z;
  memory.centre = memory.centre.map((centre, axis) => at[axis] + (centre - at[axis]) * share);
  memory.z = z;
  if (z === whole) choose(viewer, "zoom", "photo");
  else viewer.querySelectorAll('[name="zoom"]').forEach((one) => (one.checked = false));
  aim(viewer, memory);
}

function showAll(viewer, memory, kind) {
  choose(viewer, "zoom", kind);
  memory.aimed = null;
  aim(viewer, memory);
}

// Where in the picture a pointer is, in shares; outside it below 0 or above 1.
function placeOf(viewer, event) {
  const scenes = [...viewer.querySelectorAll(".scene")].map((one) => one.getBoundingClientRect());
  const panes = [...viewer.querySelectorAll(".pane")].map((one) => one.getBoundingClientRect());
  const after = viewer.dataset.mode === "side" && inside(panes[1], event);
  const box = scenes[after ? 1 : 0];
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

function inside(box, { clientX, clientY }) {
  return clientX >= box.left && clientX < box.right && clientY >= box.top && clientY < box.bottom;
}

// The surface over the picture takes drags and keys wherever they mean more than the border.
function connectLooking(viewer, memory) {
  const surface = viewer.querySelector(".surface");
  let gesture = null;
  const stop = () => {
    gesture?.cancel?.();
    gesture = null;
  };
  surface.onpointerdown = (event) => {
    if (event.button || gesture || memory.pinch) return;
    event.preventDefault(); // no text is selected; the focus is set by hand
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    gesture = { id: event.pointerId, ...gestureAt(viewer, memory, event) };
  };
  surface.onpointermove = (event) => {
    showCursor(viewer, memory, placeOf(viewer, event));
    if (gesture?.id === event.pointerId) gesture.move?.(event);
  };
  surface.onpointerleave = () => {
    memory.cursor = null; // the keyboard begins in the middle of what is seen
  };
  surface.onpointerup = (event) => {
    if (gesture?.id !== event.pointerId) return;
    gesture.end?.(event);
    gesture = null;
  };
  surface.onpointercancel = stop;
  surface.onkeydown = (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in way) {
      const step = event.shiftKey ? STEP / 5 : STEP;
      const [dx, dy] = way[event.key].map((one) => one * step);
      if (isTurned(viewer)) turnTo(viewer, memory, memory.degrees + TURN_STEP * way[event.key][0]);
      else if (byHand(viewer)) moveCursor(viewer, memory, dx, dy);
      else pan(viewer, memory, dx, dy);
    } else if (event.key === " " && byHand(viewer)) {
      actAt(viewer, memory, memory.cursor ?? memory.centre);
    } else return;
    event.preventDefault();
  };
  connectZooming(viewer, memory, stop);
  connectPeeking(viewer, memory);
  connectFull(viewer, memory);
  memory.observer ??= new ResizeObserver(() => {
    if (!memory.still) return;
    look(viewer, memory);
    drawTurned(viewer, memory);
  });
  memory.observer.observe(paneOf(viewer));
}

function connectZooming(viewer, memory, stop) {
  const frame = viewer.querySelector(".frame");
  viewer.querySelector(".zoom-in").onclick = () => zoomBy(viewer, memory, CLOSER ** 2);
  viewer.querySelector(".zoom-out").onclick = () => zoomBy(viewer, memory, CLOSER ** -2);
  // Keys of one letter act only while the viewer has the focus, and never while something is typed.
  viewer.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoomBy(viewer, memory, CLOSER);
    else if (event.key === "-") zoomBy(viewer, memory, 1 / CLOSER);
    else if (event.key === "0") showAll(viewer, memory, "photo");
    else if (event.key === "1") showAll(viewer, memory, "actual");
    else if (event.key === "b" || event.key === "B") peek(viewer, memory, "key");
    else if (event.key === "Escape" && isFull(viewer)) document.exitFullscreen();
    else if ((event.key === "f" || event.key === "F") && !event.repeat) toggleFull(viewer);
    else return;
    event.preventDefault();
  };
  // A wheel scrolls the page, unless whoever turns it is at the picture: it was clicked, the picture
  // fills the screen, or it is a pinch on a trackpad, which comes as a wheel with the control key.
  frame.onwheel = (event) => {
    const here = event.ctrlKey || viewer.hasAttribute("data-full") || frame.matches(":focus-within");
    if (isTurned(viewer)) return;
    const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002));
    if (!here || (factor < 1 && memory.z <= least(viewer, memory))) return;
    event.preventDefault();
    zoomBy(viewer, memory, factor, placeOf(viewer, event));
  };
  frame.ondblclick = (event) => {
    if (isTurned(viewer) || byHand(viewer) || event.target.closest("button")) return;
    if (viewer.dataset.zoom === FREE) showAll(viewer, memory, memory.still.face ? "face" : "photo");
    else zoomBy(viewer, memory, DOUBLE, placeOf(viewer, event));
  };
  const two = ({ touches: [a, b] }) => ({
    clientX: (a.clientX + b.clientX) / 2,
    clientY: (a.clientY + b.clientY) / 2,
    apart: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)),
  });
  frame.ontouchstart = (event) => {
    if (event.touches.length !== 2 || isTurned(viewer)) return;
    event.preventDefault();
    stop();
    memory.pinch = { ...two(event), split: viewer.querySelector(".split").value };
    viewer.toggleAttribute("data-moving", true);
  };
  frame.ontouchmove = (event) => {
    if (!memory.pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const now = two(event);
    const at = placeOf(viewer, memory.pinch);
    zoomBy(viewer, memory, now.apart / memory.pinch.apart, at);
    const then = placeOf(viewer, now);
    pan(viewer, memory, at[0] - then[0], at[1] - then[1]);
    Object.assign(memory.pinch, now);
    const split = viewer.querySelector(".split"); // the first finger may have taken the border along
    split.value = memory.pinch.split;
    split.oninput();
  };
  frame.ontouchend = frame.ontouchcancel = ({ touches }) => {
    if (!memory.pinch || touches.length) return;
    memory.pinch = null;
    viewer.removeAttribute("data-moving");
  };
}

// The photo before, as long as the button or the key B is held: nothing flashes by itself.
function connectPeeking(viewer, memory) {
  const button = viewer.querySelector(".hold");
  const stop = () => peek(viewer, memory, "");
  button.onpointerdown = (event) => {
    button.setPointerCapture(event.pointerId);
    peek(viewer, memory, "pointer");
  };
  button.onpointerup = button.onpointercancel = button.onlostpointercapture = stop;
  button.onkeydown = (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    peek(viewer, memory, "key");
  };
  button.oncontextmenu = (event) => event.preventDefault(); // of a long press
  viewer.onkeyup = ({ key }) => ["b", "B", " ", "Enter"].includes(key) && stop();
  viewer.onfocusout = () => viewer.dataset.peek === "key" && stop(); // the key may be let go elsewhere
}

function peek(viewer, memory, by) {
  if (by && viewer.hasAttribute("data-after")) viewer.dataset.peek = by;
  else viewer.removeAttribute("data-peek");
  drawTurned(viewer, memory);
}

// The whole screen for the picture and what belongs to it. Where a browser lends its screen to
// films only, as that of an iPhone, the figure lies over the page instead.
function connectFull(viewer, memory) {
  const button = viewer.querySelector(".full");
  button.onclick = () => toggleFull(viewer);
  viewer.onfullscreenchange = () => showFull(viewer, memory, isFull(viewer));
  viewer.ontoggle = ({ newState }) => showFull(viewer, memory, newState === "open");
  showFull(viewer, memory, isFull(viewer) || viewer.hasAttribute("popover"));
}

function isFull(viewer) {
  return viewer.getRootNode().fullscreenElement === viewer;
}

function toggleFull(viewer) {
  if (isFull(viewer)) document.exitFullscreen();
  else if (viewer.hasAttribute("popover")) viewer.hidePopover();
  else if (viewer.requestFullscreen) viewer.requestFullscreen();
  else if (viewer.showPopover) {
    viewer.popover = "auto"; // Escape closes it
    viewer.showPopover();
  }
}

function showFull(viewer, memory, on) {
  const button = viewer.querySelector(".full");
  viewer.toggleAttribute("data-full", on);
  if (!on) viewer.removeAttribute("popover");
  button.title = memory.words[on ? "full_off" : "full"];
  button.setAttribute("aria-label", button.title);
}

function gestureAt(viewer, memory, event) {
  if (isTurned(viewer)) return turnGesture(viewer, memory, event);
  if (byHand(viewer)) return byHandAt(viewer, memory, event);
  const frame = viewer.querySelector(".frame").getBoundingClientRect();
  const split = viewer.querySelector(".split");
  const border = frame.left + (split.value / 100) * frame.width;
  const setBorder = ({ clientX }) => {
    split.value = (100 * (clientX - frame.left)) / frame.width;
    memory.ownBorder = true;
    split.oninput();
  };
  const compares = viewer.dataset.mode === "compare";
  if (compares && Math.abs(event.clientX - border) < DIVIDER_REACH_PX) return { move: setBorder };
  let last = placeOf(viewer, event);
  let far = 0;
  viewer.toggleAttribute("data-moving", true);
  const cancel = () => viewer.removeAttribute("data-moving");
  const move = (to) => {
    far = Math.max(far, Math.hypot(to.clientX - event.clientX, to.clientY - event.clientY));
    if (far < TAP_PX) return;
    const at = placeOf(viewer, to);
    pan(viewer, memory, last[0] - at[0], last[1] - at[1]);
    last = placeOf(viewer, to);
  };
  const end = (to) => {
    cancel();
    if (compares && far < TAP_PX) setBorder(to);
  };
  return { move, end, cancel };
}
