// Says when the connection is lost and what became of the work. Streamlit names the state of the
// connection at the root of its page; where a connection ends without a word, as that of a phone
// out of reach, asking the server which process it is gets no answer. There is nothing to see as
// long as all is well.

const STATE = "data-test-connection-state";
const MISSED_MS = 700; // a connection that is back by then was never missed
const LOOK_MS = 1000;
const CALM_MS = 10000; // between two questions as long as all is well
const PATIENCE_MS = 8000; // for an answer: a busy server is not gone
const MOST_UNANSWERED = 2;

let told = null; // what Python told last: process, visit, work, plan, seconds, words
let plan = ""; // of the visit that is lost
let state = ""; // what is said: a name among the words
let since = 0; // when the connection was lost
let unanswered = 0;
let asked = 0; // when
let region = null;
let shown = ""; // in it
let trigger = null;

export default function ({ data, setTriggerValue }) {
  const before = told;
  [told, trigger] = [data, setTriggerValue];
  if (!region) begin();
  if (before?.work && before.visit !== data.visit) {
    plan = before.plan;
    tell(before.process === data.process ? "expired" : "restarted");
  } else if (data.work && !since) tell(""); // a new photo: the lost one is no news any more
  else tell(state); // in another language
}

function begin() {
  region = document.createElement("div");
  region.className = "connection";
  region.setAttribute("role", "status"); // there before it says anything, or it is not read out
  region.dataset.reactAriaTopLayer = "true"; // to be reached beside an open dialog too
  document.body.append(region);
  const watch = new MutationObserver(look);
  watch.observe(document.body, { attributeFilter: [STATE], subtree: true });
  new MutationObserver(look).observe(document.body, { childList: true }); // where dialogs come
  addEventListener("offline", () => (asked = 0));
  addEventListener("online", () => (asked = 0));
  setInterval(look, LOOK_MS);
}

function look() {
  const connected = isConnected();
  const calm = connected && !unanswered;
  if (Date.now() - asked >= (calm ? CALM_MS : LOOK_MS) && !(calm && document.hidden)) ask();
  if (connected && unanswered < MOST_UNANSWERED) {
    if (!since) return;
    if (state !== "restarted") tell("");
    since = 0;
    trigger("back", true); // Streamlit leaves the page as it was, whether or not it is known still
    document.documentElement.removeAttribute("data-connection");
  } else if (!since) {
    since = Date.now();
    setTimeout(look, MISSED_MS);
  } else if (Date.now() - since >= MISSED_MS) lose();
}

function isConnected() {
  return document.querySelector(`[${STATE}]`)?.getAttribute(STATE) === "CONNECTED";
}

function lose() {
  dismiss();
  if (state === "restarted") return;
  if (told.work) plan = told.plan;
  const over = Date.now() - since > 1000 * told.seconds;
  document.documentElement.dataset.connection = "lost";
  document.documentElement.style.setProperty("--old", JSON.stringify(told.words.old));
  tell(told.work ? (over ? "over" : "lostAtWork") : "lost");
}

// Streamlit's own word of it, after a while, speaks to whoever runs it, and hides ours.
function dismiss() {
  for (const dialog of document.querySelectorAll('[data-testid="stDialog"] [role="dialog"]')) {
    const ours = dialog.querySelector('[data-testid="stVerticalBlock"]'); // as the guided tour
    if (!ours) dialog.querySelector("button")?.click();
  }
}

// Asks which process serves the page; every page of ours names its scripts by its root.
async function ask() {
  asked = Date.now();
  const root = document.querySelector('script[src*="static/js/"]')?.src.split("static/js/")[0];
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(new URL(told.path, root ?? document.baseURI), {
      cache: "no-store",
      signal,
    });
    const process = await answer.text();
    unanswered = answer.ok ? 0 : unanswered + 1;
    if (!/^[0-9a-f]{16}$/.test(process) || process === told.process) return;
    if (since && told.work) tell("restarted");
  } catch {
    unanswered += 1;
  }
}

function tell(name) {
  state = name;
  const text = told.words[name] ?? "";
  const reloads = name === "restarted" && !isConnected();
  if (shown === `${name} ${reloads} ${text}`) return; // or it would be read out again
  shown = `${name} ${reloads} ${text}`;
  region.replaceChildren();
  if (!text) return;
  const said = document.createElement("p");
  said.textContent = text;
  region.append(said);
  if (plan) region.append(button("save", save));
  if (reloads) region.append(button("again", () => location.reload()));
  else if (name === "restarted" || name === "expired") {
    region.append(button("close", () => tell("")));
  }
}

function button(name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = told.words[name];
  made.onclick = act;
  return made;
}

function save() {
  const link = document.createElement("a");
  const bytes = Uint8Array.from(atob(plan), (one) => one.charCodeAt(0));
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/json" }));
  link.download = "beforehand-plan.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LOOK_MS);
}
