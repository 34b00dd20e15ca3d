// Parts of the page frame: tables that scroll sideways, messages beside the part that the address names, and the user menu.

/** Makes a table container focusable only while it overflows, so that the keyboard can scroll it. */
export function overflow(box) {
  const measure = () => {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", box.dataset.label);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  const observer = new ResizeObserver(measure);
  for (const element of [box, ...box.children]) observer.observe(element);
}

/** Puts a message of the page before the part that the address names (#part), where the reader lands. */
export function message(notice) {
  const target = document.getElementById(location.hash.slice(1));
  if (!target || target.contains(notice)) return;
  (target.closest("form, .scroll") ?? target).before(notice);
  const show = () => notice.scrollIntoView();
  show();
  window.addEventListener("load", show, { once: true });
}

/** Closes an open menu on Escape and on a click outside it. */
export function menu(root) {
  root.addEventListener("click", (event) => {
    for (const open of root.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
  });
  root.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && root.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}
