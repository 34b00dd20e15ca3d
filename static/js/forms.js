// What a form does beyond HTML: it leads to its errors, lists the chosen files, and is submitted once.

/** Moves the focus to the error summary; each of its links focuses the first input of the field it names. */
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

/** Lists the chosen files when there are several: the browser itself only shows how many. */
export function files(input) {
  const list = document.createElement("ul");
  const status = document.createElement("div");
  status.className = "chosen";
  status.setAttribute("role", "status");
  input.after(status);
  const show = () => {
    const names = input.files.length > 1 ? [...input.files].map((file) => file.name) : [];
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
    status.replaceChildren(...(names.length ? [list] : []));
  };
  input.addEventListener("change", show);
  show();
}

const BUSY = ["aria-disabled", "aria-busy"];

/** Stops a second submission of a form that posts, and marks its button as busy; showing the page again from the history resets both. */
export function once(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    // Not form.method: a field named "method" hides that property.
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post" || "again" in form.dataset) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    const button = event.submitter ?? form.querySelector("button:not([type=button])");
    for (const name of BUSY) button?.setAttribute(name, "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of root.querySelectorAll("button[aria-busy]")) {
      for (const name of BUSY) button.removeAttribute(name);
    }
  });
}
