// One box for all rows of a table, and how many are chosen; the boxes of the rows work without it.

/** What the count says: the sentence for none, one or many. */
export function sentence(n, words) {
  if (n === 0) return words.none;
  return n === 1 ? words.one : words.many.replace("{n}", String(n));
}

export function bulk(table) {
  const boxes = [...table.querySelectorAll("tbody .tick input[type=checkbox]")];
  const place = table.querySelector("[data-all]");
  const count = (table.closest("form") ?? document).querySelector("[data-part=count]");
  if (!place || boxes.length === 0) return;
  const all = Object.assign(document.createElement("input"), { type: "checkbox" });
  all.setAttribute("aria-label", place.dataset.named);
  const label = document.createElement("label");
  const word = Object.assign(document.createElement("span"), { className: "word", textContent: place.dataset.all });
  label.append(all, word);
  place.append(label);

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    if (count) count.textContent = sentence(chosen, count.dataset);
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  table.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}
