/* Pasting links: one paste makes the document, asks for a copy and serves every statement of the story that the same report relays. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const EVERY = 2500; // ms between looks at copies that are under way
  const LOOKS = 40;
  const UNDER_WAY = new Set(["queued", "fetching"]);
  let field = null;
  let choice = null;
  let said = null;
  let home = null; // where `said` stands in the panel
  let recent = null;
  let looks = 0;
  let watching = 0;

  const isLink = (text) => /^https?:\/\/\S+$/i.test(text.trim());
  const lacking = (one) => !one.document && one.form !== "observation";
  const plural = (count, words) => `${count} ${words}${count === 1 ? "" : "s"}`;

  /* What was done is said in the panel; while the panel is closed, in the corner of the window, for as long as it takes to read. */
  const READ = 9000; // ms
  let corner = null;
  let gone = 0;
  function whereItIsSeen() {
    const panel = document.querySelector("[data-side-panel='statements']");
    clearTimeout(gone);
    if (panel && panel.hidden) {
      corner = corner || document.body.appendChild(desk.el("div", { class: "st-corner" }));
      corner.append(said);
      corner.hidden = false;
      gone = setTimeout(() => { corner.hidden = true; }, READ);
    } else if (said.parentElement !== home) {
      home.append(said);
      if (corner) corner.hidden = true;
    }
  }

  function say(text, isRefusal = false, canUndo = false) {
    if (!said) return;
    if (text) whereItIsSeen();
    said.className = `st-said${isRefusal ? " st-said--stop" : ""}`;
    said.replaceChildren(text);
    if (canUndo) said.append(" ", desk.el("button", { type: "button", class: "st-link", onclick: () => { desk.store.undo(); say("Undone."); } }, "Undo"));
  }

  function emptyHops(outlet = null) {
    const found = [];
    for (const one of desk.store.all()) one.hops.forEach((hop, number) => { if (!hop.document && (!outlet || hop.outlet === outlet)) found.push({ one, number, outlet: hop.outlet }); });
    return found;
  }

  /* Ask the server for the document of a link; who may have published it is asked with it. */
  async function fetchLink(url, one = null) {
    const list = one ? [one] : desk.store.all();
    const outlets = [...new Set(list.flatMap((each) => each.hops.filter((hop) => !hop.document).map((hop) => hop.outlet)))];
    const speakers = [...new Set(list.map((each) => each.speaker).filter(Boolean))];
    const answer = await desk.store.ask("link/", { url, outlets, speakers });
    desk.store.learnDocument(answer.document);
    if (answer.outlet) desk.store.learn(answer.outlet);
    look();
    return answer;
  }

  const learned = (answer) => (answer.learned ? ` ${answer.learned} is known as theirs from now on.` : "");
  const copy = (row) => (UNDER_WAY.has(row.capture.state) ? " A copy is being kept." : row.capture.state === "kept" ? " A copy is kept." : "");

  function fillHops(answer, places) {
    const wanted = new Set(places.map(({ one, number }) => `${one.key} ${number}`));
    desk.store.changeAll((one) => ({ ...one, hops: one.hops.map((hop, number) => (wanted.has(`${one.key} ${number}`) ? { ...hop, document: answer.document.key } : hop)) }));
    const name = desk.store.nameOf(places[0].outlet);
    say(`The report of ${name} now stands behind ${plural(new Set(places.map(({ one }) => one.key)).size, "statement")}.${learned(answer)}${copy(answer.document)}`, false, true);
  }
  function fillOwn(answer, statements) {
    const keys = new Set(statements.map((one) => one.key));
    desk.store.changeAll((one) => (keys.has(one.key) ? { ...one, document: answer.document.key, standing: "original", channel: one.channel || (answer.document.kind !== "article" ? answer.document.kind : "") } : one));
    say(`Seen in the original: ${plural(keys.size, "statement")} of ${desk.store.chain(statements[0])[0]}.${copy(answer.document)}`, false, true);
  }

  /* What a link may be, where nobody can tell: the outlets and speakers that still lack one. */
  function offerChoice(answer) {
    const { el } = desk;
    const outlets = new Map();
    for (const place of emptyHops()) outlets.set(place.outlet, [...(outlets.get(place.outlet) || []), place]);
    const speakers = new Map();
    for (const one of desk.store.all().filter((each) => lacking(each) && (each.speaker || each.anonymous_as))) {
      const name = desk.store.chain(one)[0];
      speakers.set(name, [...(speakers.get(name) || []), one]);
    }
    const options = [
      ...[...speakers].map(([name, list]) => ({ words: `Own words of ${name}`, more: plural(list.length, "statement"), run: () => fillOwn(answer, list) })),
      ...[...outlets].map(([outlet, places]) => ({ words: `Report of ${desk.store.nameOf(outlet)}`, more: plural(places.length, "statement"), run: () => fillHops(answer, places) })),
    ];
    if (!options.length) { say(`${answer.document.title || answer.document.url} is among the sources; no statement lacks a link.${copy(answer.document)}`); return; }
    const close = () => { choice.replaceChildren(); field.focus(); };
    const buttons = options.map((option, number) => el("button", {
      type: "button", class: "st-choice__option", onclick: () => { option.run(); close(); },
      onkeydown: (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) { event.preventDefault(); buttons[(number + step + buttons.length) % buttons.length].focus(); }
        if (event.key === "Escape") { event.preventDefault(); close(); }
      },
    }, el("span", {}, option.words), el("span", { class: "st-choice__more" }, option.more)));
    choice.replaceChildren(el("p", { class: "st-choice__ask", id: "st-choice-ask" }, "What can be seen there?"), el("div", { role: "group", "aria-labelledby": "st-choice-ask" }, buttons));
    say("");
    buttons[0].focus();
  }

  /* A link for the story, or for the statement in focus. */
  async function paste(url, key = null) {
    const one = key ? desk.store.get(key) : null;
    say("Looking at the link…");
    choice.replaceChildren();
    let answer;
    try { answer = await fetchLink(url.trim(), one); } catch (error) { say(error.message, true); return; }
    field.value = "";
    const outlet = answer.outlet?.key;
    if (one) {
      const here = one.hops.findIndex((hop) => !hop.document && hop.outlet === outlet);
      if (here >= 0) fillHops(answer, emptyHops(outlet));
      else if (!one.document) fillOwn(answer, [one]);
      else if (emptyHops().some((place) => place.one.key === key)) fillHops(answer, [emptyHops().find((place) => place.one.key === key)]);
      else say("This statement has all its links. Take one away first.", true);
      return;
    }
    const places = outlet ? emptyHops(outlet) : [];
    const own = answer.speaker ? desk.store.all().filter((each) => lacking(each) && each.speaker === answer.speaker) : [];
    if (places.length) fillHops(answer, places);
    else if (own.length) fillOwn(answer, own);
    else offerChoice(answer);
  }

  /* Look again at copies under way, for a while. */
  function look() {
    looks = 0;
    if (!watching) watching = setTimeout(again, EVERY);
  }
  async function again() {
    watching = 0;
    const waiting = [...desk.store.documents.values()].filter((row) => UNDER_WAY.has(row.capture.state)).map((row) => row.key);
    looks += 1;
    if (!waiting.length || looks > LOOKS) return;
    try { if (document.visibilityState === "visible") await desk.store.refresh({ parties: [], documents: waiting }); } catch { /* the next look asks again */ }
    watching = setTimeout(again, EVERY);
  }

  /* A link pasted into the text just after a statement was kept may be its source: it is offered, and the text keeps the link. */
  const LATELY = 60_000; // ms
  const lately = (key) => { recent = { key, at: Date.now() }; };
  function pastedIntoText(event) {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!event.target.closest?.(".Draftail-Editor") || !isLink(text) || !recent || Date.now() - recent.at > LATELY) return;
    const one = desk.store.get(recent.key);
    if (!one || (one.document && !one.hops.some((hop) => !hop.document))) return;
    say("A link went into the text. ");
    said.append(desk.el("button", { type: "button", class: "st-link", onclick: () => paste(text, one.key) }, `Use it as the source of “${one.words.slice(0, 40)}…”`));
     }

  function start(place) {
    const { el } = desk;
    field = el("input", { type: "url", class: "st-paste__input", id: "st-paste", placeholder: "Paste a link: a report, a statement, a post", autocomplete: "off", "aria-describedby": "st-said" });
    choice = el("div", { class: "st-choice" });
    said = el("p", { class: "st-said", id: "st-said", role: "status", "aria-live": "polite" });
    field.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (isLink(text)) { event.preventDefault(); field.value = text.trim(); paste(text); }
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (field.value.trim()) paste(field.value);
    });
    home = place;
    document.querySelector("[data-side-panel='statements']").addEventListener("show", () => { if (said.parentElement !== home) whereItIsSeen(); });
    place.replaceChildren(el("label", { class: "w-sr-only", for: "st-paste" }, "Paste a link"), field, choice, said);
    document.addEventListener("paste", pastedIntoText, true);
    if ([...desk.store.documents.values()].some((row) => UNDER_WAY.has(row.capture.state))) look();
  }

  desk.say = say;
  desk.link = { start, paste, fetch: fetchLink, look, lately, isLink, focus: () => field?.focus() };
})();
