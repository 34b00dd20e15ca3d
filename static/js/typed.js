// Puts back what was typed into a form that was refused or whose submission was lost, when the form's page is shown again.
//
// Refused values stay in the history entry of the page (history.state: whose they are, and the values of each form).
// The last submission stays in session storage until the next page shows what became of it; it is "lost" when that page is another one,
// such as the sign-in page.
import { isFilledIn, postForms, refill, valuesOf } from "./formvalues.js";
import { session } from "./storage.js";

const SUBMITTED = "verifier.sent";
const SIGN_OUT = "/sign-out";

const address = () => location.pathname + location.search;
const keepSubmitted = (submitted) => session.write(SUBMITTED, JSON.stringify(submitted));

function takeSubmitted() {
  try {
    return JSON.parse(session.take(SUBMITTED));
  } catch {
    return null;
  }
}

const keepInHistory = (reader, forms) => history.replaceState({ reader, forms }, "", location.href);

/** Fills the forms that have values, and announces it if that changed anything. */
function putBack(main, forms, values) {
  const changed = forms.filter(({ name, form }) => values[name] && refill(form, values[name]));
  if (changed.length === 0) return;
  const notice = document.getElementById("typed-again").content.cloneNode(true);
  if (!changed.some(({ form }) => form.querySelector("input[type=file]"))) notice.querySelector("[data-files]").remove();
  main.querySelector("[data-typed]").replaceChildren(notice);
}

/** The page answers a POST: its history entry takes the address of the form, so that going back and reloading never submit again. */
function onAnswer(main, forms, submitted) {
  const { reader, posted } = main.dataset;
  const own = submitted?.reader === reader ? submitted : null;
  history.replaceState(null, "", posted);
  const refused = forms.filter(({ to, form }) => to === location.pathname && isFilledIn(form));
  const shown = Object.fromEntries(refused.map(({ name, form }) => [name, valuesOf(form)]));
  keepInHistory(reader, refused.length > 0 ? shown : own?.forms ?? {});
  if (own && main.querySelector("[data-refused]")) keepSubmitted({ ...own, lost: true });
}

/** The page was opened by its address, or from the history. */
function onVisit(main, forms, submitted) {
  const { reader } = main.dataset;
  const isOwn = submitted !== null && submitted.reader === reader;
  if (isOwn && submitted.page === address() && (submitted.lost || main.querySelector(".flash[data-s=bad]"))) {
    keepInHistory(reader, submitted.forms);
    putBack(main, forms, submitted.forms);
    return;
  }
  if (submitted && (submitted.lost || (!isOwn && !reader))) keepSubmitted({ ...submitted, lost: true });
  if (history.state?.reader === reader) putBack(main, forms, history.state.forms);
}

/** Follows what is typed and submitted from now on. */
function follow(main, forms) {
  const { reader } = main.dataset;
  document.addEventListener("change", (event) => {
    const changed = forms.find(({ form }) => form === event.target.form);
    const values = history.state?.forms;
    if (changed && values?.[changed.name]) keepInHistory(reader, { ...values, [changed.name]: valuesOf(changed.form) });
  });
  document.addEventListener("submit", (event) => {
    const submitted = forms.find(({ form }) => form === event.target);
    if (!submitted || event.defaultPrevented) return;
    if (submitted.to === SIGN_OUT) session.remove(SUBMITTED);
    if (!isFilledIn(submitted.form)) return;
    if (reader) keepSubmitted({ reader, page: address(), forms: { [submitted.name]: valuesOf(submitted.form) } });
    const values = history.state?.forms;
    if (values) keepInHistory(reader, Object.fromEntries(Object.entries(values).filter(([name]) => name !== submitted.name)));
  });
}

export function typed(main) {
  const forms = postForms(document);
  const submitted = takeSubmitted();
  if (main.dataset.posted) onAnswer(main, forms, submitted);
  else onVisit(main, forms, submitted);
  follow(main, forms);
}
