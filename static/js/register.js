// Keyboard shortcuts of the register of numbers; everything they do can be done without them.
import { command, neighbour, rowToReturnTo } from "./registerkeys.js";
import { local, session } from "./storage.js";

const RETURN_TO = "verifier.register";
const SHORTCUTS = "verifier.keys";
const form = document.querySelector("form[data-register]");
const rows = [...document.querySelectorAll("a[data-row]")];
const help = document.getElementById("keys");
const status = document.getElementById("keys-say");
const enabled = document.getElementById("keys-on");

/** The row that contains the focus, -1 for none. */
const currentRow = () => rows.findIndex((link) => link.closest("tr").contains(document.activeElement));

const focusRow = (row) => {
  rows[row]?.focus();
  rows[row]?.closest("tr").scrollIntoView({ block: "nearest" });
};

const checkbox = (row) => rows[row].closest("tr").querySelector(".tick input");

/** The checkbox of a row that can be agreed to in the register; other rows have one only for requesting evidence, or none. */
const agreeable = (row) => rows[row]?.closest("tr").querySelector(".tick input[name=keys]");

const selected = () => rows.map((_, row) => Boolean(checkbox(row)?.checked));

/** Agrees to the selected rows, or to the current one when none that can be agreed to is selected. */
function agree(row) {
  const button = form.querySelector("button[type=submit]:not([formaction])");
  const method = form.querySelector("select[name=method]");
  if (!button) return;
  if (!rows.some((_, each) => agreeable(each)?.checked)) {
    if (!agreeable(row)) {
      status.textContent = status.dataset.flagged;
      return;
    }
    agreeable(row).checked = true;
    agreeable(row).dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (method && method.options.length > 1 && !method.value) {
    status.textContent = status.dataset.how;
    method.focus();
    return;
  }
  form.requestSubmit(button);
}

const commands = {
  next: (row) => focusRow(neighbour("next", row, rows.length)),
  previous: (row) => focusRow(neighbour("previous", row, rows.length)),
  select: (row) => checkbox(row)?.click(),
  agree,
  search: () => {
    const input = document.querySelector("form.filter input[name=q]");
    input?.closest("details")?.setAttribute("open", "");
    input?.focus();
  },
  help: () => help.togglePopover(),
};

enabled.checked = local.read(SHORTCUTS) !== "off";
enabled.addEventListener("change", () => {
  if (enabled.checked) local.remove(SHORTCUTS);
  else local.write(SHORTCUTS, "off");
});

form.addEventListener("submit", (event) => {
  const row = rowToReturnTo(currentRow(), selected());
  if (row >= 0 && !event.defaultPrevented) session.write(RETURN_TO, rows[row].dataset.row);
});

const returnTo = session.take(RETURN_TO);
if (returnTo !== null) focusRow(Math.max(0, rows.findIndex((link) => link.dataset.row === returnTo)));

document.addEventListener("keydown", (event) => {
  if (!enabled.checked || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target;
  if (target.matches("input:not([type=checkbox]), select, textarea") || target.closest("dialog")) return;
  const row = currentRow();
  const name = command(event.key, { inRow: row >= 0, anySelected: selected().includes(true) });
  if (name === null) return;
  commands[name](row);
  event.preventDefault();
});
