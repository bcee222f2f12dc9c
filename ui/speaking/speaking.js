// Names the language of the page to the browser; there is nothing to see.

export default function ({ data }) {
  document.documentElement.lang = data;
}
