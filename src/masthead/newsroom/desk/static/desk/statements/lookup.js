/* A field in which somebody types a name: the parties that begin so, and the offer to make a new one. A combobox as
   https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ has it; also the small maker of elements that the others use. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const PAUSE = 120; // ms
  let count = 0;

  /* el("button", {class: "x", onclick: f, "aria-label": "…"}, child, …): text is always text, never markup. */
  function el(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "value") element.value = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  }

  /* `pick(party)` is called with a party that has a key; a new one has been stored by then. */
  function lookup({ label, value = "", kind = "", newKind = "person", pick, empty = null, className = "" }) {
    count += 1;
    const id = `st-lookup-${count}`;
    const listbox = el("ul", { id: `${id}-list`, role: "listbox", class: "st-lookup__list", "aria-label": label, hidden: true });
    const input = el("input", {
      type: "text", id, class: "st-lookup__input", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listbox.id, "aria-label": label, value,
    });
    const box = el("div", { class: `st-lookup ${className}` }, input, listbox);
    let options = [];
    let active = -1;
    let timer = 0;
    let latest = 0;
    let chosen = value;

    function open(found, text) {
      options = found.map((party) => ({ party, words: party.name, more: party.offices?.[0]?.title || party.who || party.kind_words }));
      if (text && !found.some((party) => party.name.toLowerCase() === text.toLowerCase())) {
        const kinds = kind ? [kind] : [newKind, ...["person", "organisation"].filter((one) => one !== newKind)];
        for (const one of kinds) options.push({ make: { name: text, kind: one }, words: `New: ${text}`, more: one });
      }
      listbox.replaceChildren(...options.map((option, number) => el("li", {
        role: "option", id: `${id}-${number}`, class: "st-lookup__option", "aria-selected": "false",
        onmousedown: (event) => { event.preventDefault(); choose(number); },
      }, el("span", {}, option.words), el("span", { class: "st-lookup__more" }, option.more))));
      listbox.hidden = !options.length;
      input.setAttribute("aria-expanded", String(Boolean(options.length)));
      point(options.length ? 0 : -1);
    }
    function point(number) {
      active = number;
      [...listbox.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === number)));
      if (number >= 0) input.setAttribute("aria-activedescendant", `${id}-${number}`);
      else input.removeAttribute("aria-activedescendant");
    }
    function close() {
      listbox.hidden = true;
      input.setAttribute("aria-expanded", "false");
      point(-1);
    }
    async function choose(number) {
      const option = options[number];
      if (!option) return;
      close();
      let party = option.party;
      if (!party) {
        try {
          const [key] = await desk.store.partiesNamed([option.make]);
          party = desk.store.parties.get(key);
        } catch (error) { desk.say(error.message, true); return; }
      }
      desk.store.learn(party);
      chosen = party.name;
      input.value = party.name;
      pick(party);
    }
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const text = input.value.trim();
        latest += 1;
        const mine = latest;
        if (!text) { close(); return; }
        const found = await desk.store.ask(`parties/?q=${encodeURIComponent(text)}&kind=${kind}`).catch(() => ({ parties: [] }));
        if (mine === latest && document.activeElement === input) open(found.parties, text);
      }, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      const isOpen = !listbox.hidden;
      if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        point((active + step + options.length) % options.length);
      } else if (isOpen && (event.key === "Enter" || event.key === "Tab")) choose(active);
      else if (isOpen && event.key === "Escape") close();
      else if (event.key === "Enter") { /* no field here sends the story's form */ } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.addEventListener("blur", () => {
      close();
      if (!input.value.trim() && chosen && empty) { chosen = ""; empty(); } else if (input.value !== chosen && chosen) input.value = chosen;
    });
    return { box, input };
  }

  desk.el = el;
  desk.lookup = lookup;
})();
