// Draws the picture it is given and the frames of its faces. Nothing is fetched or sent back.

const held = new WeakMap(); // parentElement -> URL of the picture it shows

export default function ({ data, parentElement }) {
  const { header, parts } = unpack(data);
  URL.revokeObjectURL(held.get(parentElement));
  const url = URL.createObjectURL(new Blob([parts.picture], { type: "image/jpeg" }));
  held.set(parentElement, url);
  const image = parentElement.querySelector("img");
  Object.assign(image, { src: url, alt: header.alt, width: header.width, height: header.height });
  parentElement.querySelector(".boxes").replaceChildren(...header.boxes.map(framed));
  return () => {
    URL.revokeObjectURL(held.get(parentElement));
    held.delete(parentElement);
  };
}

function framed([left, top, right, bottom], i) {
  const [box, number] = [document.createElement("span"), document.createElement("b")];
  number.textContent = i + 1;
  box.append(number);
  const share = (value) => `${100 * value}%`;
  Object.assign(box.style, { left: share(left), top: share(top) });
  Object.assign(box.style, { width: share(right - left), height: share(bottom - top) });
  return box;
}
