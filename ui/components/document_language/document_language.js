// Names the language of the page to the browser, and says in it what Streamlit says by itself, which
// it has in English only. Only words that Streamlit draws as a whole are replaced, as they come; what
// was there is kept, for a visitor may choose English again.

const ATTRIBUTES = ["aria-label", "aria-valuetext", "placeholder", "title"];
// Its value and its two ends are figures that Streamlit writes by a printf format, with a point.
const SLIDER = '[data-testid="stSlider"]';
const LONGEST = 120; // characters: Streamlit's own words are short, and all else is left alone
const was = new WeakMap(); // node -> { of attribute or text: [as Streamlit wrote it, as put there] }
const watches = new WeakMap(); // parentElement -> its observer
let texts = glossary({});
let labels = glossary({});
let decimal = ".";

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.language;
  texts = glossary(data.texts);
  labels = glossary(data.labels);
  decimal = data.decimal;
  translate(document.body);
  watches.get(parentElement)?.disconnect();
  const watch = new MutationObserver((changes) =>
    changes.forEach(({ addedNodes, attributeName: name, target, type }) => {
      if (type === "attributes") put(target, name, target.getAttribute(name));
      else if (type === "characterData") put(target, "text", target.nodeValue);
      else addedNodes.forEach(translate);
    }),
  );
  watch.observe(document.body, {
    attributes: true,
    attributeFilter: ATTRIBUTES,
    characterData: true,
    childList: true,
    subtree: true,
  });
  watches.set(parentElement, watch);
  return () => watch.disconnect();
}

function glossary(words) {
  const entries = Object.entries(words);
  const filled = entries.filter(([text]) => text.includes("*"));
  return {
    exact: new Map(entries.filter(([text]) => !text.includes("*"))),
    patterns: filled.map(([text, said]) => [shape(text), said]),
  };
}

function shape(text) {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+)")}$`);
}

function translate(root) {
  if (root.nodeType === Node.TEXT_NODE) return put(root, "text", root.nodeValue);
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = root; node; node = walker.nextNode())
    if (node.nodeType === Node.TEXT_NODE) put(node, "text", node.nodeValue);
    else for (const name of ATTRIBUTES) put(node, name, node.getAttribute(name));
}

function put(node, name, now) {
  if (!now || now.length > LONGEST) return;
  const kept = was.get(node)?.[name];
  const from = kept && kept[1] === now ? kept[0] : now;
  const said = isFigure(node, name, from)
    ? from.replace(/(\d)\.(?=\d)/, `$1${decimal}`)
    : translated(from, name === "text" ? texts : labels);
  if (said === now) return;
  was.set(node, { ...was.get(node), [name]: [from, said] });
  if (name === "text") node.nodeValue = said;
  else node.setAttribute(name, said);
}

// A slider's label is a sentence of ours: it does not begin with a figure.
function isFigure(node, name, text) {
  if (!["text", "aria-valuetext"].includes(name) || !/^-?\d+\.\d/.test(text)) return false;
  return Boolean((name === "text" ? node.parentElement : node)?.closest(SLIDER));
}

function translated(text, { exact, patterns }) {
  if (exact.has(text)) return exact.get(text);
  for (const [pattern, said] of patterns) {
    const found = pattern.exec(text);
    if (found) return said.replace("*", () => found[1]);
  }
  return text;
}
