// The register by keyboard: j and k move, x selects, a agrees. Everything can be done without it.

const KEEP = "verifier.register";
const OFF = "verifier.keys";
const form = document.querySelector("form[data-register]");
const rows = [...document.querySelectorAll("a[data-row]")];
const help = document.getElementById("keys");
const say = document.getElementById("keys-say");

const store = (area, name, value) => {
  try {
    if (value === undefined) return area.getItem(name);
    if (value === null) area.removeItem(name);
    else area.setItem(name, value);
  } catch {
    // A browser that keeps nothing loses the place, and no more.
  }
  return null;
};

/** Where the reader is: the row that holds the focus, -1 for none. */
const at = () => rows.findIndex((link) => link.closest("tr").contains(document.activeElement));

const move = (to) => {
  const link = rows[Math.max(0, Math.min(rows.length - 1, to))];
  link?.focus();
  link?.closest("tr").scrollIntoView({ block: "nearest" });
};

const box = (link) => link?.closest("tr").querySelector(".tick input");

/** The box of a row that may be agreed to among others; every other row can only be asked about. */
const fit = (link) => link?.closest("tr").querySelector(".tick input[name=keys]");

/** Agree to what is selected, or to the row itself; the row after it is where the reader comes back to. */
const agree = (here) => {
  const button = form?.querySelector("button[type=submit]:not([formaction])");
  const how = form?.querySelector("select[name=method]");
  if (!button) return;
  const chosen = rows.filter((link) => fit(link)?.checked);
  if (chosen.length === 0) {
    if (!fit(rows[here])) {
      say.textContent = say.dataset.flagged;
      return;
    }
    box(rows[here]).checked = true;
    box(rows[here]).dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (how && how.options.length > 1 && !how.value) {
    say.textContent = say.dataset.how;
    how.focus();
    return;
  }
  form.requestSubmit(button);
};

const remember = () => {
  const here = at();
  const next = rows.slice(Math.max(0, here)).find((link) => !box(link)?.checked) ?? rows[here];
  if (next) store(sessionStorage, KEEP, next.dataset.row);
};

const on = document.getElementById("keys-on");
on.checked = store(localStorage, OFF) !== "off";
on.addEventListener("change", () => store(localStorage, OFF, on.checked ? null : "off"));
form?.addEventListener("submit", remember);

const back = store(sessionStorage, KEEP);
if (back) {
  store(sessionStorage, KEEP, null);
  move(Math.max(0, rows.findIndex((link) => link.dataset.row === back)));
}

document.addEventListener("keydown", (event) => {
  if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target;
  if (target.matches("input:not([type=checkbox]), select, textarea") || target.closest("dialog")) return;
  const here = at();
  const arrow = here >= 0 ? event.key : "";
  if (event.key === "j" || arrow === "ArrowDown") move(here + 1);
  else if (event.key === "k" || arrow === "ArrowUp") move(here < 0 ? 0 : here - 1);
  else if (event.key === "x" && here >= 0) box(rows[here])?.click();
  else if (event.key === "a" && (here >= 0 || rows.some((link) => box(link)?.checked))) agree(here);
  else if (event.key === "/") document.querySelector("form.filter input[name=q]")?.focus();
  else if (event.key === "?") help.togglePopover();
  else return;
  event.preventDefault();
});
