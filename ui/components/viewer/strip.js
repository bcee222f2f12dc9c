// Draws the pictures it is given. Nothing is fetched and nothing is sent back.

const held = new WeakMap(); // parentElement -> URLs of the pictures it shows

export default function ({ data, parentElement }) {
  release(parentElement);
  const { header, parts } = unpack(data);
  const { captions, alts } = header;
  const urls = Object.values(parts).map((bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })));
  held.set(parentElement, urls);
  parentElement.querySelector(".strip").replaceChildren(...urls.map((url, i) => shown(url, captions[i], alts[i])));
  return () => release(parentElement);
}

function shown(url, caption, alt) {
  const [item, figure, title, image] = ["li", "figure", "figcaption", "img"].map((name) =>
    document.createElement(name),
  );
  title.textContent = caption;
  image.src = url;
  image.alt = alt;
  figure.append(title, image);
  item.append(figure);
  return item;
}

function release(parentElement) {
  (held.get(parentElement) ?? []).forEach((url) => URL.revokeObjectURL(url));
  held.delete(parentElement);
}
