// Keeps the total in words before the button, and the free amount and the choices from contradicting each other.
// The form works without it.
(() => {
  "use strict";
  const form = document.querySelector(".give__form[data-currency]");
  if (!form) return;
  const total = form.querySelector(".give__total");
  const typed = form.elements.namedItem("amount");
  const digits = Number(form.dataset.digits);
  const before = total.textContent;
  const whole = new Intl.NumberFormat(form.dataset.locale, { style: "currency", currency: form.dataset.currency, minimumFractionDigits: 0, maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat(form.dataset.locale, { style: "currency", currency: form.dataset.currency, minimumFractionDigits: digits, maximumFractionDigits: digits });

  const frequency = () => form.querySelector('[name="frequency"]:checked')?.value ?? "once";
  const chosen = () => form.querySelector(`[name="amount_${frequency()}"]:checked`);

  const ambiguous = (text) => {
    const match = /^\s*\d{1,3}([.,])\d{3}\s*$/.exec(text);
    return match && (match[1] === form.dataset.group) === (digits === 3);
  };

  // As the server reads it: the last mark is the decimal one where no more digits follow it than the currency has.
  const read = (text) => {
    const compact = text.replace(/[\s\u00a0\u202f'’]/g, "");
    const pattern = digits ? new RegExp(`^(\\d[\\d.,]*?)(?:[.,](\\d{1,${digits}}))?$`) : /^(\d[\d.,]*)()$/;
    const match = pattern.exec(compact);
    if (ambiguous(text) || !match || !/^(\d+|\d{1,3}(,\d{3})+|\d{1,3}(\.\d{3})+)$/.test(match[1])) return NaN;
    return Number(`${match[1].replace(/[.,]/g, "")}.${match[2] || "0"}`);
  };

  // Of the way to pay that is chosen; of the only one, where there is no choice.
  const rate = () => (form.elements.namedItem("way") ? form.querySelector('[name="way"]:checked') : form)?.dataset ?? {};

  // As the server adds it: what is left after the provider's usual price is the amount that was chosen, rounded up.
  const covered = (amount) => {
    const cover = form.elements.namedItem("cover");
    const { percent, fixed } = rate();
    if (!cover?.checked || !(amount > 0) || percent === undefined) return amount;
    const minor = Math.round(amount * 10 ** digits) + Number(fixed);
    return Math.ceil(Number((minor / (1 - Number(percent) / 100)).toFixed(6))) / 10 ** digits;
  };

  const show = () => {
    const choice = chosen();
    const amount = covered(read(choice && choice.value !== "other" ? choice.value : typed.value));
    if (!(amount > 0)) {
      total.textContent = before;
      return;
    }
    const words = (Number.isInteger(amount) ? whole : exact).format(amount);
    total.textContent = form.dataset[frequency()].replace("{amount}", words);
  };

  typed.addEventListener("input", () => {
    const other = form.querySelector(`[name="amount_${frequency()}"][value="other"]`);
    if (other && typed.value.trim()) other.checked = true;
    show();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name?.startsWith("amount_")) {
      if (event.target.value === "other") typed.focus();
      else typed.value = "";
    }
    show();
  });
  // A page kept by the browser and shown again has what was typed, but not the words made from it.
  window.addEventListener("pageshow", show);
  show();
})();
