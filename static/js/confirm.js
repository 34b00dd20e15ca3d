// Asks in the page's dialog before a form or button that carries data-confirm is submitted.

export function confirmed(dialog) {
  const text = dialog.querySelector("p");
  const yes = dialog.querySelector("[data-yes]");
  const defaultLabel = yes.textContent;
  let pending = null;
  let agreed = false;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || agreed) return;
    event.preventDefault();
    pending = { form, submitter: event.submitter };
    text.textContent = question;
    yes.textContent = form.dataset.confirmLabel || event.submitter?.textContent.trim() || defaultLabel;
    dialog.showModal();
  }, { capture: true });

  yes.addEventListener("click", () => {
    dialog.close();
    agreed = true;
    pending.form.requestSubmit(pending.submitter ?? undefined);
    agreed = false;
  });
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => pending.submitter?.focus());
}
