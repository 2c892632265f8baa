/* The desk's findings beside the words they are about: painted by severity, said in a note on hover, click or F8, shown beneath plain fields.
   They are those of the last saved version, asked for when the editor opens and after each time it saved by itself. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const SEVERITIES = ["block", "warn", "query", "suggest"];
  const LINGER = 350; // ms that a note stays when the pointer leaves
  let findings = [];
  let places = []; // {finding, range} or {finding, element}, in the order of the page
  let note = null;
  let shown = null;
  let pinned = false;
  let leaving = 0;
  let timer = 0;
  let running = false;

  const form = () => document.querySelector("form[data-edit-form]");
  function address() {
    const found = /^(.*)\/pages\/(\d+)\/edit\//.exec(form()?.action || "");
    return found ? `${found[1]}/findings/${found[2]}/` : "";
  }
  function token() { return form().querySelector("[name='csrfmiddlewaretoken']").value; }

  async function load() {
    const url = address();
    if (!url || running) return;
    running = true;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin" });
      if (answer.ok) { ({ findings } = await answer.json()); draw(); count(); }
    } catch { /* the panel says what the last save found */ } finally { running = false; }
  }

  function count() {
    const counter = document.querySelector("[data-side-panel-toggle='desk'] [data-side-panel-toggle-counter]");
    const many = findings.filter((finding) => finding.severity !== "suggest").length;
    if (counter) { counter.textContent = String(many); counter.hidden = !many; }
  }

  /* --- where each stands ------------------------------------------------------------------------------- */
  /* The words as they stand now: where the check saw them, or else elsewhere in the same paragraph; changed words wait for the next save. */
  function rangeOf(finding, passages) {
    if (finding.end <= finding.start) return null;
    const number = passages.findIndex((passage) => passage.block === finding.block && passage.paragraph === finding.paragraph && passage.field === (finding.field || "body") && holds(passage, finding));
    const anywhere = number >= 0 ? number : passages.findIndex((passage) => passage.block === finding.block && holds(passage, finding));
    const passage = passages[anywhere];
    if (!passage) return null;
    const letters = Array.from(passage.text);
    const wanted = finding.text;
    let start = finding.start;
    if (wanted && letters.slice(start, finding.end).join("") !== wanted) {
      const unit = passage.text.indexOf(wanted);
      if (unit < 0) return null;
      start = desk.text.points(passage.text, unit);
    }
    const end = wanted ? start + Array.from(wanted).length : finding.end;
    if (passage.input) return { passage, start, end };
    const [range] = desk.text.ranges(passages, { first: anywhere, last: anywhere, start, end });
    return range ? { passage, start, end, range } : null;
  }
  const holds = (passage, finding) => (finding.text ? passage.text.includes(finding.text) : Array.from(passage.text).length >= finding.end);

  function elementOf(finding) {
    if (finding.block) return document.getElementById(`block-${finding.block}-section`);
    const input = document.getElementById(`id_${finding.field}`);
    return input?.closest("[data-field-wrapper], .w-panel__wrapper") || document.querySelector(`[id$='-${finding.field}-section']`);
  }

  function draw() {
    const passages = desk.text.passages();
    const ranges = Object.fromEntries(SEVERITIES.map((severity) => [severity, []]));
    const notes = new Map();
    places = [];
    for (const finding of findings) {
      const found = rangeOf(finding, passages);
      if (found?.range) {
        ranges[finding.severity].push(found.range);
        places.push({ finding, ...found });
        continue;
      }
      const element = found?.passage.input?.closest("[data-field-wrapper], .w-panel__wrapper") || elementOf(finding);
      if (!element || (finding.end > finding.start && !found)) continue;
      notes.set(element, [...(notes.get(element) || []), { finding, ...found }]);
    }
    for (const severity of SEVERITIES) paint(`desk-find-${severity}`, ranges[severity]);
    underneath(notes);
    const top = (place) => (place.range ? place.range.getBoundingClientRect().top : place.element.getBoundingClientRect().top);
    places.sort((one, other) => top(one) - top(other));
  }

  function paint(name, ranges) {
    if (typeof Highlight !== "function" || !CSS.highlights) return;
    if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
    else CSS.highlights.delete(name);
  }

  function underneath(notes) {
    document.querySelectorAll(".fi-under").forEach((list) => { if (!notes.has(list.parentElement)) list.remove(); });
    for (const [element, list] of notes) {
      const items = list.map((place) => {
        const item = node("li", `fi-under__item fi-under__item--${place.finding.severity}`);
        item.tabIndex = -1;
        item.append(node("b", "", `${place.finding.severity_words}: `), place.finding.message, " ", ...acts(place));
        places.push({ ...place, element: item });
        return item;
      });
      let under = [...element.children].find((child) => child.classList.contains("fi-under"));
      if (!under) {
        under = node("ul", "fi-under");
        const head = element.querySelector(":scope > .w-panel__header");
        if (head) head.after(under);
        else element.append(under);
      }
      if (under.textContent !== items.map((item) => item.textContent).join("")) under.replaceChildren(...items);
      else places.forEach((place) => { const kept = [...under.children].find((item) => item.textContent === place.element?.textContent); if (kept && place.element && !place.element.isConnected) place.element = kept; });
    }
  }

  function node(tag, name = "", text = "") {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  /* --- what may be done ---------------------------------------------------------------------------------- */
  function acts(place) {
    const { finding } = place;
    const made = [];
    const button = (words, run) => { const one = node("button", "st-link", words); one.type = "button"; one.addEventListener("click", run); made.push(one); };
    if (finding.suggestion && place.passage) button(`Replace with “${finding.suggestion}”`, () => { replace(place); close(true); });
    if (finding.word_url) button("Add to our words", async () => {
      const body = new FormData();
      body.set("word", finding.text);
      const answer = await fetch(finding.word_url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() }, credentials: "same-origin" }).catch(() => null);
      if (answer?.ok) { findings = findings.filter((other) => other.text !== finding.text || other.rule !== finding.rule); close(true); draw(); count(); }
    });
    if (finding.accept_url) {
      const link = node("a", "st-link", "Let it stand…");
      link.href = finding.accept_url;
      made.push(link);
    }
    return made;
  }

  /* Change the words by the person's own act, as if typed: Draft.js keeps it in its history, so that Ctrl Z takes it back. */
  function replace({ passage, start, end, finding }) {
    const [from, to] = [desk.text.units(passage.text, start), desk.text.units(passage.text, end)];
    if (passage.input) {
      passage.input.setRangeText(finding.suggestion, from, to, "end");
      passage.input.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      const holder = passage.element.closest("[data-draftail-editor-wrapper], .Draftail-Editor__wrapper, .w-field__input");
      const editor = holder?.querySelector("input[type='hidden']")?.draftailEditor || [...document.querySelectorAll("input[type='hidden']")].find((input) => input.draftailEditor && input.parentElement.contains(passage.element))?.draftailEditor;
      if (!editor) return;
      const state = editor.getEditorState();
      const content = state.getCurrentContent();
      const block = content.getBlockForKey(passage.paragraph);
      const text = block.getText();
      if (text.slice(from, to) !== (finding.text || text.slice(from, to))) return;
      const list = block.getCharacterList();
      const like = list.get(from);
      const letters = list.slice(0, from).concat(Array(finding.suggestion.length).fill(like), list.slice(to));
      const changed = block.merge({ text: text.slice(0, from) + finding.suggestion + text.slice(to), characterList: letters });
      const next = content.merge({ blockMap: content.getBlockMap().set(passage.paragraph, changed) });
      editor.onChange(state.constructor.push(state, next, "insert-characters"));
    }
    findings = findings.filter((other) => other !== finding);
    setTimeout(draw, 50);
    count();
  }

  /* --- the note at the words --------------------------------------------------------------------------------- */
  function open(place, { focus = false, pin = false } = {}) {
    clearTimeout(leaving);
    if (shown === place.finding && note && !focus) { pinned = pinned || pin; return; }
    close();
    shown = place.finding;
    pinned = pin;
    const { finding } = place;
    note = node("div", `fi-note fi-note--${finding.severity}`);
    note.setAttribute("role", "dialog");
    note.setAttribute("aria-label", `${finding.severity_words}: ${finding.message}`);
    note.tabIndex = -1;
    const foot = node("p", "fi-note__acts");
    foot.append(...acts(place));
    const many = places.length;
    const keys = node("p", "fi-note__keys", many > 1 ? `${places.indexOf(place) + 1} of ${many}` : "");
    keys.append(key("F8"), " next  ", key("Esc"), " back to the text");
    note.append(node("p", "fi-note__severity", finding.severity_words), node("p", "fi-note__message", finding.message), foot, keys);
    document.body.append(note);
    const box = place.range.getBoundingClientRect();
    const rects = place.range.getClientRects();
    const last = rects[rects.length - 1] || box;
    note.style.left = `${Math.max(8, Math.min(last.left, innerWidth - note.offsetWidth - 8))}px`;
    note.style.top = `${last.bottom + 6 + note.offsetHeight > innerHeight ? Math.max(8, box.top - note.offsetHeight - 6) : last.bottom + 6}px`;
    note.addEventListener("pointerenter", () => clearTimeout(leaving));
    note.addEventListener("pointerleave", () => { if (!pinned) leaving = setTimeout(close, LINGER); });
    paint("desk-find-current", [place.range]);
    if (focus) (note.querySelector("button, a") || note).focus();
  }
  const key = (name) => node("kbd", "", name);

  function close(giveBack = false) {
    const had = giveBack === true && (note?.contains(document.activeElement) || document.activeElement === document.body);
    clearTimeout(leaving);
    note?.remove();
    note = null;
    shown = null;
    pinned = false;
    paint("desk-find-current", []);
    if (had) lastEditor?.focus();
  }
  let lastEditor = null;

  function at(x, y) {
    const spot = document.caretPositionFromPoint?.(x, y);
    const range = spot ? null : document.caretRangeFromPoint?.(x, y);
    const [holder, offset] = spot ? [spot.offsetNode, spot.offset] : range ? [range.startContainer, range.startOffset] : [null, 0];
    if (!holder || holder.nodeType !== Node.TEXT_NODE) return null;
    return places.find((place) => place.range && holder.isConnected && place.range.isPointInRange(holder, offset)
      && [...place.range.getClientRects()].some((box) => x >= box.left - 2 && x <= box.right + 2 && y >= box.top - 2 && y <= box.bottom + 2)) || null;
  }

  let current = -1;
  function go(step) {
    draw();
    if (!places.length) return;
    const now = places.findIndex((place) => place.finding === shown);
    current = now >= 0 ? now : Math.min(current, places.length - 1);
    current = (current + step + places.length) % places.length;
    const place = places[current];
    if (!note && document.activeElement?.isContentEditable) lastEditor = document.activeElement;
    desk.text.show(place.range, place.element, true);
    if (place.range) requestAnimationFrame(() => open(place, { focus: true, pin: true })); // the page has moved by then
    else { close(); place.element.focus({ preventScroll: true }); shown = place.finding; }
  }

  function listen() {
    let moved = 0;
    document.addEventListener("pointermove", (event) => {
      if (pinned || event.timeStamp - moved < 60 || !event.target.closest?.(".public-DraftEditor-content")) return;
      moved = event.timeStamp;
      const place = at(event.clientX, event.clientY);
      if (place) open(place);
      else if (note && !leaving) leaving = setTimeout(() => { leaving = 0; if (!pinned) close(); }, LINGER);
    });
    document.addEventListener("click", (event) => {
      if (note?.contains(event.target)) return;
      const place = event.target.closest?.(".public-DraftEditor-content") ? at(event.clientX, event.clientY) : null;
      if (place) open(place, { pin: true });
      else if (pinned) close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "F8" && !event.ctrlKey && !event.altKey && !event.metaKey) { event.preventDefault(); go(event.shiftKey ? -1 : 1); }
      if (event.key === "Escape" && note) { event.preventDefault(); event.stopImmediatePropagation(); close(true); }
    }, true);
    addEventListener("scroll", () => { if (note && !note.contains(document.activeElement)) close(); }, true);
    const later = () => { clearTimeout(timer); timer = setTimeout(draw, 200); };
    const body = document.querySelector("[data-contentpath='body']");
    if (body) new MutationObserver((records) => { if (records.some((record) => !record.target.closest?.(".fi-under") && !record.target.classList?.contains("fi-under"))) later(); }).observe(body, { childList: true, characterData: true, subtree: true });
    document.addEventListener("w-autosave:success", () => setTimeout(load, 0));
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!form() || !desk.text) return;
    listen();
    setTimeout(load, 300); // the text editor draws itself first
  });
  desk.findings = { load, go };
})();
