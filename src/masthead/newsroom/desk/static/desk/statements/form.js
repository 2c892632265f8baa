/* A statement's form, opened inside its row of the panel. Every change goes into the store at once; “Done” only closes. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  let count = 0;

  function field(label, control, help = "") {
    const { el } = desk;
    count += 1;
    const id = control.id || `st-field-${count}`;
    control.id = id;
    const hint = help && el("span", { class: "st-field__help", id: `${id}-help` }, help);
    if (hint) control.setAttribute("aria-describedby", hint.id);
    return el("div", { class: "st-field" }, el("label", { for: id }, label), control, hint || null);
  }

  function form(key, { done }) {
    const { el, store } = desk;
    const one = () => store.get(key);
    const set = (fields) => { if (one()) store.change(key, fields); };
    const today = () => new Date().toISOString().slice(0, 10);
    /* Another day may mean another office; one that somebody typed stays. */
    const setDay = (name, day) => {
      const party = store.parties.get(one().speaker);
      const filledIn = one().speaker_title === store.titleOn(party, one().said_on || today());
      set({ [name]: day, ...(party && filledIn ? { speaker_title: store.titleOn(party, day || today()) } : {}) });
      redraw();
    };
    const text = (name, label, help = "", type = "text") => {
      const input = el("input", { type, value: one()[name] || "", onchange: () => (type === "date" ? setDay(name, input.value || null) : set({ [name]: input.value.trim() })) });
      input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
      return field(label, input, help);
    };
    const area = (name, label, help = "") => {
      const input = el("textarea", { rows: "2", onchange: () => set({ [name]: input.value }) });
      input.value = one()[name] || "";
      return field(label, input, help);
    };
    const select = (name, label, choices, help = "") => {
      const input = el("select", { onchange: () => { set({ [name]: input.value }); if (name === "form") redraw(); } }, choices.map(([value, words]) => el("option", { value, selected: value === one()[name] }, words)));
      return field(label, input, help);
    };
    const box = el("div", { class: "st-form" });
    const named = (label, control) => el("div", { class: "st-field" }, el("span", { class: "st-field__label", "aria-hidden": "true" }, label), control);

    function speaker() {
      if (one().anonymous_as || box.dataset.unnamed) return unnamed();
      const pick = desk.lookup({
        label: "Who said it", value: one().speaker ? store.nameOf(one().speaker) : "",
        pick: (party) => { set({ speaker: party.key, speaker_title: store.titleOn(party, one().said_on || today()) }); redraw("title"); },
        empty: () => set({ speaker: null, speaker_title: "" }),
      });
      const away = el("button", { type: "button", class: "st-link", onclick: () => { box.dataset.unnamed = "1"; set({ speaker: null, speaker_title: "" }); redraw("unnamed"); } }, "Leave them unnamed…");
      return [named("Who said it", pick.box), away, text("speaker_title", "Their office on that day", "Filled in from their record; what stands here stays with the statement.")];
    }
    function unnamed() {
      const back = el("button", { type: "button", class: "st-link", onclick: () => { delete box.dataset.unnamed; set({ anonymous_as: "", anonymous_reason: "", approve: false }); redraw(); } }, "Name them after all");
      const parts = [text("anonymous_as", "Described as", "Such as “a nurse at the hospital”."), area("anonymous_reason", "Why they are not named", "Readers see it."), back];
      if (store.isApproved(key)) parts.push(el("p", { class: "st-approved" }, "An editor answers for leaving them unnamed."));
      else if (store.settings().may_approve) {
        const tick = el("input", { type: "checkbox", checked: one().approve, onchange: () => set({ approve: tick.checked }) });
        parts.push(el("label", { class: "st-tick" }, tick, " I answer for leaving them unnamed"));
      } else parts.push(el("p", { class: "st-field__help" }, "An editor must approve it before it is published."));
      return parts;
    }

    /* A document where one is tied, else a field that takes a link. */
    function paper(label, get, put) {
      const row = store.documents.get(get());
      if (get()) {
        return el("div", { class: "st-paper" },
          el("span", { class: "st-field__label" }, label),
          row ? el("a", { href: store.safe(row.url), target: "_blank", rel: "noopener noreferrer" }, row.title || row.url || row.kind_words) : el("span", {}, "…"),
          row ? el("span", { class: `st-copy st-copy--${row.capture.state || "none"}`, title: row.capture.reason }, row.capture.words) : null,
          el("button", { type: "button", class: "st-link", onclick: () => { put(null); redraw(); } }, "Take the link away"));
      }
      const input = el("input", { type: "url", placeholder: "https://", inputmode: "url" });
      const take = async () => {
        if (!input.value.trim()) return;
        try {
          const { document: made } = await desk.link.fetch(input.value.trim(), one());
          put(made.key);
          redraw();
        } catch (error) { desk.say(error.message, true); input.setAttribute("aria-invalid", "true"); }
      };
      input.addEventListener("paste", () => setTimeout(take));
      input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); take(); } });
      return field(label, input);
    }

    function hops() {
      const list = one().hops;
      const setHop = (number, fields) => set({ hops: one().hops.map((hop, index) => (index === number ? { ...hop, ...fields } : hop)) });
      const move = (number, step) => {
        const next = [...one().hops];
        next.splice(number + step, 0, ...next.splice(number, 1));
        set({ hops: next });
        redraw();
      };
      const rows = list.map((hop, number) => {
        const outlet = desk.lookup({ label: `Relayed by, ${number + 1}`, kind: "outlet", newKind: "outlet", value: store.nameOf(hop.outlet), pick: (party) => setHop(number, { outlet: party.key }) });
        const verb = el("input", { type: "text", value: hop.verb, placeholder: "reported", "aria-label": "The word for it", onchange: () => setHop(number, { verb: verb.value.trim() }) });
        const act = (name, words, disabled, run) => el("button", { type: "button", class: "st-icon", "aria-label": `${words} ${store.nameOf(hop.outlet)}`, title: words, disabled, onclick: run }, name);
        return el("li", { class: "st-hop" },
          el("div", { class: "st-hop__line" }, outlet.box, verb, ...(list.length > 1 ? [act("↑", "Nearer to the speaker:", number === 0, () => move(number, -1)), act("↓", "Further from the speaker:", number === list.length - 1, () => move(number, 1))] : []), act("×", "Remove", false, () => { set({ hops: one().hops.filter((_, index) => index !== number) }); redraw(); })),
          paper("Its report", () => one().hops[number]?.document, (document) => setHop(number, { document })));
      });
      const next = desk.lookup({ label: "Add an outlet that relayed it", kind: "outlet", newKind: "outlet", pick: (party) => { set({ hops: [...one().hops, { outlet: party.key, verb: "", document: null, locator: "" }] }); redraw(); } });
      next.input.placeholder = "Add an outlet…";
      return el("fieldset", { class: "st-hops" }, el("legend", {}, "Relayed by, from the speaker outwards"), el("ol", {}, rows), next.box);
    }

    function more() {
      const opened = box.querySelector("details")?.open || Boolean(one().original_words || one().note || one().locator || one().translator);
      return el("details", { class: "st-more", open: opened }, el("summary", {}, "Translation, place, note"),
        text("place", "Where it was said"), text("locator", "Where in the document", "A page, a minute."), area("original_words", "The words in their own language"),
        text("original_language", "Language of the original", "Such as ru or ar."), text("translator", "Translated by"), area("note", "Note for readers"));
    }

    function redraw(focused = "") {
      const { settings } = store;
      if (!one()) return;
      const had = box.contains(document.activeElement);
      box.replaceChildren(
        ...[speaker()].flat(),
        el("div", { class: "st-pair" }, select("form", "How", settings().forms), select("standing", "Standing", settings().standings)),
        el("div", { class: "st-pair" }, select("channel", "In what", [["", "not said"], ...settings().channels]), text("said_on", "Said on", "", "date")),
        paper("Where it can be seen", () => one().document, (document) => set({ document, standing: document ? "original" : "relayed" })),
        hops(), more(),
        el("div", { class: "st-form__acts" }, el("button", { type: "button", class: "button button-small", onclick: done }, "Done"),
          el("button", { type: "button", class: "st-link st-link--stop", onclick: () => { store.remove(key); desk.say("Statement deleted.", false, true); } }, "Delete")));
      if (focused === "title") box.querySelectorAll("input")[1]?.focus();
      else if (had || focused) box.querySelector("input")?.focus();
    }
    redraw();
    return box;
  }

  desk.form = form;
})();
