// The browser's side of the viewer. Runs again whenever its data changes; what must outlive a run
// is kept by the element it is drawn in. Nothing is fetched; sent back are "holds" (which photo is
// here) and "edits" (what was done by hand), and nothing else.

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

function showResult(viewer, memory, { alt, treated, mostMm, colours }, parts) {
  const image = viewer.querySelector(".after .picture");
  image.alt = alt;
  place(image, memory, "after", parts.after, "image/jpeg");
  place(viewer.querySelector(".heat"), memory, "heat", parts.heat, "image/png");
  viewer.toggleAttribute("data-after", Boolean(parts.after));
  viewer.toggleAttribute("data-treated", Boolean(treated));
  viewer.toggleAttribute("data-heat", Boolean(parts.heat));
  memory.treated = treated;
  if (mostMm) {
    viewer.querySelector(".most").textContent = `${mostMm} mm`;
    viewer.querySelector(".ramp").style.background = `linear-gradient(90deg, ${colours.join(",")})`;
  }
  if (!treated && picked(viewer, "zoom") === "treated") choose(viewer, "zoom", "photo");
  if (!parts.heat && picked(viewer, "mode") === "heat") choose(viewer, "mode", "compare");
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
    viewer.getRootNode().host?.setAttribute("data-mode", viewer.dataset.mode); // for page.css
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
