// Puts the film of the data into the page's own player. Nothing starts by itself.

const addresses = new WeakMap();

function unpacked(bytes) {
  const data = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const length = new DataView(data.buffer, data.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  return [header, data.slice(4 + length)];
}

export default function ({ data, parentElement }) {
  const video = parentElement.querySelector(".player");
  const unplayed = parentElement.querySelector(".unplayed");
  const [header, film] = unpacked(data);
  video.setAttribute("aria-label", header.alt);
  unplayed.textContent = header.unplayed;
  video.onerror = () => {
    video.hidden = true;
    unplayed.hidden = false;
  };
  // The same film again, as after a rerun of the page, plays on.
  const same = addresses.get(video);
  if (same && same.length === film.length && same.film.every((one, i) => one === film[i])) return;
  if (same) URL.revokeObjectURL(same.url);
  const url = URL.createObjectURL(new Blob([film], { type: "video/mp4" }));
  addresses.set(video, { url, film, length: film.length });
  video.hidden = false;
  unplayed.hidden = true;
  video.width = header.width;
  video.height = header.height;
  video.src = url;
  return () => {
    URL.revokeObjectURL(addresses.get(video)?.url ?? url);
    video.removeAttribute("src");
    video.load();
  };
}
