// Copies a value and says so; the button stays hidden where the browser will not copy.

export function copy(button) {
  if (!navigator.clipboard) return;
  const said = button.firstElementChild, word = said.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.value);
    said.textContent = button.dataset.done;
    setTimeout(() => { said.textContent = word; }, 2000);
  });
}
