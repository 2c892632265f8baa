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

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-desk-goto]");
    if (link && goTo(link)) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-desk-topics]").forEach(searchTopics);
    if (!document.querySelector("[data-desk-words]")) return;
    let waiting = 0;
    const later = () => { clearTimeout(waiting); waiting = setTimeout(countWords, 250); };
    document.addEventListener("input", later);
    document.addEventListener("keyup", later);
    document.addEventListener("w-unsaved:add", later);
    setTimeout(countWords, 600);
  });
})();
