// Draws the pictures it is given. Nothing is fetched and nothing is sent back.

const held = new WeakMap(); // parentElement -> URLs of the pictures it shows

export default function ({ data, parentElement }) {
  release(parentElement);
  const { captions, alts, pictures } = unpack(data);
  const urls = pictures.map((bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })));
  held.set(parentElement, urls);
  parentElement.querySelector(".strip").replaceChildren(...urls.map((url, i) => shown(url, captions[i], alts[i])));
  return () => release(parentElement);
}

// u32 length, JSON header, then the parts it lists: see pack() in viewer.py.
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  const pictures = header.parts.map(([, length]) => bytes.slice(at, (at += length)));
  return { captions: header.captions, alts: header.alts, pictures };
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
