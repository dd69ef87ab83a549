"use strict";
(() => {
  const root = document.documentElement;
  const store = "mlops-assessor-";
  const recall = (key) => { try { return localStorage.getItem(store + key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem(store + key, value); } catch { /* no storage here */ } };

  const theme = document.getElementById("theme");
  const paint = (name) => {
    if (name === "light" || name === "dark") root.dataset.theme = name;
    else delete root.dataset.theme;
  };
  const chosen = recall("theme") || "auto";
  paint(chosen);
  for (const button of theme.querySelectorAll("input")) {
    button.checked = button.value === chosen;
    button.addEventListener("change", () => { paint(button.value); keep("theme", button.value); });
  }
  theme.hidden = false;

  const form = document.getElementById("filters");
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const picks = ["dimension", "rung", "status"].map((key) => [key, document.getElementById("by-" + key)]);
  const practices = [...document.querySelectorAll(".practice")];
  const dimensions = [...document.querySelectorAll(".dimension")];
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const words = new Map();
  const wordsOf = (practice) => {
    if (!words.has(practice)) words.set(practice, plain(practice.textContent));
    return words.get(practice);
  };

  const filter = () => {
    const wanted = plain(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const practice of practices) {
      const fits = picks.every(([key, pick]) => !pick.value || practice.dataset[key] === pick.value)
        && wanted.every((word) => wordsOf(practice).includes(word));
      practice.hidden = !fits;
      shown += fits;
    }
    for (const dimension of dimensions) dimension.hidden = !dimension.querySelector(".practice:not([hidden])");
    const form_ = shown === 0 ? "none" : shown === 1 ? "one" : "other";
    count.textContent = count.dataset[form_].replace("{number}", shown).replace("{all}", practices.length);
  };
  const clear = () => {
    search.value = "";
    for (const [, pick] of picks) pick.value = "";
    filter();
  };
  form.addEventListener("input", filter);
  document.getElementById("clear").addEventListener("click", clear);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("open-all").addEventListener("click", () => practices.forEach((one) => { if (!one.hidden) one.open = true; }));
  document.getElementById("close-all").addEventListener("click", () => practices.forEach((one) => { one.open = false; }));
  form.hidden = false;
  filter();

  const heads = () => practices.filter((one) => !one.hidden).map((one) => one.firstElementChild);
  const step = (by) => {
    const all = heads();
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? all[0] : all.at(-1)) : all[at + by];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  const keys = document.getElementById("keys");
  keys.checked = recall("keys") !== "off";
  keys.addEventListener("change", () => keep("keys", keys.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.("input, select, textarea");
    if (event.key === "Escape") { clear(); if (field) field.blur(); return; }
    if (field) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "o") document.activeElement.closest?.("details")?.toggleAttribute("open");
  });

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const practice = target?.closest(".practice");
    if (!practice) return;
    if (practice.hidden) clear();
    practice.open = true;
    practice.scrollIntoView();
    practice.firstElementChild.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
