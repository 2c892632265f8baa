/* Statements and offers painted in the running text with the CSS Custom Highlight API: the text itself stays as it is typed.
   A browser without it paints nothing; the panel lists all the same. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const able = typeof Highlight === "function" && CSS.highlights;
  const NAMES = ["complete", "relay-only", "no-link", "no-source", "offer", "current"];

  function fill(name, ranges) {
    if (!able) return;
    if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
    else CSS.highlights.delete(name);
  }

  let current = null;
  function paint() {
    const { passages, anchors, offers } = desk.reading.now();
    const ranges = Object.fromEntries(NAMES.map((name) => [name, []]));
    for (const one of desk.store.all()) {
      const place = anchors[one.key];
      if (!place) continue;
      const found = desk.text.ranges(passages, place);
      ranges[desk.store.state(one)].push(...found);
      if (current === one.key) ranges.current.push(...found);
    }
    for (const offer of offers) ranges.offer.push(...desk.text.ranges(passages, offer.at));
    for (const name of NAMES) fill(`desk-${name}`, ranges[name]);
  }

  function mark(key) {
    current = key;
    paint();
  }

  desk.paint = { paint, fill, mark, able: Boolean(able) };
})();
