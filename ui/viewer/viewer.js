// The browser's side of the viewer. Runs again whenever its data changes; what must outlive a run
// is kept by the element it is drawn in. Nothing is fetched; sent back are "holds" (which photo is
// here) and "edits" (what was done by hand), and nothing else.

const TWO_ROWS_PX = 100; // of tools; more are three rows of them
const kept = new WeakMap(); // parentElement -> { urls, still, key }

export default function ({ data, parentElement, setStateValue }) {
  const viewer = parentElement.querySelector(".viewer");
  const memory = kept.get(parentElement) ?? { urls: {}, still: null, key: null, edits: null };
  kept.set(parentElement, memory);
  memory.report = setStateValue;

  const { header, parts } = unpack(data);
  if (header.still) {
    if (memory.key !== header.photo) memory.edits = header.still.edits ?? { strokes: [], spots: [] };
    memory.still = header.still;
    memory.key = header.photo;
    showStill(viewer, memory, parts.before);
    setStateValue("holds", header.photo);
  } else if (memory.key !== header.photo) {
    setStateValue("holds", ""); // this element is new: ask for the photo
    return () => release(memory);
  }
  showResult(viewer, memory, header, parts);
  showNotes(viewer, header.notes);
  showRetouch(viewer, memory, header.retouch, parts.mask);
  connect(viewer, memory);
  return () => release(memory);
}

// u32 length, JSON header, then the parts it lists: see pack() in viewer.py.
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  const parts = {};
  for (const [name, length] of header.parts) {
    parts[name] = bytes.slice(at, at + length);
    at += length;
  }
  return { header, parts };
}

// Show a part in an <img>; the old picture stays until the new one is there, then is given back.
function place(image, memory, name, bytes, type) {
  const old = memory.urls[name];
  if (bytes) {
    memory.urls[name] = URL.createObjectURL(new Blob([bytes], { type }));
    image.onload = () => old && URL.revokeObjectURL(old);
    image.src = memory.urls[name];
  } else if (old) {
    delete memory.urls[name];
    image.removeAttribute("src");
    URL.revokeObjectURL(old);
  }
}

function release(memory) {
  Object.values(memory.urls).forEach((url) => URL.revokeObjectURL(url));
  memory.urls = {};
  memory.key = null;
  memory.mask = null;
  memory.observer?.disconnect();
  memory.observer = null;
}

function showStill(viewer, memory, jpeg) {
  const { width, height, alt, dots, boxes, face } = memory.still;
  viewer.style.setProperty("--ratio", width / height);
  const image = viewer.querySelector(".before .picture");
  image.alt = alt;
  place(image, memory, "before", jpeg, "image/jpeg");
  const path = dots.map(([x, y]) => `M${x} ${y}h0`).join("");
  viewer.querySelectorAll(".marks path").forEach((mark) => mark.setAttribute("d", path));
  viewer.querySelector(".boxes").replaceChildren(...boxes.map(frameOf));
  viewer.toggleAttribute("data-face", Boolean(face));
  choose(viewer, "zoom", face && closeness(face) > 1.25 ? "face" : "photo");
}

function frameOf([left, top, right, bottom], index) {
  const frame = document.createElement("span");
  frame.dataset.number = index + 1;
  const percent = (share) => `${100 * share}%`;
  Object.assign(frame.style, {
    left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top),
  });
  return frame;
}

function showResult(viewer, memory, { alt, tag, treated, mostMm, colours, steps }, parts) {
  const image = viewer.querySelector(".after .picture");
  image.alt = alt;
  place(image, memory, "after", parts.after, "image/jpeg");
  place(viewer.querySelector(".heat"), memory, "heat", parts.heat, "image/png");
  place(viewer.querySelector(".unsure"), memory, "unsure", parts.unsure, "image/png");
  viewer.querySelector(".tag-after").textContent = tag;
  viewer.toggleAttribute("data-after", Boolean(parts.after));
  viewer.toggleAttribute("data-treated", Boolean(treated));
  viewer.toggleAttribute("data-heat", Boolean(parts.heat));
  viewer.toggleAttribute("data-unsure", Boolean(parts.unsure));
  memory.treated = treated;
  if (mostMm) {
    viewer.querySelector(".most").textContent = `${mostMm} mm`;
    viewer.querySelector(".ramp").style.background = `linear-gradient(90deg, ${colours.join(",")})`;
  }
  if (steps) viewer.querySelector(".steps").replaceChildren(...steps.map(stepOf));
  if (!treated && picked(viewer, "zoom") === "treated") choose(viewer, "zoom", "photo");
  for (const layer of ["heat", "unsure"]) {
    if (!parts[layer] && picked(viewer, "mode") === layer) choose(viewer, "mode", "compare");
  }
}

// Drawn anew only if they say something else, so that nothing is read out twice.
function showNotes(viewer, notes) {
  const list = viewer.querySelector(".notes");
  const said = JSON.stringify(notes);
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  list.replaceChildren(...notes.map(noteOf));
  list.tabIndex = list.scrollHeight > list.clientHeight ? 0 : -1; // what scrolls can be reached by keys
  viewer.toggleAttribute("data-notes", notes.length > 0);
}

function noteOf([severity, sentence]) {
  const note = document.createElement("li");
  const words = document.createElement("span");
  note.className = severity;
  words.textContent = sentence;
  if (severity === "refuse") words.setAttribute("role", "alert");
  note.append(words);
  return note;
}

function stepOf(colour) {
  const step = document.createElement("span");
  step.style.background = `linear-gradient(${colour}, ${colour}), #999`; // as over a colourless photo
  return step;
}

function connect(viewer, memory) {
  const split = viewer.querySelector(".split");
  split.oninput = () => {
    viewer.style.setProperty("--split", `${split.value}%`);
    split.setAttribute("aria-valuetext", `${split.value} % before, ${100 - split.value} % simulated`);
  };
  split.oninput();
  const landmarks = viewer.querySelector(".landmarks");
  connectLooking(viewer, memory);
  connectRetouch(viewer, memory);
  viewer.onchange = ({ target }) => {
    if (target === split || target?.matches?.(".brush")) return;
    viewer.dataset.mode = picked(viewer, "mode");
    const host = viewer.getRootNode().host; // for page.css
    host?.setAttribute("data-mode", viewer.dataset.mode);
    host?.toggleAttribute("data-tall", viewer.querySelector(".tools").offsetHeight > TWO_ROWS_PX);
    viewer.toggleAttribute("data-landmarks", landmarks.checked);
    aim(viewer, memory);
    settleRetouch(viewer, memory);
  };
  viewer.onchange({ target: null });
}

function picked(viewer, name) {
  return viewer.querySelector(`[name="${name}"]:checked`).value;
}

function choose(viewer, name, value) {
  viewer.querySelector(`[name="${name}"][value="${value}"]`).checked = true;
}
