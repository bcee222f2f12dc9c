// The browser's side of the viewer. Runs again whenever its data changes; what must outlive a run
// is kept by the element it is drawn in. Nothing is fetched; sent back are "holds" (which photo is
// here) and "edits" (what was done by hand), and nothing else.

const kept = new WeakMap(); // parentElement -> memory

export default function ({ data, parentElement, setStateValue }) {
  const viewer = parentElement.querySelector(".viewer");
  const memory = kept.get(parentElement) ?? { urls: {}, still: null, key: null, edits: null };
  kept.set(parentElement, memory);
  memory.report = setStateValue;
  memory.live ??= newLive(viewer, memory);

  const { header, parts } = unpack(data);
  memory.words = header.words;
  memory.language = header.language;
  showWords(viewer, memory);
  const isNew = header.still && memory.key !== header.photo;
  if (header.still) {
    if (isNew) memory.edits = header.still.edits ?? { strokes: [], spots: [] };
    memory.still = header.still;
    memory.key = header.photo;
    takeHead(memory, header.still.head, parts.head);
    showStill(viewer, memory, parts.before, isNew);
  }
  keepLayers(memory, header.live, parts);
  if (memory.key !== header.photo || lacks(memory, header.live)) {
    setStateValue("holds", ""); // this element is new, or missed something: ask for all of it
    return () => release(memory);
  }
  if (header.still) setStateValue("holds", header.photo);
  takeScene(memory, header.live, parts);
  showResult(viewer, memory, header, parts);
  takeTurn(viewer, memory, header.turn, parts.turn);
  showNotes(viewer, memory, header.notes);
  showRetouch(viewer, memory, header.retouch, parts.mask);
  connect(viewer, memory);
  return () => release(memory);
}

// A text of WORDS in viewer.py, with numbers as the language writes them.
function word(memory, name, values = {}) {
  const number = new Intl.NumberFormat(memory.language);
  return Object.entries(values).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, number.format(value)),
    memory.words[name],
  );
}

function showWords(viewer, memory) {
  viewer.querySelectorAll("[data-word]").forEach((one) => {
    one.textContent = memory.words[one.dataset.word];
  });
  viewer.querySelectorAll("[data-label]").forEach((one) => {
    one.setAttribute("aria-label", memory.words[one.dataset.label]);
    if (one.matches("button")) one.title = memory.words[one.dataset.label];
  });
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
  releaseTurned(memory);
  memory.observer?.disconnect();
  memory.observer = null;
  releaseLive(memory);
}

function showStill(viewer, memory, jpeg, isNew) {
  const { width, height, alt, dots, boxes, face } = memory.still;
  viewer.style.setProperty("--ratio", width / height);
  const image = viewer.querySelector(".before .picture");
  image.alt = alt;
  place(image, memory, "before", jpeg, "image/jpeg");
  takePhoto(memory, jpeg);
  const path = dots.map(([x, y]) => `M${x} ${y}h0`).join("");
  viewer.querySelectorAll(".marks path").forEach((mark) => mark.setAttribute("d", path));
  viewer.querySelector(".boxes").replaceChildren(...boxes.map(frameOf));
  viewer.toggleAttribute("data-face", Boolean(face));
  if (isNew) choose(viewer, "zoom", face && closeness(face) > 1.25 ? "face" : "photo");
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
  place(viewer.querySelector(".moved"), memory, "moved", parts.moved, "image/png");
  viewer.toggleAttribute("data-moved", Boolean(parts.moved));
  memory.tag = tag;
  viewer.toggleAttribute("data-after", Boolean(parts.after));
  viewer.toggleAttribute("data-treated", Boolean(treated));
  viewer.toggleAttribute("data-heat", Boolean(parts.heat));
  viewer.toggleAttribute("data-unsure", Boolean(parts.unsure));
  memory.treated = treated;
  if (mostMm) showScale(viewer.querySelector(".of-heat"), memory, mostMm, colours);
  if (steps) viewer.querySelector(".steps").replaceChildren(...steps.map(stepOf));
  if (!treated && picked(viewer, "zoom") === "treated") choose(viewer, "zoom", "photo");
  for (const layer of ["heat", "unsure"]) {
    if (!parts[layer] && picked(viewer, "mode") === layer) choose(viewer, "mode", "compare");
  }
  takeOver(viewer, memory, image, parts.after ? alt : "");
}

// The ends and the colours of a scale of movement.
function showScale(legend, memory, mostMm, colours) {
  legend.querySelector(".least").textContent = word(memory, "mm", { mm: 0 });
  legend.querySelector(".most").textContent = word(memory, "mm", { mm: mostMm });
  legend.querySelector(".ramp").style.background = `linear-gradient(90deg, ${colours.join(",")})`;
}

// The picture that Python made takes the place of the live one once it can be painted, so that the
// one before it is never seen again; then, and only then, it is told to whoever cannot see it.
function takeOver(viewer, memory, image, alt) {
  const turn = (memory.turn = (memory.turn ?? 0) + 1);
  if (!viewer.hasAttribute("data-live")) viewer.querySelector(".tag-after").textContent = memory.tag;
  const painted = alt ? image.decode().catch(() => {}) : Promise.resolve();
  Promise.all([painted, memory.live.ready]).then(() => {
    if (turn !== memory.turn || !memory.live) return;
    settle(viewer, memory);
    drawTurned(viewer, memory);
    const status = viewer.querySelector(".settled");
    if (status.textContent !== alt) status.textContent = alt;
  });
}

// Drawn anew only if they say something else, so that nothing is read out twice.
function showNotes(viewer, memory, notes) {
  const list = viewer.querySelector(".notes");
  const said = JSON.stringify([notes, memory.language]);
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  const folded = notes.filter(([severity]) => severity === "info");
  const open = notes.filter(([severity]) => severity !== "info");
  const rows = open.map((note) => noteOf(memory, note));
  if (folded.length) rows.push(foldedNote(viewer, memory, folded));
  list.replaceChildren(...rows);
  list.tabIndex = list.scrollHeight > list.clientHeight ? 0 : -1; // what scrolls can be reached by keys
  viewer.toggleAttribute("data-notes", open.length > 0); // only these take room from the picture
}

function foldedNote(viewer, memory, notes) {
  const [row, details, summary, list] = ["li", "details", "summary", "ul"].map((name) =>
    document.createElement(name),
  );
  row.className = "info";
  summary.textContent = word(memory, notes.length === 1 ? "folded_one" : "folded_many", {
    n: notes.length,
  });
  list.append(...notes.map((note) => noteOf(memory, note)));
  details.append(summary, list);
  details.ontoggle = () => viewer.querySelector(".notes").toggleAttribute("data-open", details.open);
  row.append(details);
  return row;
}

function noteOf(memory, [severity, sentence]) {
  const [note, kind, words] = ["li", "span", "span"].map((name) => document.createElement(name));
  note.className = severity;
  kind.className = "visually-hidden";
  kind.textContent = memory.words[severity];
  words.textContent = sentence;
  if (severity === "refuse") words.setAttribute("role", "alert");
  note.append(kind, words);
  return note;
}

function stepOf(colour) {
  const step = document.createElement("span");
  step.style.background = `linear-gradient(${colour}, ${colour}), #999`; // as over a colourless photo
  return step;
}

function connect(viewer, memory) {
  const split = viewer.querySelector(".split");
  split.oninput = (event) => {
    if (event) memory.ownBorder = true;
    const before = Number(split.value);
    viewer.style.setProperty("--split", `${before}%`);
    split.setAttribute("aria-valuetext", word(memory, "border_at", { before, after: 100 - before }));
  };
  split.oninput();
  const landmarks = viewer.querySelector(".landmarks");
  connectLooking(viewer, memory);
  connectRetouch(viewer, memory);
  connectTurn(viewer, memory);
  viewer.onchange = ({ target }) => {
    if (target === split || target?.matches?.(".brush, .turn")) return;
    // On a phone the row of tools is longer than the screen: what was picked is seen whole.
    target?.closest?.(".tools label")?.scrollIntoView({ block: "nearest", inline: "center" });
    viewer.dataset.mode = picked(viewer, "mode");
    if (target?.value === "side" && isNarrow() && picked(viewer, "zoom") === "photo") {
      choose(viewer, "zoom", memory.still.face ? "face" : "photo"); // two whole photos are small
    }
    viewer.toggleAttribute("data-landmarks", landmarks.checked);
    aim(viewer, memory);
    settleRetouch(viewer, memory);
    nameSurface(viewer, memory);
    drawTurned(viewer, memory);
  };
  viewer.onchange({ target: null });
}

const [BESIDE, LEAST, MOST_BORDER] = [0.12, 9, 60]; // of the box, and % of the frame

// At first the border stands left of the treated area, so that one sees all of it as it would be;
// it stays wherever somebody has put it.
function placeBorder(viewer, memory, isAimedAnew) {
  const split = viewer.querySelector(".split");
  if (memory.ownBorder || !memory.treated || viewer.dataset.zoom === FREE) return;
  const [left, , right] = memory.treated;
  const at = 100 * (memory.offset + memory.z * (left + BESIDE * (right - left)));
  const wanted = Math.round(Math.min(MOST_BORDER, Math.max(LEAST, at)));
  if (!isAimedAnew && memory.hasBorder && Number(split.value) <= wanted) return;
  memory.hasBorder = true;
  split.value = wanted;
  split.oninput();
}

function nameSurface(viewer, memory) {
  const name = isTurned(viewer) ? "surface_turned" : byHand(viewer) ? "surface_by_hand" : "surface";
  viewer.querySelector(".surface").setAttribute("aria-label", memory.words[name]);
}

// The value of what is picked; null where none is, as of the zooms after zooming by hand.
function picked(viewer, name) {
  return viewer.querySelector(`[name="${name}"]:checked`)?.value ?? null;
}

function choose(viewer, name, value) {
  viewer.querySelector(`[name="${name}"][value="${value}"]`).checked = true;
}
