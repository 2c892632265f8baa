/* Asking the server, a moment after the last key, where the statements stand and what it would offer. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const PAUSE = 180; // ms after the last change
  const listeners = [];
  const dismissed = new Set();
  let passages = [];
  let anchors = {};
  let offers = [];
  let last = "";
  let timer = 0;
  let running = false;
  let again = false;

  const subscribe = (listener) => listeners.push(listener);
  const identity = (offer) => `${offer.draft.words}\u0000${offer.draft.prefix}`;
  const soon = () => { clearTimeout(timer); timer = setTimeout(read, PAUSE); };

  async function read() {
    if (running) { again = true; return; }
    const found = desk.text.passages();
    const statements = desk.store.all().map(({ key, words, prefix, suffix, block, paragraph }) => ({ key, words, prefix, suffix, block, paragraph }));
    const question = {
      passages: found.map(({ text, kind, field, block, paragraph }) => ({ text, kind, field, block, paragraph })),
      statements, language: document.getElementById("id_language")?.value || "en",
    };
    const asked = JSON.stringify(question);
    passages = found; // the nodes may be new although the words are the same
    if (asked === last) { desk.paint.paint(); return; }
    running = true;
    try {
      const answer = await desk.store.ask("propose/", question);
      last = asked;
      passages = found;
      anchors = answer.anchors;
      offers = answer.offers;
      desk.paint.paint();
      listeners.forEach((listener) => listener());
    } catch { /* the next change asks again; nothing that was typed hangs on it */ } finally {
      running = false;
      if (again) { again = false; soon(); }
    }
  }

  function watch() {
    const body = document.querySelector("[data-contentpath='body']") || document.querySelector("[data-edit-form]");
    new MutationObserver(soon).observe(body, { childList: true, characterData: true, subtree: true });
    document.addEventListener("input", (event) => { if (!event.target.closest?.("[data-statements]")) soon(); });
    desk.store.subscribe((what) => {
      if (what === "described") return;
      if (what === "added" || what === "undone" || what === "changed") place();
      soon();
    });
    read();
  }

  /* A statement that was just made stands where its offer stood: no need to wait for the server to say so. */
  const placed = new Map();
  function put(key, at) { placed.set(key, at); }
  function place() {
    for (const [key, at] of placed) if (!anchors[key]) anchors = { ...anchors, [key]: at };
    placed.clear();
    offers = offers.filter((offer) => !Object.entries(anchors).some(([key, at]) => at && desk.store.get(key) && overlap(at, offer.at)));
    desk.paint.paint();
  }
  const before = (one, other) => one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
  const overlap = (one, other) => before([one.first, one.start], [other.last, other.end]) && before([other.first, other.start], [one.last, one.end]);

  function dismiss(offer) {
    dismissed.add(identity(offer));
    listeners.forEach((listener) => listener());
    desk.paint.paint();
  }

  desk.reading = {
    watch, soon, subscribe, dismiss, put, identity,
    now: () => ({ passages, anchors, offers: offers.filter((offer) => !dismissed.has(identity(offer))) }),
    order: () => new Map(Object.entries(anchors).filter(([, at]) => at).map(([key, at]) => [key, at.first * 1e6 + at.start])),
    isLost: (key) => key in anchors && anchors[key] === null,
  };
})();
