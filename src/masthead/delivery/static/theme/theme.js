// Improves what already works: the reader's choice of light or dark, and players loaded when asked for.
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

  show(stored()); // before the first paint, so that nothing flashes
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".scheme, .embed-load").forEach(function (part) { part.hidden = false; });
    show(stored());
    document.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) { return; }
      if (button.dataset.schemeTo !== undefined) { choose(button.dataset.schemeTo); }
      if (button.dataset.player) { player(button); }
    });
  });
})();
