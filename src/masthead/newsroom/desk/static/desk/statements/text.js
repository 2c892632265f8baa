/* The story's text as the editor has it this moment: passages in the server's words, and the way from an offset to the screen.
   The server counts code points, the browser UTF-16 units: every border is crossed through `units` and `points`. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const BY_TAG = { LI: "item", BLOCKQUOTE: "quotation", H2: "heading", H3: "heading", H4: "heading" };
  // What stands in a block besides running text, by the end of its field's name: what a reader sees it as.
  const PLAIN = {
    heading: { "-value-text": "heading" },
    pull_quote: { "-value-quote": "pull-quote" },
    statement: { "-value-words": "quotation" },
    callout: { "-value-title": "heading" },
  };
  const RICH = { paragraphs: "paragraph", callout: "callout", picture: "caption" };
  const RUNNING = new Set(["paragraph", "item", "quotation"]);

  const points = (text, unit) => Array.from(text.slice(0, unit)).length;
  function units(text, point) {
    let unit = 0;
    for (let left = point; left > 0 && unit < text.length; left -= 1) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    return unit;
  }

  function textNodes(element) {
    const nodes = [];
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("[data-text='true']") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP));
    while (walk.nextNode()) nodes.push(walk.currentNode);
    return nodes;
  }
  const textOf = (element) => textNodes(element).map((node) => node.data).join("");

  /* The body's blocks in their order, without those that were taken away. */
  function blocks() {
    return [...document.querySelectorAll("input[name^='body-'][name$='-type']")]
      .filter((input) => /^body-\d+-type$/.test(input.name))
      .map((input) => ({ type: input.value, prefix: input.name.slice(0, -5), element: input.closest("[data-streamfield-child]") }))
      .filter((block) => block.element && document.getElementsByName(`${block.prefix}-deleted`)[0]?.value !== "1")
      .map((block) => ({ ...block, id: document.getElementsByName(`${block.prefix}-id`)[0]?.value || "" }));
  }

  function passages() {
    const found = [];
    const plain = (input, kind, field, block) => {
      if (input && input.value.trim()) found.push({ text: input.value, kind, field, block, paragraph: "", input });
    };
    plain(document.getElementById("id_title"), "headline", "title", "");
    plain(document.getElementById("id_standfirst"), "standfirst", "standfirst", "");
    plain(document.getElementById("id_lead_caption"), "caption", "lead_caption", "");
    for (const block of blocks()) {
      for (const [ending, kind] of Object.entries(PLAIN[block.type] || {})) {
        plain(block.element.querySelector(`[name='${block.prefix}${ending}']`), kind, "body", block.id);
      }
      const kind = RICH[block.type];
      if (!kind) continue;
      for (const element of block.element.querySelectorAll("[data-block='true']")) {
        const text = textOf(element);
        if (!text.trim()) continue;
        const own = kind === "paragraph" ? BY_TAG[element.tagName] || kind : kind;
        found.push({ text, kind: own, field: "body", block: block.id, paragraph: (element.dataset.offsetKey || "").split("-")[0], element });
      }
    }
    return found;
  }

  function rangeIn(passage, from, to) {
    const [start, end] = [units(passage.text, from), units(passage.text, to)];
    const range = document.createRange();
    let offset = 0;
    let begun = false;
    for (const node of textNodes(passage.element)) {
      const next = offset + node.length;
      if (!begun && start < next) { range.setStart(node, start - offset); begun = true; }
      if (begun && end <= next) { range.setEnd(node, end - offset); return range; }
      offset = next;
    }
    return null;
  }

  /* The ranges on the screen of a place in `found`; none for what stands in a plain field. */
  function ranges(found, place) {
    const made = [];
    for (let number = place.first; number <= place.last && number < found.length; number += 1) {
      const passage = found[number];
      const inside = number === place.first || number === place.last || RUNNING.has(passage.kind);
      if (!inside || !passage.element?.isConnected) continue;
      const length = points(passage.text, passage.text.length);
      const range = rangeIn(passage, number === place.first ? place.start : 0, number === place.last ? place.end : length);
      if (range) made.push(range);
    }
    return made;
  }

  function pointIn(passage, node, offset) {
    let unit = 0;
    const at = document.createRange();
    at.setStart(passage.element, 0);
    try { at.setEnd(node, offset); } catch { return 0; }
    for (const text of textNodes(passage.element)) {
      if (at.comparePoint(text, text.length) <= 0 && text !== node) unit += text.length;
      else { if (text === node) unit += offset; break; }
    }
    return points(passage.text, unit);
  }

  /* Where the selection stands in `found`: {first, start, last, end}; null where it is not in the running text. A triple click ends before
     the first letter of the next paragraph, which is none of its words. */
  function selected(found) {
    const selection = getSelection();
    if (!selection || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    const touched = found.map((passage, number) => (passage.element && range.intersectsNode(passage.element) ? number : -1)).filter((number) => number >= 0);
    if (!touched.length) return null;
    const at = (number, node, offset, otherwise) => (found[number].element.contains(node) ? pointIn(found[number], node, offset) : otherwise);
    const whole = (number) => points(found[number].text, found[number].text.length);
    const first = touched[0];
    let last = touched[touched.length - 1];
    let end = at(last, range.endContainer, range.endOffset, whole(last));
    if (last > first && end === 0) { last = touched[touched.length - 2]; end = whole(last); }
    return { first, start: at(first, range.startContainer, range.startOffset, 0), last, end };
  }

  const CONTEXT = 32; // characters, as the server's anchors keep
  const cut = (text, from, to) => Array.from(text).slice(Math.max(0, from), to).join("");

  /* The words at a place with what stands around them, as the server's `select` has them. */
  function select(found, place) {
    const [first, last] = [found[place.first], found[place.last]];
    let words = cut(first.text, place.start, place.first === place.last ? place.end : undefined);
    if (place.first !== place.last) {
      const between = found.slice(place.first + 1, place.last).filter((passage) => RUNNING.has(passage.kind)).map((passage) => passage.text);
      words = [words, ...between, cut(last.text, 0, place.end)].join("\n");
    }
    return {
      words, prefix: cut(first.text, place.start - CONTEXT, place.start), suffix: cut(last.text, place.end, place.end + CONTEXT),
      block: first.block, paragraph: first.paragraph,
    };
  }

  /* Bring words onto the screen, whatever tab or closed block hides them. */
  function show(range, element, atOnce = false) {
    const holder = element || range?.startContainer.parentElement;
    if (!holder) return;
    const tab = holder.closest("[role='tabpanel']");
    if (tab?.hidden) document.querySelector(`[role='tab'][aria-controls='${tab.id}'], [role='tab'][href='#${tab.id}']`)?.click();
    const calm = atOnce || matchMedia("(prefers-reduced-motion: reduce)").matches;
    holder.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
  }

  desk.text = { passages, blocks, ranges, selected, select, show, points, units };
})();
