// Draws the picture it is given and the frames of its faces, and tells which one is pointed at.
// Nothing is fetched.

const held = new WeakMap(); // parentElement -> URL of the picture it shows

export default function ({ data, parentElement, setTriggerValue }) {
  const { header, parts } = unpack(data);
  URL.revokeObjectURL(held.get(parentElement));
  const url = URL.createObjectURL(new Blob([parts.picture], { type: "image/jpeg" }));
  held.set(parentElement, url);
  const image = parentElement.querySelector("img");
  Object.assign(image, { src: url, alt: header.alt, width: header.width, height: header.height });
  const boxes = parentElement.querySelector(".boxes");
  const focused = [...boxes.children].indexOf(parentElement.getRootNode().activeElement);
  boxes.replaceChildren(...header.boxes.map((box, i) => framed(box, i, header)));
  boxes.children[focused]?.focus({ preventScroll: true });
  boxes.classList.toggle("points", header.points);
  boxes.onclick = (event) => {
    if (header.points) setTriggerValue("chosen", 1 + pointed(event, boxes, header.boxes));
  };
  return () => {
    URL.revokeObjectURL(held.get(parentElement));
    held.delete(parentElement);
  };
}

function framed([left, top, right, bottom], i, { names, points, chosen }) {
  const box = document.createElement(points ? "button" : "span");
  const number = document.createElement("b");
  number.textContent = i + 1;
  number.ariaHidden = "true";
  box.append(number);
  if (points) {
    box.type = "button";
    box.ariaLabel = names[i];
    box.ariaPressed = String(i === chosen);
  }
  const share = (value) => `${100 * value}%`;
  Object.assign(box.style, { left: share(left), top: share(top) });
  Object.assign(box.style, { width: share(right - left), height: share(bottom - top) });
  return box;
}

// The face that is nearest to where it was tapped: small ones stand closer together than a finger is
// wide. A key has no place, and means its own.
function pointed(event, boxes, faces) {
  if (!event.detail) return [...boxes.children].indexOf(event.target.closest("button"));
  const { left, top, width, height } = boxes.getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top];
  const away = faces.map(([x0, y0, x1, y1]) =>
    Math.hypot(x - ((x0 + x1) / 2) * width, y - ((y0 + y1) / 2) * height),
  );
  return away.indexOf(Math.min(...away));
}
