// Small helps of the frame: a table that overflows can be scrolled by keyboard, an open menu closes.

/** Only a table that really overflows becomes a stop of the keyboard. */
export function overflow(box) {
  const measure = () => {
    const wide = box.scrollWidth > box.clientWidth;
    box.toggleAttribute("tabindex", wide);
    if (wide) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", box.dataset.label);
    } else {
      box.removeAttribute("role");
      box.removeAttribute("aria-label");
    }
  };
  new ResizeObserver(measure).observe(box);
}

/** The user's menu closes with Escape and with a click elsewhere. */
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
