// Keeps what was typed into a form on this device until the server has accepted it, and puts it back when its page is shown again.
//
// The page names its reader by an opaque mark (data-reader), the address of the form it answers (data-posted), and the tokens of
// the forms that the server has accepted since the last page (data-accepted). The form submitted last is noted in the tab.
import { digest, isFilledIn, postForms, refill, shownValuesOf, valuesOf } from "./formvalues.js";
import { session } from "./storage.js";
import { prune, unsentOf } from "./unsent.js";

const SUBMITTED = "verifier.submitted";
const PAUSE = 300;

const address = () => location.pathname + location.search;

function takeSubmitted() {
  try {
    return JSON.parse(session.take(SUBMITTED)) ?? {};
  } catch {
    return {};
  }
}

/** Says at the end of a form that its entries are kept, or no longer says so. */
function tell(form, isStored, discard) {
  const old = form.querySelector(":scope > .unsent");
  if (!isStored) old?.remove();
  if (!isStored || old) return;
  const line = document.getElementById("typed-kept").content.firstElementChild.cloneNode(true);
  line.querySelector("button").addEventListener("click", discard);
  form.append(line);
}

/** The notice above the page that entries were put back. */
function announce(main, restored, isOutdated, discard) {
  const notice = document.getElementById("typed-again").content.cloneNode(true);
  if (!restored.some(({ form }) => form.querySelector("input[type=file]"))) notice.querySelector("[data-files]").remove();
  if (!isOutdated) notice.querySelector("[data-outdated]").remove();
  notice.querySelector("[data-discard]").addEventListener("click", discard);
  main.querySelector("[data-typed]").replaceChildren(notice);
}

/** The page answers a POST: an entry whose form is shown again was refused; one whose form is gone was accepted, unless the page says no. */
function settle(main, kept, forms, submitted) {
  const entry = kept.read(submitted.page)[submitted.name];
  if (!entry) return;
  const again = forms.find(({ name }) => name === submitted.name);
  if (!again && main.querySelector("[data-refused]")) return;
  kept.remove(submitted.page, submitted.name);
  if (again) kept.write(address(), again.name, { values: valuesOf(again.form), base: entry.base, at: entry.at });
}

/** Brings along what was typed into the other forms of the page that a form was submitted from, where this page shows them as well. */
function bring(kept, forms, submitted) {
  const left = kept.read(submitted.page);
  for (const { name } of forms) {
    const entry = left[name];
    if (!entry || name === submitted.name) continue;
    kept.remove(submitted.page, name);
    if (entry.at > (kept.read(address())[name]?.at ?? 0)) kept.write(address(), name, entry);
  }
}

/** Fills the forms of the page that have entries, except the refused one, which shows them already. */
function restore(main, kept, forms, { refused, discard }) {
  const entries = kept.read(address());
  const found = forms.filter(({ name }) => entries[name]);
  const changed = found.filter((each) => each.name !== refused && refill(each.form, entries[each.name].values));
  const isOutdated = changed.some(({ name, base }) => base !== entries[name].base);
  if (changed.length > 0) announce(main, changed, isOutdated, () => discard(changed));
  for (const each of found) tell(each.form, true, () => discard([each]));
}

/** Stores the entries of a form as they change, shortly after each change and before the page is left. */
function follow(kept, forms, discard) {
  const waiting = new Map();
  const save = (each, token) => {
    clearTimeout(waiting.get(each));
    waiting.delete(each);
    const values = valuesOf(each.form);
    const base = kept.read(address())[each.name]?.base ?? each.base;
    const isTyped = digest(values) !== base;
    if (!isTyped) kept.remove(address(), each.name);
    const isStored = isTyped && kept.write(address(), each.name, { values, base, at: Date.now(), ...(token && { token }) });
    tell(each.form, isStored, () => discard([each]));
  };
  const changed = (event) => {
    const each = forms.find(({ form }) => form === event.target.form);
    if (!each) return;
    clearTimeout(waiting.get(each));
    waiting.set(each, setTimeout(() => save(each), PAUSE));
  };
  const flush = () => { for (const each of [...waiting.keys()]) save(each); };
  for (const kind of ["input", "change"]) document.addEventListener(kind, changed);
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", flush);
  document.addEventListener("submit", (event) => {
    const each = forms.find(({ form }) => form === event.target);
    if (!each || event.defaultPrevented) return;
    save(each, each.form.elements.namedItem("once")?.value);
    session.write(SUBMITTED, JSON.stringify({ page: address(), name: each.name }));
  });
  window.addEventListener("storage", () => {
    const entries = kept.read(address());
    for (const each of forms) tell(each.form, Boolean(entries[each.name]), () => discard([each]));
  });
  return (each) => {
    clearTimeout(waiting.get(each));
    waiting.delete(each);
  };
}

export function typed(main) {
  const { reader, posted, accepted } = main.dataset;
  const submitted = takeSubmitted();
  const all = postForms(document);
  if (posted) history.replaceState(null, "", posted);
  if (!reader) return;
  const forms = all.filter(({ form }) => isFilledIn(form)).map((each) => ({ ...each, base: digest(shownValuesOf(each.form)) }));
  const kept = unsentOf(reader);
  let forget = () => {};
  const discard = (some) => {
    for (const each of some) {
      forget(each);
      kept.remove(address(), each.name);
      each.form.reset();
    }
    location.reload();
  };
  prune(reader, Date.now());
  kept.accept((accepted ?? "").split(" ").filter(Boolean));
  if (posted) settle(main, kept, forms, submitted);
  if (submitted.page !== address()) bring(kept, forms, submitted);
  restore(main, kept, forms, { refused: posted && submitted.name, discard });
  forget = follow(kept, forms, discard);
}
