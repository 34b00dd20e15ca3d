// A checkbox in the table's head that selects every row, and the number of rows selected; the checkboxes of the rows work without it.

/** The sentence for no, one or several selected rows. */
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
    const selected = boxes.filter((box) => box.checked).length;
    all.checked = selected === boxes.length;
    all.indeterminate = selected > 0 && selected < boxes.length;
    if (count) count.textContent = sentence(selected, count.dataset);
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  table.addEventListener("change", show); // Also of the checkbox above, whose event comes up to the table.
  window.addEventListener("pageshow", show); // The browser restores checkboxes when a page is gone back to or reloaded.
  show();
}
