// Where one looks: how close, and at what. A place is (x, y) in shares of the picture.

const DIVIDER_REACH_PX = 24; // how near the border a press takes it
const STEP = 0.02; // of the picture, one press of an arrow key

// How many times larger a box, given as shares of the picture, can be shown in the frame.
function closeness([left, top, right, bottom]) {
  return Math.min(1 / (right - left), 1 / (bottom - top), 5);
}

// At 1:1 a pixel of the picture covers whole pixels of the screen, so that none is blurred: one on
// most screens, two by two where they are so fine that one could hardly be seen.
function actualSize(viewer, width) {
  const fine = window.devicePixelRatio || 1;
  return (width * Math.max(1, Math.round(fine))) / fine / paneOf(viewer).getBoundingClientRect().width;
}

function paneOf(viewer) {
  return viewer.querySelector(".pane.before");
}

// Look at what is picked under "What to show", its middle in the middle. What was moved by hand
// stays so until something else is picked; a new result does not move a view at 1:1.
function aim(viewer, memory) {
  const kind = picked(viewer, "zoom");
  const { face } = memory.still;
  const box = { face, treated: memory.treated, actual: memory.treated ?? face }[kind];
  const [left, top, right, bottom] = box ?? [0, 0, 1, 1];
  const aimed = JSON.stringify([memory.key, kind, kind === "actual" || box]);
  if (memory.aimed !== aimed) memory.centre = [(left + right) / 2, (top + bottom) / 2];
  memory.aimed = aimed;
  memory.box = [left, top, right, bottom];
  viewer.dataset.zoom = kind;
  look(viewer, memory);
}

// Show the surroundings of memory.centre; the picture fills the frame as far as it can.
function look(viewer, memory) {
  const actual = viewer.dataset.zoom === "actual";
  const z = actual ? actualSize(viewer, memory.still.width) : closeness(memory.box);
  const pane = paneOf(viewer).getBoundingClientRect();
  const fine = window.devicePixelRatio || 1;
  const shifts = memory.centre.map((centre, axis) => {
    const share = z < 1 ? (1 - z) / 2 : Math.min(0, Math.max(1 - z, 0.5 - z * centre));
    const [start, size] = axis ? [pane.top, pane.height] : [pane.left, pane.width];
    return Math.round((start + share * size) * fine) / fine - start; // on a pixel of the screen
  });
  memory.centre = memory.centre.map((centre) => hold(centre, 0.5 / z));
  viewer.style.setProperty("--z", z);
  viewer.style.setProperty("--tx", `${shifts[0]}px`);
  viewer.style.setProperty("--ty", `${shifts[1]}px`);
}

// A centre as near the edge as the frame allows, so that going back is felt at once.
function hold(centre, half) {
  return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, centre));
}

function pan(viewer, memory, dx, dy) {
  memory.centre = [memory.centre[0] + dx, memory.centre[1] + dy];
  look(viewer, memory);
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
  surface.onpointerdown = (event) => {
    if (event.button || gesture) return;
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
  surface.onpointercancel = () => {
    gesture?.cancel?.();
    gesture = null;
  };
  surface.onkeydown = (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in way) {
      const step = event.shiftKey ? STEP / 5 : STEP;
      const [dx, dy] = way[event.key].map((one) => one * step);
      if (byHand(viewer)) moveCursor(viewer, memory, dx, dy);
      else pan(viewer, memory, dx, dy);
    } else if (event.key === " " && byHand(viewer)) {
      actAt(viewer, memory, memory.cursor ?? memory.centre);
    } else return;
    event.preventDefault();
  };
  memory.observer ??= new ResizeObserver(() => memory.still && look(viewer, memory));
  memory.observer.observe(paneOf(viewer));
}

function gestureAt(viewer, memory, event) {
  if (byHand(viewer)) return byHandAt(viewer, memory, event);
  const frame = viewer.querySelector(".frame").getBoundingClientRect();
  const split = viewer.querySelector(".split");
  const border = frame.left + (split.value / 100) * frame.width;
  if (viewer.dataset.mode === "compare" && Math.abs(event.clientX - border) < DIVIDER_REACH_PX) {
    const move = ({ clientX }) => {
      split.value = (100 * (clientX - frame.left)) / frame.width;
      split.oninput();
    };
    return { move };
  }
  let last = placeOf(viewer, event);
  viewer.toggleAttribute("data-moving", true);
  const end = () => viewer.removeAttribute("data-moving");
  const move = (to) => {
    const at = placeOf(viewer, to);
    pan(viewer, memory, last[0] - at[0], last[1] - at[1]);
    last = placeOf(viewer, to);
  };
  return { move, end, cancel: end };
}
