// What the keys of the register of numbers mean and where they lead: values in, values out.

const ANYWHERE = { j: "next", k: "previous", "/": "search", "?": "help" };
const IN_A_ROW = { ArrowDown: "next", ArrowUp: "previous", x: "select", a: "agree" };

/** The command of a key, null for none; arrows and x need the focus in a row, a needs that or a selection. */
export function command(key, { inRow, anySelected }) {
  if (inRow && Object.hasOwn(IN_A_ROW, key)) return IN_A_ROW[key];
  if (key === "a" && anySelected) return "agree";
  return Object.hasOwn(ANYWHERE, key) ? ANYWHERE[key] : null;
}

/** The row that "next" and "previous" lead to from a row (-1 for none), within the table. */
export function neighbour(name, row, count) {
  return Math.max(0, Math.min(count - 1, name === "next" ? row + 1 : row - 1));
}

/** The row to return to after a submission: the first one from here on that is not selected, else this one; -1 without rows. */
export function rowToReturnTo(row, selected) {
  const next = selected.findIndex((isSelected, n) => n >= row && !isSelected);
  return next >= 0 ? next : row;
}
