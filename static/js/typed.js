// A page that answers a form is found again by its address, never by sending the form anew, and what was typed comes back with it.

const SENT = "verifier.sent";
const FRESH = new Set(["csrf_token", "once", "report"]);

/** Where a form leads, and the number it has among those that lead there: its name, whenever the page is shown. */
function named(root) {
  const met = {};
  return [...root.querySelectorAll("form[method=post]")].map((form) => {
    const to = new URL(form.getAttribute("action") || location.href, location.href).pathname;
    met[to] = (met[to] ?? 0) + 1;
    return { name: `${met[to]} ${to}`, to, form };
  });
}

const secret = (input) =>
  FRESH.has(input.name) || ["password", "file", "submit", "button"].includes(input.type) || input.autocomplete === "one-time-code";
const kept = (form) => [...form.elements].filter((input) => input.name && "value" in input && !secret(input));
const ticked = (input) => input.type === "checkbox" || input.type === "radio";
const for_people = (form) => kept(form).some((input) => input.type !== "hidden");

/** What a form holds, but for its secrets and its files. */
export const held = (form) =>
  kept(form).filter((input) => !ticked(input) || input.checked).map((input) => [input.name, input.value]);

/** Put what was held back; says whether that changed what a reader sees. */
export function refill(form, values) {
  const left = new Map();
  for (const [name, value] of values) left.set(name, [...(left.get(name) ?? []), value]);
  let changed = false;
  for (const input of kept(form)) {
    const of = left.get(input.name) ?? [];
    const before = ticked(input) ? input.checked : input.value;
    if (ticked(input)) input.checked = of.includes(input.value);
    else if (of.length) input.value = of.shift();
    if (before === (ticked(input) ? input.checked : input.value)) continue;
    if (input.type === "hidden") continue;
    changed = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return changed;
}

function store(value) {
  try {
    if (value) sessionStorage.setItem(SENT, JSON.stringify(value));
    const found = JSON.parse(sessionStorage.getItem(SENT));
    if (!value) sessionStorage.removeItem(SENT);
    return found;
  } catch {
    return null; // A browser that keeps nothing asks for it to be typed again, and no more.
  }
}

export function typed(main) {
  const { reader, posted } = main.dataset;
  const forms = named(document);
  const place = () => location.pathname + location.search;
  const mine = (history.state?.reader === reader && history.state?.forms) || {};
  const note = (values) => history.replaceState({ reader, forms: values }, "", location.href);

  const put_back = (values) => {
    const back = forms.filter(({ name, form }) => values[name] && refill(form, values[name]));
    if (back.length === 0) return;
    const words = document.getElementById("typed-again").content.cloneNode(true);
    if (!back.some(({ form }) => form.querySelector("input[type=file]"))) words.querySelector("[data-files]").remove();
    main.querySelector("[data-typed]").replaceChildren(words);
  };

  const sent = store();
  const same = sent?.reader === reader;
  if (posted) {
    history.replaceState(null, "", posted);
    const refused = forms.filter(({ to, form }) => to === location.pathname && for_people(form));
    note(refused.length ? Object.fromEntries(refused.map(({ name, form }) => [name, held(form)])) : same ? sent.forms : {});
    if (same && main.querySelector("[data-refused]")) store({ ...sent, lost: true });
  } else if (same && sent.page === place() && (sent.lost || main.querySelector(".flash[data-s=bad]"))) {
    note(sent.forms);
    put_back(sent.forms);
  } else {
    if (sent && (sent.lost || (!same && !reader))) store({ ...sent, lost: true });
    put_back(mine);
  }

  document.addEventListener("change", (event) => {
    const one = forms.find(({ form }) => form === event.target.form);
    if (one && history.state?.forms?.[one.name]) note({ ...history.state.forms, [one.name]: held(one.form) });
  });
  document.addEventListener("submit", (event) => {
    const one = forms.find(({ form }) => form === event.target);
    if (!one || event.defaultPrevented) return;
    if (one.to === "/sign-out") store();
    if (!for_people(one.form)) return;
    if (reader) store({ reader, page: place(), forms: { [one.name]: held(one.form) } });
    if (history.state?.forms) note(Object.fromEntries(Object.entries(history.state.forms).filter(([name]) => name !== one.name)));
  });
}
