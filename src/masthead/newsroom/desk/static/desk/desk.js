/* The desk's small helps: a live count of words, a search among topics, the way from a finding to its place.
   Nothing depends on them. */
(() => {
  "use strict";
  const WORDS_A_MINUTE = 230; // as rules.WORDS_A_MINUTE

  function countWords() {
    const out = document.querySelector("[data-desk-words]");
    const body = document.querySelector("#panel-child-story-body-section, #panel-body-section, [data-contentpath='body']");
    if (!out || !body) return;
    let text = "";
    body.querySelectorAll(".public-DraftEditor-content [data-block='true']").forEach((line) => { text += " " + line.textContent; });
    body.querySelectorAll("textarea:not([hidden]), input[type='text']").forEach((field) => {
      if (field.offsetParent && !field.closest(".Draftail-Editor")) text += " " + field.value;
    });
    const words = (text.match(/[\p{L}\p{N}][\p{L}\p{N}’'.-]*/gu) || []).length;
    const minutes = Math.max(1, Math.round(words / WORDS_A_MINUTE));
    const said = words === 0 ? "No words yet" : `${words.toLocaleString()} ${words === 1 ? "word" : "words"}, ${minutes} min to read`;
    if (out.textContent !== said) out.textContent = said;
    out.hidden = false;
  }

  function searchTopics(box) {
    const field = box.querySelector("[data-desk-topics-search]");
    const topics = [...box.querySelectorAll(".desk-topics__topic")];
    if (!field || topics.length < 12) return;
    field.hidden = false;
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLocaleLowerCase();
      topics.forEach((topic) => {
        topic.hidden = wanted !== "" && !topic.textContent.toLocaleLowerCase().includes(wanted) && !topic.querySelector("input").checked;
      });
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }

  /* Whoever has not chosen a side panel yet sees what the desk found, where it found anything. */
  function openTheDesk() {
    const toggle = document.querySelector("[data-side-panel-toggle='desk']");
    if (!toggle || toggle.querySelector("[data-side-panel-toggle-counter][hidden]")) return;
    if (localStorage.getItem("wagtail:side-panel-open") === null && window.innerWidth > 1200) toggle.click();
  }

  function goTo(link) {
    const field = link.dataset.deskGoto;
    const block = link.dataset.deskBlock;
    const place = (block && document.getElementById(`block-${block}-section`)) || document.querySelector(`[data-contentpath='${block || field}']`)
      || document.querySelector(`[data-contentpath='${field}']`) || document.querySelector(`[id$='-${field}-section']`);
    if (!place) return false;
    const tab = place.closest("[role='tabpanel']");
    if (tab && tab.hidden) document.querySelector(`[role='tab'][href='#${tab.id}'], [role='tab'][aria-controls='${tab.id}']`)?.click();
    place.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    place.classList.add("desk-found");
    setTimeout(() => place.classList.remove("desk-found"), 2500);
    place.querySelector("input:not([type='hidden']), textarea, select, [contenteditable='true'], button")?.focus({ preventScroll: true });
    return true;
  }

  /* What publishing will do, read from the form as it stands: shown on the button, asked before it is done. */
  function moment(name) {
    const value = document.getElementById(`id_${name}`)?.value.trim();
    if (!value) return null;
    return { words: value, at: value.replace("T", " ") };
  }

  function whatPublishingDoes(button) {
    const now = button.dataset.deskNow || "";
    const embargo = moment("embargoed_until");
    const chosen = moment("go_live_at");
    const held = embargo && embargo.at > now ? embargo : null;
    const later = chosen && chosen.at > now ? chosen : null;
    if (held && (!later || later.at <= held.at)) return { label: `Schedule for ${held.words}`, ask: `It goes out at ${held.words}, when the embargo ends. Nobody outside the newsroom sees it before.` };
    if (later) return { label: `Schedule for ${later.words}`, ask: `It goes out at ${later.words}. Nobody outside the newsroom sees it before.` };
    return { label: "Publish now", ask: "Readers see it at once." };
  }

  function watchPublishing() {
    const form = document.querySelector("[data-edit-form][data-desk-now]") || document.querySelector("[data-desk-now]");
    const buttons = [...document.querySelectorAll("button[name='action-publish'], button[data-workflow-action-name='approve']")];
    if (!form || !buttons.length) return;
    const clock = Date.now();
    const start = Date.parse(`${form.dataset.deskNow.replace(" ", "T")}:00Z`);
    const present = () => new Date(start + Date.now() - clock).toISOString().slice(0, 16).replace("T", " ");
    const relabel = () => buttons.forEach((button) => {
      button.dataset.deskNow = present();
      const label = button.querySelector("em");
      if (button.name === "action-publish" && label && !button.disabled) label.textContent = whatPublishingDoes(button).label;
    });
    relabel();
    document.addEventListener("change", relabel);
    ask = (button, event) => {
      asked = button;
      if (!buttons.includes(button) || !event.isTrusted) return true;
      button.dataset.deskNow = present();
      const does = whatPublishingDoes(button);
      const headline = document.getElementById("id_title")?.value.trim() || "this page";
      const act = button.name === "action-publish" ? does.label : `Approve: ${does.label.toLowerCase()}`;
      if (window.confirm(`${act}?\n\n“${headline}”\n${does.ask}`)) return true;
      asked = null;
      return false;
    };
  }

  /* The editor saves by itself half a second after the last key. Whoever presses a button while it does would send the
     same story twice: the press waits for the save, and no save begins once a press is on its way. */
  let asked = null;
  let ask = (button) => { asked = button; return true; };
  let saving = false;
  let leaving = false;
  let passing = null;
  let waiting = null;
  function pressInTurn() {
    const LONG_ENOUGH = 6000; // ms; a press is never lost to a save that says nothing
    const goOn = () => {
      saving = false;
      const button = waiting;
      waiting = null;
      if (button) { passing = button; button.click(); }
    };
    document.addEventListener("w-autosave:save", (event) => {
      if (leaving) event.preventDefault();
      else saving = !event.defaultPrevented;
    });
    document.addEventListener("w-autosave:success", goOn);
    document.addEventListener("w-autosave:error", goOn);
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.("button");
      if (!button || button.type !== "submit" || !button.form?.matches("[data-edit-form]")) return;
      const again = passing === button;
      passing = null;
      if (again || (ask(button, event) && !saving)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (saving && asked === button) { waiting = button; setTimeout(() => { if (waiting === button) goOn(); }, LONG_ENOUGH); }
    }, true);
    document.addEventListener("submit", (event) => {
      if (event.defaultPrevented || !event.target.matches("[data-edit-form]")) return;
      leaving = true;
      setTimeout(() => { leaving = false; }, 8000); // where an answer kept us here
    });
  }

  /* A word made one of ours from beside its finding: the story stays open as it is, and every finding of that word says so. */
  async function addWord(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    let said;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const { word, error } = await answer.json();
      said = word ? `“${word}” is one of our words now.` : error;
    } catch {
      button.disabled = false;
      said = "That did not reach the newsroom: try again.";
    }
    const word = form.elements.word.value;
    document.querySelectorAll("form[data-desk-add-word]").forEach((other) => {
      if (other !== form && (button.disabled === false || other.elements.word.value !== word)) return;
      let line = other.querySelector("[role='status']");
      if (!line) { line = document.createElement("p"); line.setAttribute("role", "status"); other.append(line); }
      line.textContent = said;
      other.querySelector("button").hidden = button.disabled;
    });
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-desk-add-word]")) return;
    event.preventDefault();
    addWord(event.target);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-desk-goto]");
    if (link && goTo(link)) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-desk-topics]").forEach(searchTopics);
    pressInTurn();
    watchPublishing();
    openTheDesk();
    if (!document.querySelector("[data-desk-words]")) return;
    let waiting = 0;
    const later = () => { clearTimeout(waiting); waiting = setTimeout(countWords, 250); };
    document.addEventListener("input", later);
    document.addEventListener("keyup", later);
    document.addEventListener("w-unsaved:add", later);
    setTimeout(countWords, 600);
  });
})();
