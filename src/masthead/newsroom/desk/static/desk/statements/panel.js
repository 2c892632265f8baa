/* The panel: what has no source yet, then the story's statements by how far each is sourced. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const GROUPS = [
    ["lost", "Lost in the text", "The words are no longer there. Nothing is thrown away: find them again, or delete the statement."],
    ["no-source", "No source", ""],
    ["no-link", "No link", ""],
    ["relay-only", "Relayed only", ""],
    ["complete", "Complete", ""],
  ];
  const OPEN = new Set(["lost", "no-source", "no-link"]);
  let box = null;
  let editing = null;
  let seeking = null;
  let locked = false; // somebody else holds the story: everything is shown, nothing is changed

  const { el, store, reading } = desk;
  const stateOf = (one) => (reading.isLost(one.key) ? "lost" : store.state(one));
  const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

  function chainOf(parts) {
    const line = el("p", { class: "st-chain" });
    parts.forEach((part, number) => {
      if (number) line.append(el("span", { class: "st-arrow", "aria-hidden": "true" }, " ← "), el("span", { class: "w-sr-only" }, ", by way of "));
      line.append(part);
    });
    return line;
  }

  /* --- offers --------------------------------------------------------------------------------------------- */
  function drawOffers() {
    const place = box.querySelector("[data-statements-offers]");
    const { offers } = locked ? { offers: [] } : reading.now();
    const quoted = offers.filter((offer) => offer.draft.form !== "paraphrase");
    const relayed = offers.filter((offer) => offer.draft.form === "paraphrase");
    const had = place.contains(document.activeElement) ? [...place.querySelectorAll("[data-offer]")].indexOf(document.activeElement) : -1;
    const cards = (list) => el("ul", { class: "st-offers" }, list.map(offerCard));
    const head = (words, note) => el("h3", { class: "st-head" }, words, note ? el("span", { class: "st-head__note" }, note) : null);
    place.replaceChildren(
      ...(quoted.length ? [head(`${quoted.length} ${quoted.length === 1 ? "quotation" : "quotations"} without a source`, el("kbd", {}, "Enter")), cards(quoted)] : []),
      ...(relayed.length ? [head(`${relayed.length} relayed without quoting`), cards(relayed)] : []),
    );
    if (had >= 0) focusOffer(had);
  }

  function focusOffer(number = 0) {
    const cards = box.querySelectorAll("[data-offer]");
    if (cards.length) cards[Math.min(number, cards.length - 1)].focus();
    else desk.link.focus();
  }

  function offerCard(offer) {
    const words = desk.offers.wordsOf(offer);
    const take = async () => {
      const number = [...box.querySelectorAll("[data-offer]")].indexOf(card);
      try { await desk.offers.take(offer); } catch (error) { desk.say(error.message, true); return; }
      desk.offers.announce(`Kept: ${words.join(", ")}.`);
      focusOffer(number);
    };
    const card = el("li", {
      class: "st-offer", tabindex: "0", "data-offer": "", "aria-label": `${shorten(offer.draft.words, 80)}: ${words.join(", by way of ")}. Enter keeps it.`,
      onkeydown: (event) => {
        if (event.target !== card) return;
        if (event.key === "Enter") take();
        else if (event.key === "Delete" || event.key === "x") { const number = [...box.querySelectorAll("[data-offer]")].indexOf(card); reading.dismiss(offer); focusOffer(number); } else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(card, event.key === "ArrowDown" ? 1 : -1);
        else if (event.key === "w") showWords(offer.at);
        else return;
        event.preventDefault();
      },
      onfocus: () => desk.paint.fill("desk-current", desk.text.ranges(reading.now().passages, offer.at)),
    },
    el("p", { class: "st-words" }, offer.draft.form === "paraphrase" ? shorten(offer.draft.words, 140) : `“${shorten(offer.draft.words, 140)}”`), chainOf(words),
    el("p", { class: "st-acts" }, el("button", { type: "button", class: "button button-small", tabindex: "-1", onclick: take }, "Keep"),
      el("button", { type: "button", class: "st-link", onclick: () => showWords(offer.at) }, "Show where"),
      el("button", { type: "button", class: "st-link", onclick: () => reading.dismiss(offer) }, "Not a statement")));
    return card;
  }

  /* --- statements ------------------------------------------------------------------------------------------- */
  function drawList() {
    const place = box.querySelector("[data-statements-list]");
    const focused = place.contains(document.activeElement) ? document.activeElement.closest("[data-statement]")?.dataset.statement : null;
    const onRow = focused && document.activeElement.matches("[data-statement]");
    if (editing && !store.get(editing)) editing = null;
    if (editing && place.querySelector(".st-form")?.contains(document.activeElement)) { refreshRows(place); return; } // nobody is interrupted while typing
    const sorted = store.sort(reading.order());
    const groups = GROUPS.map(([state, words, note]) => [state, words, note, sorted.filter((one) => stateOf(one) === state)]).filter(([, , , list]) => list.length);
    place.replaceChildren(...groups.flatMap(([state, words, note, list]) => [
      el("h3", { class: `st-head st-head--${state}` }, `${words}`, el("span", { class: "st-head__note" }, String(list.length))),
      ...(note ? [el("p", { class: "st-note" }, note)] : []),
      el("ol", { class: "st-list" }, list.map((one) => row(one, state))),
    ]));
    if (focused) {
      const again = place.querySelector(`[data-statement='${focused}']`);
      (onRow ? again : again?.querySelector("button"))?.focus({ preventScroll: true });
    }
  }

  function refreshRows(place) {
    for (const element of place.querySelectorAll("[data-statement]")) {
      const one = store.get(element.dataset.statement);
      if (one) element.querySelector(".st-chain").replaceWith(chainOf(store.chain(one)));
      else element.remove();
    }
  }

  function links(one) {
    const list = [one.document && ["Original", one.document], ...one.hops.filter((hop) => hop.document).map((hop) => [store.nameOf(hop.outlet), hop.document])].filter(Boolean);
    return list.map(([words, key]) => {
      const paper = store.documents.get(key);
      if (!paper) return null;
      return el("li", {}, el("a", { href: store.safe(paper.url), target: "_blank", rel: "noopener noreferrer" }, words, el("span", { class: "w-sr-only" }, " (opens a new tab)")), " ", el("span", { class: `st-copy st-copy--${paper.capture.state || "none"}`, title: paper.capture.reason }, paper.capture.words));
    });
  }

  function row(one, state) {
    const item = el("li", {
      class: `st-item st-item--${state}`, tabindex: "0", "data-statement": one.key, "aria-label": `${shorten(one.words, 80)}: ${store.chain(one).join(", by way of ")}`,
      onkeydown: (event) => {
        if (event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Enter" && !locked) edit(one.key);
        else if (event.key === "a" && !locked) sameAsAbove(one.key);
        else if (event.key === "w") showWords(reading.now().anchors[one.key]);
        else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(item, event.key === "ArrowDown" ? 1 : -1);
        else return;
        event.preventDefault();
      },
      onfocusin: () => desk.paint.mark(one.key), onfocusout: () => desk.paint.mark(null),
    },
    el("p", { class: "st-words" }, one.form === "direct" || one.form === "mixed" ? `“${shorten(one.words, 140)}”` : shorten(one.words, 140)), chainOf(store.chain(one)));
    if (one.speaker_title) item.append(el("p", { class: "st-title" }, one.speaker_title));
    const papers = links(one).filter(Boolean);
    if (papers.length) item.append(el("ul", { class: "st-links" }, papers));
    if (one.anonymous_as && !store.isApproved(one.key) && !one.approve) item.append(el("p", { class: "st-note" }, "Unnamed: an editor must answer for it."));
    if (editing === one.key) { item.append(desk.form(one.key, { done: () => { editing = null; drawList(); focusRow(one.key); } })); return item; }
    const act = (words, run, label = words) => el("button", { type: "button", class: "st-link", "aria-label": label === words ? null : label, onclick: run }, words);
    if (locked) {
      if (state !== "lost") item.append(el("p", { class: "st-acts" }, act("Show where", () => showWords(reading.now().anchors[one.key]))));
      return item;
    }
    item.append(el("p", { class: "st-acts" },
      state === "lost" ? act(seeking === one.key ? "Select its words, then Ctrl Alt S" : "Find it again", () => findAgain(one.key)) : act("Show where", () => showWords(reading.now().anchors[one.key])),
      act("Edit", () => edit(one.key)), desk.offers.above(reading.now().anchors[one.key] || { first: -1, start: 0 }) ? act("Same as above", () => sameAsAbove(one.key)) : null,
      state === "lost" ? act("Delete", () => { store.remove(one.key); desk.say("Statement deleted.", false, true); }) : null));
    return item;
  }

  function step(element, by) {
    const all = [...box.querySelectorAll("[data-offer], [data-statement]")];
    all[all.indexOf(element) + by]?.focus();
  }
  const focusRow = (key) => box.querySelector(`[data-statement='${key}']`)?.focus();
  function edit(key) {
    editing = editing === key ? null : key;
    drawList();
    if (editing) box.querySelector(".st-form input")?.focus();
  }

  function showWords(at) {
    if (!at) return;
    const { passages } = reading.now();
    const [range] = desk.text.ranges(passages, at);
    desk.text.show(range, passages[at.first]?.input);
  }

  function sameAsAbove(key) {
    const at = reading.now().anchors[key];
    const last = at && desk.offers.above(at);
    if (!last) { desk.say("No statement stands above this one.", true); return; }
    const { speaker, speaker_title, anonymous_as, anonymous_reason, channel, said_on, document: paper, standing } = last;
    store.change(key, { speaker, speaker_title, anonymous_as, anonymous_reason, channel, said_on, document: paper, standing, hops: last.hops.map((hop) => ({ ...hop })) });
    desk.say(`Same source as above: ${store.chain(last).join(" ← ")}.`, false, true);
  }

  /* The row of the statement that the caret stands in. */
  let pause = 0;
  function followCaret() {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const { passages, anchors } = reading.now();
      const at = document.activeElement?.isContentEditable ? desk.text.selected(passages) : null;
      const holds = (place) => place && at && (place.first < at.first || (place.first === at.first && place.start <= at.start)) && (place.last > at.first || (place.last === at.first && place.end >= at.start));
      const here = at && store.all().find((one) => holds(anchors[one.key]));
      box.querySelectorAll("[data-statement]").forEach((item) => item.classList.toggle("st-item--here", item.dataset.statement === here?.key));
      if (here && box.offsetParent && at) box.querySelector(".st-item--here")?.scrollIntoView({ block: "nearest" });
    }, 200);
  }

  /* --- words chosen by hand ----------------------------------------------------------------------------------- */
  const isEmpty = (at) => !at || (at.first === at.last && at.start === at.end);
  function findAgain(key) {
    const at = desk.text.selected(desk.text.passages());
    if (!isEmpty(at)) { attach(key, at); return; }
    seeking = seeking === key ? null : key;
    drawList();
    if (seeking) desk.say("Select its words in the text, then press Ctrl Alt S.");
  }
  function attach(key, at) {
    const found = desk.text.passages();
    seeking = null;
    reading.put(key, at);
    store.change(key, desk.text.select(found, at));
    desk.say("Found again.", false, true);
  }
  function fromSelection() {
    const found = desk.text.passages();
    const at = desk.text.selected(found);
    if (isEmpty(at)) { desk.say("Select the words first.", true); return; }
    if (seeking && store.get(seeking)) { attach(seeking, at); return; }
    const same = store.all().find((one) => { const place = reading.now().anchors[one.key]; return place && place.first === at.first && place.start === at.start && place.last === at.last && place.end === at.end; });
    if (same) { document.querySelector("[data-side-panel='statements']").dispatchEvent(new CustomEvent("open")); edit(same.key); return; }
    const chosen = desk.text.select(found, at);
    const covering = reading.now().offers.find((offer) => offer.at.first <= at.first && offer.at.last >= at.last && offer.draft.words.includes(chosen.words));
    const source = covering && { speaker: covering.speaker, hops: covering.hops, draft: { ...covering.draft, ...chosen } };
    const quoted = /["“«„‘]\s*$/.test(chosen.prefix);
    const offer = { at, speaker: null, hops: [], ...(source || { draft: { ...chosen, form: quoted ? "direct" : "paraphrase", channel: "", anonymous_as: "", said_on: null } }) };
    document.querySelector("[data-side-panel='statements']").dispatchEvent(new CustomEvent("open"));
    desk.offers.take(offer).then((key) => { edit(key); }, (error) => desk.say(error.message, true));
  }

  /* --- sum and counter ---------------------------------------------------------------------------------------- */
  function drawSum() {
    const all = store.all();
    const bare = all.filter((one) => OPEN.has(stateOf(one))).length;
    const waiting = reading.now().offers.filter((offer) => offer.draft.form !== "paraphrase").length;
    const papers = new Set(all.flatMap((one) => [one.document, ...one.hops.map((hop) => hop.document)]).filter(Boolean)).size;
    const plural = (count, words) => `${count} ${words}${count === 1 ? "" : "s"}`;
    box.querySelector("[data-statements-sum]").textContent = all.length ? `${plural(all.length, "statement")}, ${plural(papers, "document")}` : "No statements yet. Quotations are offered here as you write.";
    const counter = document.querySelector("[data-side-panel-toggle='statements'] [data-side-panel-toggle-counter]");
    if (counter) { counter.textContent = String(bare + waiting); counter.hidden = !(bare + waiting); }
  }

  function draw() {
    drawOffers();
    drawList();
    drawSum();
  }

  function start() {
    box = document.querySelector("[data-statements]");
    if (!box || !desk.store.start()) return;
    locked = document.body.classList.contains("content-locked");
    if (!locked) desk.link.start(box.querySelector("[data-statements-link]"));
    desk.store.subscribe(draw);
    desk.reading.subscribe(draw);
    desk.store.describe();
    desk.reading.watch();
    draw();
    document.addEventListener("selectionchange", followCaret);
    if (locked) return;
    desk.offers.start();
    desk.blocks.start();
    document.querySelector("[data-side-panel='statements']").addEventListener("show", () => {
      // Not where Wagtail opens again what was open last, nor where the form of a statement just made has the focus.
      if (performance.now() > 3000) setTimeout(() => { if (!editing) focusOffer(0); }, 0);
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey && event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") { event.preventDefault(); event.stopImmediatePropagation(); fromSelection(); }
    }, true);
    box.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (event.target.closest("input, textarea") || !desk.link.isLink(text)) return;
      event.preventDefault();
      desk.link.paste(text, document.activeElement?.closest("[data-statement]")?.dataset.statement || null);
    });
  }

  document.addEventListener("DOMContentLoaded", start);
  desk.panel = { draw, edit, fromSelection };
})();
