// Improves what already works: the reader's choice of light or dark, players loaded when asked for, notes opened where they are referred to.
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "masthead-scheme";

  function stored() {
    try { return localStorage.getItem(KEY) || ""; } catch (refused) { return ""; }
  }

  function show(scheme) {
    if (scheme) { root.dataset.scheme = scheme; } else { delete root.dataset.scheme; }
    document.querySelectorAll("[data-scheme-to]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.schemeTo === scheme));
    });
  }

  function choose(scheme) {
    try { if (scheme) { localStorage.setItem(KEY, scheme); } else { localStorage.removeItem(KEY); } } catch (refused) { /* the choice lasts as long as the page */ }
    show(scheme);
  }

  function player(button) {
    var frame = document.createElement("iframe");
    frame.src = button.dataset.player;
    frame.title = button.dataset.title;
    frame.allow = "fullscreen; encrypted-media; picture-in-picture";
    frame.allowFullscreen = true;
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    button.closest(".embed-frame").replaceChildren(frame);
    frame.focus();
  }

  // A reference opens the note itself, lifted out of the list and put back: nothing is copied. Beside the text it is in sight already.
  function openNote(event, reference) {
    var item = document.getElementById(reference.hash.slice(1));
    var note = item && item.querySelector(".note");
    if (!note || !note.showPopover || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    if (getComputedStyle(item).position === "absolute") { return; }
    event.preventDefault();
    if (note.popover) { note.hidePopover(); return; }
    note.popover = "auto";
    note.setAttribute("role", "dialog");
    note.setAttribute("aria-label", reference.getAttribute("aria-label"));
    note.style.positionAnchor = "--" + reference.id;
    note.addEventListener("toggle", function closed(change) {
      if (change.newState !== "closed") { return; }
      note.removeEventListener("toggle", closed);
      ["popover", "role", "aria-label", "style"].forEach(function (name) { note.removeAttribute(name); });
      if (!document.activeElement || document.activeElement === document.body || note.contains(document.activeElement)) { reference.focus(); }
    });
    note.showPopover();
    note.focus();
  }

  show(stored()); // before the first paint, so that nothing flashes
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".scheme, .embed-load").forEach(function (part) { part.hidden = false; });
    show(stored());
    document.addEventListener("click", function (event) {
      var reference = event.target.closest(".noteref");
      if (reference) { openNote(event, reference); return; }
      var back = event.target.closest(".note[popover] [role=doc-backlink]");
      if (back) { event.preventDefault(); back.closest(".note").hidePopover(); return; }
      var button = event.target.closest("button");
      if (!button) { return; }
      if (button.dataset.schemeTo !== undefined) { choose(button.dataset.schemeTo); }
      if (button.dataset.player) { player(button); }
    });
  });
})();
