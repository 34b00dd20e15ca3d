// Copies a value to the clipboard and confirms it; the button stays hidden where the browser has no clipboard for the page.

const CONFIRMED_FOR = 2000;

export function copy(button) {
  if (!navigator.clipboard) return;
  const label = button.firstElementChild;
  const original = label.textContent;
  let timer = 0;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.value);
    } catch {
      return; // Permission denied: the label goes on offering to copy.
    }
    clearTimeout(timer);
    label.textContent = button.dataset.done;
    timer = setTimeout(() => {
      label.textContent = original;
    }, CONFIRMED_FOR);
  });
}
