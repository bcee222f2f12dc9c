// Lets a file that was chosen while the connection was lost wait for it, and sends it then. There is
// nothing to see. An upload field that is off hears nothing, but its input keeps what was chosen.

const FIELD = '[data-testid="stFileUploaderDropzone"]';
const EVERY_MS = 100;
let listening = false;
const waiting = new Set();

export default function () {
  if (!listening) addEventListener("change", chosen, true);
  listening = true;
}

function chosen({ target }) {
  if (!waiting.has(target) && off(target)) wait(target);
}

async function wait(input) {
  waiting.add(input);
  while (off(input)) await new Promise((go) => setTimeout(go, EVERY_MS));
  waiting.delete(input);
  if (input.isConnected && input.files.length) {
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function off(input) {
  return input.isConnected && input.closest?.(FIELD)?.ariaDisabled === "true";
}
