// What a reader typed into a form, read and put back; nothing here is stored.

const NEVER_KEPT = new Set(["password", "file", "submit", "button", "hidden"]);

const isKept = (input) => input.name && "value" in input && !NEVER_KEPT.has(input.type) && input.autocomplete !== "one-time-code";
const keptInputs = (form) => [...form.elements].filter(isKept);
const isChecked = (input) => input.type === "checkbox" || input.type === "radio";
const state = (input) => (isChecked(input) ? input.checked : input.value);

/**
 * The forms of a page that post, each with the path it posts to and a name that is the same whenever the page is shown:
 * its number among the forms that post to the path, and the path.
 */
export function postForms(root) {
  const counts = {};
  return [...root.querySelectorAll("form[method=post]")].map((form) => {
    const to = new URL(form.getAttribute("action") || location.href, location.href).pathname;
    counts[to] = (counts[to] ?? 0) + 1;
    return { name: `${counts[to]} ${to}`, to, form };
  });
}

/** Whether a form has anything to fill in, and not buttons and hidden values only. */
export function isFilledIn(form) {
  return keptInputs(form).length > 0;
}

/** The values of a form as name and value pairs, without passwords, one-time codes, hidden values and files. */
export function valuesOf(form) {
  return keptInputs(form).filter((input) => !isChecked(input) || input.checked).map((input) => [input.name, input.value]);
}

function shownValue(input) {
  if (!input.options) return input.defaultValue;
  return ([...input.options].find((option) => option.defaultSelected) ?? input.options[0])?.value ?? "";
}

/** The values a form had when the page was sent, in the same way. */
export function shownValuesOf(form) {
  return keptInputs(form).filter((input) => !isChecked(input) || input.defaultChecked)
    .map((input) => [input.name, isChecked(input) ? input.value : shownValue(input)]);
}

/** A short text that differs where the values differ. */
export function digest(values) {
  let hash = 0x811c9dc5;
  const text = JSON.stringify(values).replaceAll("\\r\\n", "\\n");
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}.${hash >>> 0}`;
}

/** Puts values back into a form, opens what hides them, and reports whether that changed anything. */
export function refill(form, values) {
  const remaining = new Map();
  for (const [name, value] of values) remaining.set(name, [...(remaining.get(name) ?? []), value]);
  let changed = false;
  for (const input of keptInputs(form)) {
    const candidates = remaining.get(input.name) ?? [];
    const before = state(input);
    if (isChecked(input)) input.checked = candidates.includes(input.value);
    else if (candidates.length > 0) input.value = candidates.shift();
    if (before === state(input)) continue;
    changed = true;
    const folded = input.closest("details:not([open])");
    if (folded) folded.open = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return changed;
}
