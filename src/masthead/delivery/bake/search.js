/* The search of a baked site: reads the lists of words beside it, and shows the stories that hold every word. */
(() => {
  "use strict";
  const found = document.getElementById("found");
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const wordsOf = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\p{N}]+/gu) || [];
  const shard = (word) => [...word].slice(0, 2).map((letter) => letter.codePointAt(0).toString(16)).join("-");
  const read = (name) => fetch(base + name).then((answer) => (answer.ok ? answer.json() : {}), () => ({}));

  async function holding(word) {
    const list = await read(`words/${shard(word)}.json`);
    const numbers = new Set();
    for (const [known, stories] of Object.entries(list)) if (known.startsWith(word)) stories.forEach((number) => numbers.add(number));
    return numbers;
  }

  async function search(typed) {
    const words = wordsOf(typed).slice(0, 12);
    if (!words.length) return;
    const sets = await Promise.all(words.map(holding));
    const numbers = [...sets[0]].filter((number) => sets.every((set) => set.has(number)));
    const stories = numbers.length ? await read("stories.json") : [];
    const shown = numbers.map((number) => stories[number]).sort((one, other) => (one[3] < other[3] ? 1 : -1));
    const list = document.createElement("div");
    list.className = "list";
    for (const [link, title, standfirst, day] of shown.slice(0, 100)) {
      const teaser = list.appendChild(document.createElement("article"));
      teaser.className = "teaser";
      teaser.appendChild(Object.assign(document.createElement("p"), { className: "teaser-when", textContent: day }));
      const text = teaser.appendChild(Object.assign(document.createElement("div"), { className: "teaser-text" }));
      text.appendChild(document.createElement("h2")).appendChild(Object.assign(document.createElement("a"), { href: link, textContent: title }));
      text.appendChild(Object.assign(document.createElement("p"), { className: "teaser-standfirst", textContent: standfirst }));
    }
    const count = Object.assign(document.createElement("p"), { className: "quiet", textContent: shown.length === 1 ? "One story" : `${shown.length} stories` });
    found.replaceChildren(count, list);
  }

  const field = document.getElementById("q");
  const typed = new URLSearchParams(location.search).get("q") || "";
  if (field) field.value = typed;
  search(typed);
})();
