/* The story's statements: the form's hidden field is the one truth, and whoever shows them is told of each change.
   Wagtail's autosave watches the form's values, so that writing the field is all it takes to have it kept. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const listeners = [];
  const parties = new Map();
  const documents = new Map();
  const asked = new Set(); // keys that the server was asked for
  const MOST_UNDONE = 20;
  const undone = [];
  let settings = null;
  let input = null;
  let list = [];
  let approved = new Set();
  let sent = null;
  let meanwhile = false; // whether something was changed while the editor saved

  function start() {
    const box = document.getElementById("desk-statements-settings");
    input = document.getElementById("id_statements_data");
    if (!box || !input) return false;
    settings = JSON.parse(box.textContent);
    approved = new Set(settings.approved);
    list = read();
    return true;
  }

  function read() {
    try {
      const found = JSON.parse(input.value || "[]");
      return Array.isArray(found) ? found : [];
    } catch { return []; }
  }

  const subscribe = (listener) => listeners.push(listener);
  const tell = (what) => listeners.forEach((listener) => listener(what));

  function write(next, what = "changed") {
    undone.push(input.value);
    if (undone.length > MOST_UNDONE) undone.shift();
    list = next;
    input.value = JSON.stringify(list);
    input.dispatchEvent(new Event("change", { bubbles: true }));
    desk.keep?.touch();
    tell(what);
    describe();
  }

  function undo() {
    if (!undone.length) return;
    input.value = undone.pop();
    list = read();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    tell("undone");
  }

  const BLANK = {
    form: "direct", standing: "relayed", prefix: "", suffix: "", block: "", paragraph: "", speaker: null, speaker_title: "", anonymous_as: "", anonymous_reason: "",
    said_on: null, channel: "", place: "", document: null, locator: "", original_words: "", original_language: "", translator: "", note: "", hops: [],
  };
  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without TLS has no randomUUID; RFC 9562, 5.4
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  function add(draft, at = null) {
    const made = { ...BLANK, ...draft, key: newKey() };
    if (at) desk.reading.put(made.key, at);
    write([...list, made], "added");
    return made.key;
  }
  const get = (key) => list.find((one) => one.key === key);
  const change = (key, fields) => write(list.map((one) => (one.key === key ? { ...one, ...fields } : one)));
  const changeAll = (edit) => write(list.map(edit));
  const remove = (key) => write(list.filter((one) => one.key !== key));

  /* In the order in which they stand in the text: `order` has a number for each key; lost ones come last. */
  function sort(order) {
    const place = (one) => (order.has(one.key) ? order.get(one.key) : Infinity);
    return [...list].sort((one, other) => place(one) - place(other));
  }

  // As stories/statements.py `state`: how far one is sourced.
  function state(one) {
    const named = Boolean(one.speaker || one.anonymous_as);
    if (one.form === "observation" || (named && one.document)) return "complete";
    if (!named) return "no-source";
    return one.hops.some((hop) => hop.document) ? "relay-only" : "no-link";
  }

  const safe = (url) => (/^https?:\/\//i.test(url) ? url : null); // nothing else is ever followed
  const nameOf = (key) => parties.get(key)?.name || (key ? "…" : "");
  const channelWords = (kind) => (settings.channels.find(([value]) => value === kind) || ["", ""])[1].toLowerCase();

  /* Who said it, in what, relayed by whom: the parts of “Ministry ← statement ← Agency”. */
  function chain(one) {
    const said = one.form === "observation" ? "Our own observation" : one.speaker ? nameOf(one.speaker) : one.anonymous_as || "Nobody yet";
    const kind = one.channel || (one.document && documents.get(one.document)?.kind) || "";
    return [said, kind && channelWords(kind), ...one.hops.map((hop) => nameOf(hop.outlet))].filter(Boolean);
  }

  function titleOn(party, day) {
    const held = (party?.offices || []).filter((office) => (!office.since || office.since <= day) && (!office.until || office.until >= day));
    return held.sort((one, other) => (other.since || "").localeCompare(one.since || ""))[0]?.title || "";
  }

  /* --- the server ------------------------------------------------------------------------------------ */
  function pageNumber() {
    const found = /\/pages\/(\d+)\/edit\//.exec(input.form.action);
    return found ? found[1] : "0";
  }

  async function ask(path, body) {
    const options = { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin" };
    if (body !== undefined) {
      options.method = "POST";
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
      options.headers["X-CSRFToken"] = input.form.querySelector("[name='csrfmiddlewaretoken']").value;
    }
    const answer = await fetch(`${settings.base}${pageNumber()}/${path}`, options);
    if (answer.redirected) throw new Error("You are signed out. Sign in in another tab, then try again.");
    const data = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(data.error_message || "The desk did not answer. Try again.");
    return data;
  }

  const learn = (party) => { if (party) parties.set(party.key, party); };
  const learnDocument = (row) => { if (row) documents.set(row.key, row); };

  /* Ask once for every party and document that is known by key alone. */
  async function describe() {
    const people = new Set();
    const papers = new Set();
    for (const one of list) {
      if (one.speaker) people.add(one.speaker);
      if (one.document) papers.add(one.document);
      for (const hop of one.hops) { people.add(hop.outlet); if (hop.document) papers.add(hop.document); }
    }
    const lacking = { parties: [...people].filter((key) => !parties.has(key) && !asked.has(`p${key}`)), documents: [...papers].filter((key) => !documents.has(key) && !asked.has(`d${key}`)) };
    if (!lacking.parties.length && !lacking.documents.length) return;
    lacking.parties.forEach((key) => asked.add(`p${key}`));
    lacking.documents.forEach((key) => asked.add(`d${key}`));
    try { await refresh(lacking); } catch { asked.clear(); }
  }

  async function refresh(keys) {
    const known = await ask("known/", keys);
    for (const [key, party] of Object.entries(known.parties)) { parties.set(Number(key), party); learn(party); }
    for (const [key, row] of Object.entries(known.documents)) { documents.set(Number(key), row); learnDocument(row); }
    tell("described");
  }

  /* Find or make the parties of an offer; returns their keys in order. */
  async function partiesNamed(wanted) {
    if (!wanted.length) return [];
    const { parties: found } = await ask("parties/", { parties: wanted.map(({ name, kind }) => ({ name, kind })) });
    found.forEach(learn);
    return found.map((party) => party.key);
  }

  /* --- saving ---------------------------------------------------------------------------------------- */
  /* What the server kept says where the words stand now. What was changed while it saved stays as it was changed. */
  const PLACE = ["words", "prefix", "suffix", "block", "paragraph"];
  function takeBack(saved) {
    approved = new Set(saved.approved);
    meanwhile = input.value !== sent;
    const before = new Map(JSON.parse(sent || "[]").map((one) => [one.key, one]));
    const kept = new Map(saved.statements.map((one) => [one.key, one]));
    const merged = list.map((one) => {
      const [was, now] = [before.get(one.key), kept.get(one.key)];
      if (!was || !now || one.words !== was.words) return one;
      const { approve, ...rest } = one;
      const still = approve !== was.approve ? { approve } : {};
      return { ...rest, ...still, ...Object.fromEntries(PLACE.map((name) => [name, now[name]])) };
    });
    if (JSON.stringify(merged) !== JSON.stringify(list)) { list = merged; input.value = JSON.stringify(list); }
    tell("saved");
  }

  document.addEventListener("w-autosave:save", (event) => { sent = event.detail?.formData?.get("statements_data") ?? null; });
  document.addEventListener("w-autosave:success", (event) => {
    const saved = event.detail?.response?.field_updates?.statements_saved;
    if (saved && sent) takeBack(JSON.parse(saved));
  }, true); // before Wagtail takes note of how the form was saved

  desk.store = {
    start, subscribe, tell, add, get, change, changeAll, remove, undo, sort, state, chain, titleOn, nameOf, safe, channelWords, ask, describe, refresh, partiesNamed, learn, learnDocument,
    parties, documents, all: () => list, changedMeanwhile: () => meanwhile, settings: () => settings, isApproved: (key) => approved.has(key), pageNumber,
  };
})();
