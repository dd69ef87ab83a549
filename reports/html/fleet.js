"use strict";
(() => {
  const form = document.getElementById("filters");
  const table = document.getElementById("heat");
  if (!form || !table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const count = document.getElementById("count");
  const search = document.getElementById("search");
  const picks = ["level", "owner", "criticality"].map((key) => [key, document.getElementById("by-" + key)]).filter(([, pick]) => pick);
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const words = new Map(rows.map((row) => [row, plain(row.cells[0].textContent)]));

  const filter = () => {
    const wanted = plain(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = picks.every(([key, pick]) => !pick.value || row.dataset[key] === pick.value)
        && wanted.every((word) => words.get(row).includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = count.dataset.told.replace("{number}", shown).replace("{all}", rows.length);
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    search.value = "";
    for (const [, pick] of picks) pick.value = "";
    filter();
  });

  const keyOf = (row, at) => {
    const cell = row.cells[at];
    if (!cell) return null;
    return cell.dataset.key === undefined ? cell.textContent.trim() : Number(cell.dataset.key);
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const word = head.firstElementChild;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word.textContent;
    word.replaceWith(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way < 0 ? "descending" : "ascending");
      const keyed = rows.map((row) => [keyOf(row, at), row]);
      keyed.sort(([one], [other]) => {
        if (one === null || other === null) return (one === null) - (other === null);
        return way * (typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other)));
      });
      body.append(...keyed.map(([, row]) => row));
    });
  });
  form.hidden = false;
  filter();
})();
