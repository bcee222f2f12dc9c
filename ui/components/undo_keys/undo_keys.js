// Ctrl+Z presses the button that takes back a change, Ctrl+Shift+Z or Ctrl+Y the one that does it
// again; on a Mac it is Cmd. There is nothing to see.

const NOT_TYPED_IN = ["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"];

export default function () {
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

function press(event) {
  const name = meant(event);
  // Streamlit draws a button with an explanation twice: one for a desk, one for a phone.
  const drawn = [...document.querySelectorAll(`.st-key-${name} button`)];
  const button = drawn.find((one) => one.checkVisibility());
  if (!button || isTypedIn(event.composedPath()[0])) return;
  event.preventDefault(); // or the browser would take back what was typed elsewhere
  button.click();
}

function meant(event) {
  if (event.altKey || event.ctrlKey === event.metaKey) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && event.ctrlKey && !event.shiftKey ? "redo" : null;
}

function isTypedIn(field) {
  if (field.isContentEditable || field.matches?.("textarea, select")) return true;
  // A list to search in keeps the focus after something was chosen from it.
  const searched = field.matches?.('[role="combobox"]') && !field.value;
  return Boolean(field.matches?.("input")) && !NOT_TYPED_IN.includes(field.type) && !searched;
}
