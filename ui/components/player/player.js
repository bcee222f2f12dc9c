// Plays the film of the data. Nothing starts by itself, whatever the visitor likes of motion.

const STEPS = 1000; // of the line of time
const shown = new WeakMap(); // video -> the film it has and that film's address

function same(one, other) {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function release(video) {
  const held = shown.get(video);
  if (held) URL.revokeObjectURL(held.url);
  shown.delete(video);
}

export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(name);
  const [video, play, time, controls, unplayed] =
    ["video", ".play", ".time", ".controls", ".unplayed"].map(find);
  const { header, parts } = unpack(data);
  const [{ words, dates, width, height }, { film }] = [header, parts];
  video.setAttribute("aria-label", words.alt);
  time.setAttribute("aria-label", words.time);
  unplayed.textContent = words.unplayed;

  const told = () => {
    play.textContent = video.paused ? words.play : words.pause;
  };
  const follow = () => {
    const share = video.duration ? video.currentTime / video.duration : 0;
    time.value = Math.round(STEPS * share);
    const [, date] = dates.findLast(([start]) => start <= video.currentTime) ?? dates[0];
    time.setAttribute("aria-valuetext", date);
    if (!video.paused) requestAnimationFrame(follow);
  };
  video.onplay = () => {
    told();
    follow();
  };
  video.onpause = told;
  video.onseeked = follow;
  video.onclick = play.onclick = () => (video.paused ? video.play() : video.pause());
  time.oninput = () => {
    video.pause();
    video.currentTime = (time.value / STEPS) * (video.duration || 0);
  };
  video.onerror = () => {
    video.hidden = controls.hidden = true;
    unplayed.hidden = false;
  };
  told();
  follow();

  // The same film again, as after another choice elsewhere on the page, plays on.
  const held = shown.get(video);
  if (!held || !same(held.film, film)) {
    release(video);
    const url = URL.createObjectURL(new Blob([film], { type: "video/mp4" }));
    shown.set(video, { film, url });
    video.hidden = controls.hidden = false;
    unplayed.hidden = true;
    [video.width, video.height] = [width, height];
    video.src = url;
  }
  return () => {
    video.onerror = null;
    video.removeAttribute("src");
    video.load();
    release(video);
  };
}
