// What a form does beyond HTML: it shows its errors, names its files, and is sent once.

/** The summary takes focus, and each of its links focuses the first input of its field. */
export function errorSummary(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const input = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!input) return;
    event.preventDefault();
    const field = input.closest(".field") ?? input;
    field.scrollIntoView({ block: "start" });
    input.focus({ preventScroll: true });
  });
}

/** Names what was chosen when it is more than the browser itself shows: several files. */
export function files(input) {
  const list = document.createElement("ul");
  const said = document.createElement("div");
  said.className = "chosen";
  said.setAttribute("role", "status");
  input.after(said);
  const show = () => {
    const names = input.files.length > 1 ? [...input.files].map((file) => file.name) : [];
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
    said.replaceChildren(...(names.length ? [list] : []));
  };
  input.addEventListener("change", show);
  show();
}

/** A second submit of the same form is swallowed, and its button says that it is busy; coming back to the page frees both. */
export function once(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    const button = event.submitter ?? form.querySelector("button:not([type=button])");
    button?.setAttribute("aria-disabled", "true");
    button?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of root.querySelectorAll("button[aria-busy]")) {
      button.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
  });
}
