// Names the language of the page to the browser, and says in it what Streamlit says by itself, which
// it has in English only. Only words that Streamlit draws as a whole are replaced, as they come; what
// was there is kept, for a visitor may choose English again.

const ATTRIBUTES = ["aria-label", "placeholder", "title"];
const LONGEST = 120; // characters: Streamlit's own words are short, and all else is left alone
const was = new WeakMap(); // node -> { of attribute or text: [as Streamlit wrote it, as put there] }
const watches = new WeakMap(); // parentElement -> its observer
let texts = glossary({});
let labels = glossary({});

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.language;
  texts = glossary(data.texts);
  labels = glossary(data.labels);
  translate(document.body);
  watches.get(parentElement)?.disconnect();
  const watch = new MutationObserver((changes) =>
    changes.forEach(({ addedNodes, attributeName: name, target }) =>
      name ? put(target, name, target.getAttribute(name)) : addedNodes.forEach(translate),
    ),
  );
  const seen = { attributes: true, attributeFilter: ATTRIBUTES, childList: true, subtree: true };
  watch.observe(document.body, seen);
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
  const said = translated(from, name === "text" ? texts : labels);
  if (said === now) return;
  was.set(node, { ...was.get(node), [name]: [from, said] });
  if (name === "text") node.nodeValue = said;
  else node.setAttribute(name, said);
}

function translated(text, { exact, patterns }) {
  if (exact.has(text)) return exact.get(text);
  for (const [pattern, said] of patterns) {
    const found = pattern.exec(text);
    if (found) return said.replace("*", () => found[1]);
  }
  return text;
}
