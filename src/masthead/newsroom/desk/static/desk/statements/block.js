/* The statement block in the body: its field becomes a choice among the story's statements, and takes its words from the one chosen. */
(() => {
  "use strict";
  const desk = (window.mastheadDesk = window.mastheadDesk || {});
  const SHORT = 60;

  function fill(select, value) {
    const { el, store } = desk;
    const options = [el("option", { value: "" }, "Whose words these are in the story"), ...store.all().map((one) => el("option", { value: one.key }, `${store.chain(one)[0]}: ${one.words.slice(0, SHORT)}`))];
    if (value && !store.get(value)) options.push(el("option", { value }, "A statement that is gone"));
    const now = options.map((option) => option.value + option.textContent).join();
    if (select.dataset.now === now && select.value === value) return;
    select.dataset.now = now;
    select.replaceChildren(...options);
    select.value = value;
  }

  function dress() {
    for (const block of desk.text.blocks().filter((one) => one.type === "statement")) {
      const input = block.element.querySelector(`[name='${block.prefix}-value-statement']`);
      const words = block.element.querySelector(`[name='${block.prefix}-value-words']`);
      if (!input || !words) continue;
      let select = input.nextElementSibling?.matches?.("select[data-statement-choice]") ? input.nextElementSibling : null;
      if (!select) {
        select = desk.el("select", { "data-statement-choice": "", "aria-label": "Statement" });
        input.after(select);
        input.hidden = true;
        select.addEventListener("change", () => {
          input.value = select.value;
          const one = desk.store.get(select.value);
          if (one && !words.value.trim()) words.value = one.words.replace(/,$/, ""); // the comma belongs to the sentence it stood in
          for (const field of [input, words]) field.dispatchEvent(new Event("input", { bubbles: true }));
        });
      }
      fill(select, input.value);
    }
  }

  function start() {
    dress();
    desk.store.subscribe(dress);
    desk.reading.subscribe(dress);
  }

  desk.blocks = { start };
})();
