// The guided camera. A frame is sent when the answer to the last one has come, at most one a
// second; the picture that is taken is cut out of the camera's own pixels and never mirrored.

const held = new WeakMap(); // parentElement -> what is going on in it

const FRAME_HEIGHT = 480; // px of a frame that is sent: 20 to 30 kB
const PAUSE_MS = 1000; // between two frames
const PATIENCE_MS = 8000; // after which an answer is no longer waited for
// A typical camera sees 70 degrees along its longer side (author's estimate), 84 cm at the 60 cm
// from which a face is not distorted. A face has 19 cm, half of 38 cm: so much of the longer side
// is shown, lest somebody who fills the oval comes too near. Small pictures are cut less: they have
// no pixels to lose.
const SHOWN = 0.45;
const LEAST_HEIGHT = 720;
// Author's estimates, looser than those of face_mesh/quality.py, which has the last word: the grey
// of the brightest twentieth of the oval, its share that is white, light of one half over the
// other, and sharpness against the best seen, below which camera or head moves.
const [DARK, BURNT, UNEVEN_STOPS, MOVED] = [70, 0.25, 0.9, 0.5];
const JPEG = 0.95;

export default function ({ data, parentElement, setTriggerValue }) {
  let mine = held.get(parentElement);
  if (!mine) held.set(parentElement, (mine = begin(parentElement)));
  Object.assign(mine, { data, setTriggerValue });
  label(mine);
  if (data.answered === mine.sent) mine.waiting = false;
  tell(mine);
  return () => {
    stop(mine);
    document.removeEventListener("visibilitychange", mine.hidden);
    held.delete(parentElement);
  };
}

function begin(parentElement) {
  const find = (name) => parentElement.querySelector(name);
  const mine = {
    root: find(".camera"),
    stage: find(".stage"),
    video: find("video"),
    advice: find(".advice"),
    count: find(".count"),
    start: find(".start"),
    take: find(".take"),
    stopper: find(".stop"),
    wait: find(".wait input"),
    chooser: find("select"),
    // A frame's number is the time it was sent at, so that one of an earlier visit never matches.
    sent: 0,
    waiting: false,
    local: null,
    sharpest: 0,
    canvas: document.createElement("canvas"),
  };
  mine.start.onclick = () => start(mine);
  mine.take.onclick = () => countDown(mine);
  mine.stopper.onclick = () => stop(mine);
  mine.chooser.onchange = () => start(mine, mine.chooser.value);
  mine.video.onresize = () => lay(mine);
  mine.hidden = () => document.hidden && stop(mine); // a camera nobody sees is off
  document.addEventListener("visibilitychange", mine.hidden);
  new ResizeObserver(() => lay(mine)).observe(mine.stage);
  return mine;
}

function label(mine) {
  const { words, oval, turned } = mine.data;
  const put = (element, text) => element.textContent !== text && (element.textContent = text);
  put(mine.start, words["Start the camera"]);
  put(mine.take, words["Take the photo"]);
  put(mine.stopper, words["Stop the camera"]);
  put(mine.root.querySelector(".wait span"), words["Wait three seconds before taking it"]);
  put(mine.root.querySelector(".which span"), words["Camera"]);
  const high = 400 * oval;
  const [cx, cy, rx, ry] = [150, 190, high * (turned ? 0.41 : 0.37), high / 2];
  const shape = mine.root.querySelector(".oval");
  Object.entries({ cx, cy, rx, ry }).forEach(([name, value]) => shape.setAttribute(name, value));
  const around = `M${cx - rx},${cy}a${rx},${ry} 0 1 0 ${2 * rx},0a${rx},${ry} 0 1 0 ${-2 * rx},0z`;
  mine.root.querySelector(".shade").setAttribute("d", `M0,0H300V400H0Z${around}`);
  const eyes = cy - ry * 0.14; // pupils lie a little above the middle of a face
  mine.root.querySelector(".eyes").setAttribute("d", `M${cx - rx},${eyes}h${2 * rx}`);
  const mirrored = "The live picture of the camera, mirrored, with an oval to fit the face into";
  const plain = "The live picture of the camera, with an oval to fit the face into";
  mine.video.setAttribute("aria-label", words["mirrored" in mine.root.dataset ? mirrored : plain]);
}

async function start(mine, deviceId) {
  stop(mine);
  const ticket = (mine.ticket = {});
  say(mine, "Starting the camera …");
  mine.start.disabled = true;
  try {
    if (!navigator.mediaDevices) throw Object.assign(new Error(), { name: "NoInterface" });
    const size = { width: { ideal: 3840 }, height: { ideal: 2160 } };
    const facing = { facingMode: mine.data.back ? "environment" : "user" };
    const which = deviceId ? { deviceId: { exact: deviceId } } : facing;
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...size, ...which } });
    if (mine.ticket !== ticket || !mine.root.isConnected) return end(stream);
    mine.stream = stream;
    mine.video.srcObject = stream;
    await mine.video.play();
    mine.root.dataset.state = "on";
    const [track] = stream.getVideoTracks();
    mine.root.toggleAttribute("data-mirrored", track.getSettings().facingMode !== "environment");
    track.onended = () => stop(mine);
    label(mine);
    lay(mine);
    await list(mine, track.getSettings().deviceId);
    say(mine, "Fit your face into the oval.");
    mine.take.focus({ preventScroll: true });
    mine.root.scrollIntoView({ block: "start" }); // picture, advice and button in one glance
    mine.timer = setInterval(() => look(mine), 250);
  } catch (error) {
    stop(mine);
    say(mine, reason(error.name));
  } finally {
    mine.start.disabled = false;
  }
}

// Browsers hide the camera at an address that is not secure, and so do those inside of other apps.
function reason(name) {
  if (!window.isSecureContext) {
    return "This page may use the camera only at a secure address (https). Choose a file instead.";
  }
  if (name === "NoInterface") {
    return (
      "The browser inside this app has no camera. Open this page in Safari, Chrome or Firefox, or " +
      "choose a file instead."
    );
  }
  // The second is of a page inside another one that does not pass the camera on.
  if (name === "NotAllowedError" || name === "SecurityError") {
    return (
      "The camera was not allowed. Allow it in the browser's settings for this page, or choose " +
      "a file instead."
    );
  }
  if (name === "NotReadableError" || name === "AbortError") {
    return (
      "Another program is using the camera. Close it and try again, or choose a file instead."
    );
  }
  return "No camera was found. Choose a file instead.";
}

async function list(mine, current) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter((device) => device.kind === "videoinput");
  mine.root.querySelector(".which").hidden = cameras.length < 2;
  const word = mine.data.words["Camera"];
  mine.chooser.replaceChildren(
    ...cameras.map((camera, i) => new Option(camera.label || `${word} ${i + 1}`, camera.deviceId)),
  );
  mine.chooser.value = current;
}

function stop(mine) {
  clearInterval(mine.timer);
  clearInterval(mine.counting);
  mine.counting = mine.ticket = mine.local = null;
  mine.waiting = false;
  mine.sharpest = 0;
  if (mine.stream) end(mine.stream);
  mine.stream = mine.video.srcObject = null;
  mine.canvas.width = mine.canvas.height = 0; // forgets the last frame
  mine.count.textContent = mine.advice.textContent = "";
  mine.root.dataset.state = "off";
  mine.root.removeAttribute("data-good");
}

function end(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

// The part of the camera's picture that is shown, sent and taken: upright, three to four.
function part({ videoWidth: width, videoHeight: height }) {
  const wanted = Math.max(SHOWN * Math.max(width, height), LEAST_HEIGHT);
  const high = Math.min(wanted, height, (width * 4) / 3);
  const wide = (high * 3) / 4;
  return { x: (width - wide) / 2, y: (height - high) / 2, wide, high };
}

function lay(mine) {
  const { video, stage } = mine;
  if (!video.videoWidth) return;
  const scale = stage.clientHeight / part(video).high;
  video.style.width = `${video.videoWidth * scale}px`;
  video.style.height = `${video.videoHeight * scale}px`;
}

function draw(mine, high) {
  const { x, y, wide, high: whole } = part(mine.video);
  const canvas = mine.canvas;
  canvas.height = Math.round(Math.min(high, whole));
  canvas.width = Math.round(canvas.height * 0.75);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(mine.video, x, y, wide, whole, 0, 0, canvas.width, canvas.height);
  return pen;
}

function look(mine) {
  if (mine.counting || !mine.video.videoWidth) return;
  const pen = draw(mine, FRAME_HEIGHT);
  mine.local = judged(mine, pen);
  const since = Date.now() - mine.sent;
  if (mine.waiting && since < PATIENCE_MS) return tell(mine);
  if (since >= PAUSE_MS) {
    mine.sent = Date.now();
    mine.waiting = true;
    const picture = mine.canvas.toDataURL("image/jpeg", 0.8);
    mine.setTriggerValue("frame", { number: mine.sent, picture });
  }
  tell(mine);
}

// Light and movement, which change faster than the server is asked.
function judged(mine, pen) {
  const { width, height } = pen.canvas;
  const { oval } = mine.data;
  const [cx, cy, ry] = [width / 2, height * 0.475, (height * oval) / 2];
  const rx = ry * 0.74;
  const pixels = pen.getImageData(0, 0, width, height).data;
  const grey = (x, y) => {
    const at = 4 * (y * width + x);
    return 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
  };
  const levels = [];
  const light = [0, 0];
  let [white, slope, bend] = [0, 0, 0];
  for (let y = Math.ceil(cy - ry); y < cy + ry - 1; y += 2) {
    for (let x = Math.ceil(cx - rx); x < cx + rx - 1; x += 2) {
      if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 > 1) continue;
      const level = grey(x, y);
      levels.push(level);
      light[x < cx ? 0 : 1] += (level / 255) ** 2.2;
      white += level > 250;
      slope += Math.abs(grey(x + 1, y) - level);
      bend += Math.abs(grey(x + 1, y) + grey(x - 1, y) - 2 * level);
    }
  }
  levels.sort((a, b) => a - b);
  const sharpness = bend / (slope + 1);
  mine.sharpest = Math.max(mine.sharpest * 0.995, sharpness);
  if (levels[Math.floor(levels.length * 0.95)] < DARK) {
    return "It is too dark. Face a window or a lamp.";
  }
  if (white / levels.length > BURNT) return "It is too bright. Move away from the lamp.";
  if (!mine.data.turned && Math.abs(Math.log2((light[0] + 1) / (light[1] + 1))) > UNEVEN_STOPS) {
    return "One side is darker. Turn until the light falls evenly on your face.";
  }
  return sharpness < MOVED * mine.sharpest ? "Hold still." : null;
}

// At most two things at a time; what changes back within half a second is not said at all.
function tell(mine) {
  if (mine.root.dataset.state !== "on" || mine.counting || mine.busy) return;
  const { words, advice, good, answered } = mine.data;
  const about = answered && advice !== null && answered >= mine.sent - PATIENCE_MS;
  const texts = about ? [...advice] : [];
  if (mine.local) texts.push(words[mine.local]);
  const fine = about && good && !mine.local;
  if (fine) texts.unshift(words["Good. Hold still and take the photo."]);
  if (!texts.length) texts.push(words["Fit your face into the oval."]);
  const text = [...new Set(texts)].slice(0, 2).join("\n");
  if (text !== mine.next) [mine.next, mine.since] = [text, Date.now()];
  if (mine.advice.textContent === text || Date.now() - mine.since < 400) return;
  mine.advice.textContent = text;
  mine.root.toggleAttribute("data-good", Boolean(fine));
}

function say(mine, text) {
  mine.next = mine.advice.textContent = mine.data.words[text];
}

function countDown(mine) {
  if (mine.counting || mine.busy || !mine.stream) return;
  if (!mine.wait.checked) return take(mine);
  let left = 3;
  const step = () => {
    mine.count.textContent = mine.advice.textContent = left ? String(left) : "";
    if (left--) return;
    clearInterval(mine.counting);
    mine.counting = null;
    take(mine);
  };
  mine.counting = setInterval(step, 1000);
  step();
}

function take(mine) {
  mine.busy = true;
  say(mine, "Taking the photo …");
  draw(mine, Infinity);
  const picture = mine.canvas.toDataURL("image/jpeg", JPEG);
  stop(mine);
  mine.setTriggerValue("taken", picture);
  mine.busy = false;
}
