/* What is typed while the editor saves by itself is kept too. Wagtail 8.0 takes the form as it is when the answer comes for what was saved:
   a change made on the way, and not noticed yet by its look every half second, would wait for the next change. It also takes the form for
   unchanged as it is two seconds after it opened, whatever was typed by then. Here both are saved at once. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const NOT_TYPED = new Set(["csrfmiddlewaretoken", "loaded_revision_id", "loaded_revision_created_at", "overwrite_revision_id", "next", "statements_data"]);
  const WAGTAIL_IS_DONE = 60; // ms
  let sent = null;

  function typed(data, besides = {}) {
    const found = [];
    for (const [name, value] of data.entries()) {
      if (!NOT_TYPED.has(name) && !name.startsWith("comments-") && !(name in besides) && typeof value === "string") found.push(`${name}=${value}`);
    }
    return found.join("\u0000");
  }

  function saveAgain() {
    setTimeout(() => {
      document.querySelector("form[data-edit-form]")?.dispatchEvent(new CustomEvent("w-unsaved:add", { bubbles: true, cancelable: true, detail: { type: "edits" } }));
    }, WAGTAIL_IS_DONE);
  }

  let early = false; // whether something was changed before Wagtail took note of how the form was
  let noted = false;
  const touch = () => { early = early || !noted; };
  document.addEventListener("input", (event) => { if (event.isTrusted && event.target.closest?.("form[data-edit-form]")) touch(); }, true);
  document.addEventListener("w-unsaved:watch-edits", () => {
    if (!noted && early) saveAgain();
    noted = true;
  });

  document.addEventListener("w-autosave:save", (event) => { sent = event.detail?.formData || null; });
  document.addEventListener("w-autosave:success", (event) => {
    const form = document.querySelector("form[data-edit-form]");
    if (!sent || !form) return;
    const updates = event.detail?.response?.field_updates || {};
    if (typed(sent, updates) !== typed(new FormData(form), updates) || desk.store?.changedMeanwhile()) saveAgain();
    sent = null;
  });

  desk.keep = { touch };
})();
