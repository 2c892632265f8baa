/* The offer at the caret: closing a quotation shows who seems to have said it, through what, relayed by whom. Tab takes it,
   Esc lets it go, ↓ goes into it: ← → between its parts, ↑ ↓ through what else a part may be, typing changes it. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const TYPED_LATELY = 6000; // ms: an offer comes to somebody who writes, not to somebody who reads
  const FOOT = 76; // px: Wagtail's buttons stand at the foot of the window
  const CLOSING = /["”»’“]\s*$/;
  let chip = null;
  let live = null;
  let offer = null; // what is shown, with the person's changes
  let shown = "";
  let typed = 0;
  let editor = null;

  function announce(text) {
    live = live || document.body.appendChild(desk.el("div", { class: "w-sr-only", role: "status", "aria-live": "polite" }));
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = text; });
  }

  const wordsOf = (one) => [one.speaker?.name || one.draft.anonymous_as || "Who said it?", one.draft.channel && desk.store.channelWords(one.draft.channel), ...one.hops.map((hop) => hop.outlet.name)].filter(Boolean);

  /* --- taking an offer -------------------------------------------------------------------------------- */
  async function take(one) {
    const wanted = [];
    if (one.speaker && !one.speaker.key) wanted.push(one.speaker);
    for (const hop of one.hops) if (!hop.outlet.key) wanted.push(hop.outlet);
    const made = await desk.store.partiesNamed(wanted);
    const keyOf = (party) => party.key || made[wanted.indexOf(party)];
    const draft = {
      ...one.draft,
      speaker: one.speaker ? keyOf(one.speaker) : null,
      speaker_title: one.speaker?.title || "",
      hops: one.hops.map((hop) => ({ outlet: keyOf(hop.outlet), verb: hop.verb || "", document: null, locator: "" })),
      document: one.document || null,
      standing: one.document ? "original" : "relayed",
    };
    for (const party of [one.speaker, ...one.hops.map((hop) => hop.outlet)]) if (party?.key && !desk.store.parties.has(party.key)) desk.store.learn({ ...party, offices: [] });
    const key = desk.store.add(draft, one.at);
    desk.link.lately(key);
    return key;
  }

  async function takeShown() {
    const one = offer;
    hide(true);
    try {
      await take(one);
      announce(`Kept: ${wordsOf(one).join(", ")}.`);
    } catch (error) {
      desk.say(error.message, true);
    }
  }

  /* The source of the statement that stands above `place`, as an offer's fields. */
  function above(place) {
    const { anchors } = desk.reading.now();
    const sourced = (one) => one.speaker || one.anonymous_as || one.document;
    const earlier = desk.store.sort(desk.reading.order()).filter((one) => anchors[one.key] && sourced(one) && (anchors[one.key].first < place.first || (anchors[one.key].first === place.first && anchors[one.key].start < place.start)));
    return earlier[earlier.length - 1] || null;
  }
  const partyOf = (key) => { const party = desk.store.parties.get(key); return { key, name: party?.name || "…", kind: party?.kind || "organisation", title: "" }; };
  function sameAsAbove(one) {
    const last = above(one.at);
    if (!last) return false;
    one.speaker = last.speaker ? { ...partyOf(last.speaker), title: last.speaker_title } : null;
    one.draft = { ...one.draft, anonymous_as: last.anonymous_as, anonymous_reason: last.anonymous_reason, channel: last.channel };
    one.document = last.document;
    one.hops = last.hops.map((hop) => ({ outlet: partyOf(hop.outlet), verb: hop.verb, document: hop.document }));
    return true;
  }

  /* --- the chip ------------------------------------------------------------------------------------------ */
  function parts() {
    const list = [{ what: "speaker", words: offer.speaker?.name || offer.draft.anonymous_as || "Who said it?", lacking: !offer.speaker && !offer.draft.anonymous_as }];
    list.push({ what: "channel", words: offer.draft.channel ? desk.store.channelWords(offer.draft.channel) : "said", lacking: false, quiet: !offer.draft.channel });
    offer.hops.forEach((hop, number) => list.push({ what: "hop", number, words: hop.outlet.name }));
    return list;
  }

  function draw(focused = -1) {
    const { el } = desk;
    const list = parts();
    const row = el("div", { class: "st-chip__parts", role: "group", "aria-label": "Who said it" });
    list.forEach((part, number) => {
      if (number) row.append(el("span", { class: "st-arrow", "aria-hidden": "true" }, "←"));
      row.append(el("button", {
        type: "button", tabindex: number === Math.max(0, focused) ? "0" : "-1", "data-part": number, class: `st-part${part.lacking ? " st-part--lacking" : ""}${part.quiet ? " st-part--quiet" : ""}`,
        onclick: () => rename(part), onkeydown: (event) => inPart(event, part, number),
      }, part.words));
    });
    const keys = el("p", { class: "st-chip__keys" }, el("kbd", {}, "Tab"), " keep  ", el("kbd", {}, "↓"), " change  ", el("kbd", {}, "Esc"), " no");
    const last = above(offer.at);
    const same = last && el("button", { type: "button", class: "st-link", tabindex: "-1", onclick: () => { sameAsAbove(offer); draw(0); } }, `Same as above: ${desk.store.chain(last).join(" ← ")}`);
    if (!chip) {
      chip = el("div", { class: "st-chip", role: "dialog", "aria-label": "Offered source of the quotation" });
      document.body.append(chip);
    }
    chip.replaceChildren(row, el("div", { class: "st-chip__foot" }, keys, same));
    if (focused >= 0) chip.querySelector(`[data-part='${Math.min(focused, list.length - 1)}']`).focus();
    place();
  }

  /* Beneath the paragraph that is being written, so that no words are covered; beneath the quotation where the paragraph runs off the screen. */
  function place() {
    const { passages } = desk.reading.now();
    const ranges = desk.text.ranges(passages, offer.at);
    const rects = ranges.length ? [...ranges[ranges.length - 1].getClientRects()] : [];
    if (!rects.length) { hide(); return; }
    const last = rects[rects.length - 1];
    const paragraph = passages[offer.at.last].element.getBoundingClientRect();
    const fits = (top) => top + chip.offsetHeight < innerHeight - FOOT;
    const top = [paragraph.bottom + 4, last.bottom + 6].find(fits) ?? last.top - chip.offsetHeight - 6;
    chip.style.top = `${top}px`;
    chip.style.left = `${Math.max(8, Math.min(paragraph.left, innerWidth - chip.offsetWidth - 8))}px`;
  }

  function hide(giveBack = false) {
    const had = chip?.contains(document.activeElement);
    chip?.remove();
    chip = null;
    offer = null;
    if (giveBack && had) editor?.draftailEditor?.focus();
  }

  /* What else a part may be: ↑ and ↓ go through it. */
  function others(part) {
    if (part.what === "channel") return ["", ...desk.store.settings().channels.map(([value]) => value)];
    const kind = part.what === "hop" ? "outlet" : "";
    const here = [...desk.store.parties.values()].filter((party) => !kind || party.kind === kind).map((party) => partyOf(party.key));
    const own = part.what === "hop" ? offer.hops[part.number].outlet : offer.first;
    const list = own ? [own, ...here.filter((party) => party.key !== own.key)] : here;
    return list;
  }
  function turn(part, step) {
    const list = others(part);
    if (!list.length) return;
    const now = part.what === "channel" ? offer.draft.channel : part.what === "hop" ? offer.hops[part.number].outlet : offer.speaker;
    const at = list.findIndex((one) => one === now || (one && now && one.key && one.key === now.key));
    const next = list[(at + step + list.length) % list.length];
    if (part.what === "channel") offer.draft = { ...offer.draft, channel: next };
    else if (part.what === "hop") offer.hops[part.number] = { ...offer.hops[part.number], outlet: next };
    else { offer.speaker = next; offer.draft = { ...offer.draft, anonymous_as: "" }; }
  }

  function rename(part, first = "") {
    if (part.what === "channel") { turn(part, 1); draw(1); return; }
    const number = part.what === "speaker" ? 0 : 2 + part.number;
    const field = desk.lookup({
      label: part.what === "speaker" ? "Who said it" : "Relayed by", kind: part.what === "hop" ? "outlet" : "", value: first, className: "st-chip__field",
      pick: (party) => {
        const named = { key: party.key, name: party.name, kind: party.kind, title: party.kind === "person" ? desk.store.titleOn(party, new Date().toISOString().slice(0, 10)) : "" };
        if (part.what === "hop") offer.hops[part.number] = { ...offer.hops[part.number], outlet: named };
        else { offer.speaker = named; offer.draft = { ...offer.draft, anonymous_as: "" }; }
        draw(number);
      },
    });
    chip.querySelector(`[data-part='${number}']`).replaceWith(field.box);
    field.input.focus();
    if (first) field.input.dispatchEvent(new Event("input"));
    field.input.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); draw(number); } });
  }

  function inPart(event, part, number) {
    const count = parts().length;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight") draw((number + 1) % count);
    else if (event.key === "ArrowLeft") draw((number + count - 1) % count);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") { turn(part, event.key === "ArrowDown" ? 1 : -1); draw(number); } else if (event.key === "Enter") takeShown();
    else if ((event.key === "Backspace" || event.key === "Delete") && part.what === "hop") { offer.hops.splice(part.number, 1); draw(number - 1); } else if ((event.key === "Backspace" || event.key === "Delete") && part.what === "channel") { offer.draft.channel = ""; draw(number); } else if (event.key.length === 1 && event.key !== " ") rename(part, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* --- when it comes and goes ------------------------------------------------------------------------- */
  function consider() {
    if (chip?.contains(document.activeElement)) return;
    const { passages, offers } = desk.reading.now();
    const caret = Date.now() - typed < TYPED_LATELY ? desk.text.selected(passages) : null;
    const near = caret && offers.filter((one) => one.at.last === caret.first && one.at.end <= caret.start).pop();
    const closed = near && CLOSING.test(Array.from(passages[caret.first].text).slice(0, caret.start).join(""));
    if (!near || (!near.speaker && !near.draft.anonymous_as && !closed && desk.reading.identity(near) !== shown)) { hide(); return; }
    const before = offer ? wordsOf(offer).join() : "";
    offer = { ...near, first: near.speaker, hops: near.hops.map((hop) => ({ ...hop })) };
    draw();
    const same = desk.reading.identity(near) === shown && before === wordsOf(offer).join();
    shown = desk.reading.identity(near);
    if (!same) announce(`Source offered: ${wordsOf(offer).join(", ")}. Tab keeps it, down arrow changes it, Escape lets it go.`);
  }

  function keys(event) {
    if (!chip || event.defaultPrevented) return;
    const inside = chip.contains(event.target);
    if (!inside && !event.target.closest?.(".Draftail-Editor")) { hide(); return; } // the hand is elsewhere by now
    const inField = inside && event.target.matches("input");
    if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey && !inField) takeShown();
    else if (event.key === "Escape" && !inField) {
      const one = desk.reading.now().offers.find((other) => desk.reading.identity(other) === desk.reading.identity(offer));
      hide(true);
      if (one) desk.reading.dismiss(one);
      announce("Offer let go.");
    } else if (event.key === "ArrowDown" && !inside && !event.shiftKey && !event.ctrlKey && !event.altKey) draw(0);
    else if ((event.key === "a" || event.key === "A") && event.ctrlKey && event.altKey && sameAsAbove(offer)) draw(inside ? 0 : -1);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function start() {
    document.addEventListener("keydown", keys, true);
    document.addEventListener("keydown", (event) => {
      const holder = event.target.closest?.(".Draftail-Editor");
      if (holder && (event.key.length === 1 || event.key === "Backspace" || event.key === "Enter")) {
        typed = Date.now();
        editor = holder.closest("[data-streamfield-widget], .w-field__input")?.querySelector("input[type='hidden']") || null;
      }
    }, true);
    document.addEventListener("pointerdown", (event) => { if (chip && !chip.contains(event.target)) { typed = 0; hide(); } });
    addEventListener("scroll", () => { if (chip) place(); }, true);
    addEventListener("resize", () => { if (chip) place(); });
    desk.reading.subscribe(consider);
  }

  desk.offers = { start, take, above, announce, wordsOf };
})();
