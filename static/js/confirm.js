// Asks before a form marked data-confirm is sent, in the page's one native dialog.

export function confirmed(dialog) {
  const text = dialog.querySelector("p");
  const yes = dialog.querySelector("[data-yes]");
  const word = yes.textContent;
  let waiting = null;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || (waiting && waiting.agreed)) return;
    event.preventDefault();
    waiting = { form, submitter: event.submitter, agreed: false };
    text.textContent = question;
    yes.textContent = form.dataset.confirmLabel || event.submitter?.textContent.trim() || word;
    dialog.showModal();
  }, { capture: true });

  yes.addEventListener("click", () => {
    const { form, submitter } = waiting;
    waiting.agreed = true;
    dialog.close();
    form.requestSubmit(submitter ?? undefined);
    waiting = null;
  });
  dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    if (waiting && !waiting.agreed) {
      waiting.submitter?.focus();
      waiting = null;
    }
  });
}
