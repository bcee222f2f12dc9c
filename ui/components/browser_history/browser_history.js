// Begins each step of a visit at its top, and gives each an entry in the history of the browser, so
// that its Back button leads to the step before instead of out of the page, where the photo would be
// lost. There is nothing to see. Entries are { place, number }: the name of a step, and how manieth.

const PAGES = "page "; // before the name of a page that is not a step of the visit
// Streamlit may empty what waits to be sent as a run begins, and the wish to go with it. It is said
// again as long as nothing has come of it; to go where one is changes nothing.
const AGAIN_MS = 1500;
const TIMES = 5;
let now = null; // the place that is on
let number = 0; // of its entry
let going = null; // the place that was asked for, until one is there
let asking = 0; // the timer that asks once more
let others = [];
let page = null;
let tell = null;

export default function ({ data, setTriggerValue }) {
  const place = data.page ? PAGES + data.page : data.step;
  [others, page, tell] = [data.others, data.page, setTriggerValue];
  if (now === null) {
    number = history.state?.number ?? 0; // of a page that was loaded anew
    history.replaceState({ place, number }, "");
    addEventListener("popstate", moved, true); // before Streamlit, which knows pages only
  } else if (place !== now) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    if (place === going) history.replaceState({ place, number }, "");
    else if (history.state?.place === undefined) history.replaceState({ place, number: ++number }, "");
    else history.pushState({ place, number: ++number }, "");
  }
  if (place !== now || place === going) forget();
  now = place;
}

function forget() {
  clearTimeout(asking);
  going = null;
}

function ask(place, times = TIMES) {
  going = place;
  tell("go", place);
  asking = setTimeout(() => times > 1 && ask(place, times - 1), AGAIN_MS);
}

function moved(event) {
  const to = event.state;
  if (to?.place === undefined) return;
  const back = to.number < number;
  number = to.number;
  if (to.place.startsWith(PAGES) || page) {
    going = to.place; // another page, with an address of its own: Streamlit goes there
    return;
  }
  event.stopImmediatePropagation();
  forget();
  if (to.place !== now && others.includes(to.place)) ask(to.place);
  else if (back) history.back(); // what was there is gone, or is this: the one before it
  else history.replaceState({ place: now, number }, "");
}
