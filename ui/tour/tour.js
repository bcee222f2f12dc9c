// The browser's side of the tour. Nothing is fetched; sent back is only that it has ended.

const kept = new WeakMap(); // parentElement -> { at, frame }

export default function ({ data, parentElement, setTriggerValue }) {
  const memory = kept.get(parentElement) ?? { at: 0 };
  kept.set(parentElement, memory);
  const { steps, words } = data;
  const find = (name) => parentElement.querySelector(name);
  const [card, ring] = [find(".card"), find(".ring")];
  for (const name of ["end", "back"]) find(`.${name}`).textContent = words[name];

  function show(at, focus) {
    memory.at = Math.max(0, Math.min(at, steps.length - 1));
    const step = steps[memory.at];
    const last = memory.at === steps.length - 1;
    find(".count").textContent = step.count;
    find("h2").textContent = step.title;
    find(".text").textContent = step.text;
    find(".try").textContent = step.exercise;
    find(".back").hidden = memory.at === 0;
    find(".end").hidden = last;
    find(".next").textContent = last ? words.done : words.next;
    target(step)?.scrollIntoView({ block: "center", behavior: "instant" });
    if (focus) card.focus({ preventScroll: true });
  }

  // The page is drawn anew by whatever is tried out meanwhile, so the place is looked up each time.
  function follow() {
    const box = target(steps[memory.at])?.getBoundingClientRect();
    ring.hidden = !box || !box.width;
    if (!ring.hidden) {
      const edge = 6;
      Object.assign(ring.style, {
        left: `${box.left - edge}px`, top: `${box.top - edge}px`,
        width: `${box.width + 2 * edge}px`, height: `${box.height + 2 * edge}px`,
      });
      keepOff(card, box);
    }
    memory.frame = requestAnimationFrame(follow);
  }

  find(".next").onclick = () =>
    memory.at === steps.length - 1 ? setTriggerValue("ended", true) : show(memory.at + 1, true);
  find(".back").onclick = () => show(memory.at - 1, true);
  find(".end").onclick = () => setTriggerValue("ended", true);
  card.onkeydown = (event) => {
    if (event.key === "Escape") setTriggerValue("ended", true);
  };
  if (memory.frame === undefined) {
    show(memory.at, true);
    follow();
  } else {
    show(memory.at, false);
  }
  return () => {
    cancelAnimationFrame(memory.frame);
    kept.delete(parentElement);
  };
}

// The card stays at the right, where it hides no face, and above what it speaks of if that is low.
function keepOff(card, box) {
  const below = window.innerHeight - box.bottom;
  const beside = box.right < window.innerWidth - card.offsetWidth - 24;
  card.classList.toggle("high", !beside && below < card.offsetHeight + 32 && box.top > below);
}

function target({ at }) {
  for (const selector of at) {
    const found = [...document.querySelectorAll(selector)].find((one) => one.offsetParent !== null);
    if (found) return found;
  }
  return null;
}
