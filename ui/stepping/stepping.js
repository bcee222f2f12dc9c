// Scrolls to the top when the step that is on is another one; there is nothing to see.

let before = null;

export default function ({ data }) {
  if (before !== null && before !== data) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  }
  before = data;
}
