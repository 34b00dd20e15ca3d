// Asks in the page's dialog before a form or button that carries data-confirm is submitted.

export function confirmed(dialog) {
  const text = dialog.querySelector("p");
  const yes = dialog.querySelector("[data-yes]");
  const defaultLabel = yes.textContent;
  let pending = null;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || pending?.agreed) return;
    event.preventDefault();
    pending = { form, submitter: event.submitter, agreed: false };
    text.textContent = question;
    yes.textContent = form.dataset.confirmLabel || event.submitter?.textContent.trim() || defaultLabel;
    dialog.showModal();
  }, { capture: true });

  yes.addEventListener("click", () => {
    const { form, submitter } = pending;
    pending.agreed = true;
    dialog.close();
    form.requestSubmit(submitter ?? undefined);
    pending = null;
  });
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    if (!pending) return;
    pending.submitter?.focus();
    pending = null;
  });
}
