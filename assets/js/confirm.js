// A form or a submit button with data-confirm="Question?" asks first, in the layout's <dialog id="confirm">.
// data-confirm-title, data-confirm-label and data-confirm-no replace the dialog's heading and the texts of its buttons;
// data-confirm-variant="primary" is for what destroys nothing.
export function startConfirmations() {
  const dialog = document.getElementById("confirm");
  const agreed = new WeakSet();
  const fill = (selector, text) => {
    const element = dialog.querySelector(selector);
    element.dataset.default ??= element.textContent;
    element.textContent = text || element.dataset.default;
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asking = event.submitter?.hasAttribute("data-confirm") ? event.submitter : form;
    if (!asking.hasAttribute("data-confirm") || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // Nobody is asked about what then cannot be done.
    if (!event.submitter?.formNoValidate && !form.reportValidity()) return;
    const go = () => { agreed.add(form); form.requestSubmit(event.submitter ?? undefined); };
    if (!dialog) { if (confirm(asking.dataset.confirm)) go(); return; }
    fill("[data-confirm-title]", asking.dataset.confirmTitle);
    fill("[data-confirm-text]", asking.dataset.confirm);
    fill("[data-confirm-yes]", asking.dataset.confirmLabel);
    fill("[value=no]", asking.dataset.confirmNo);
    dialog.querySelector("[data-confirm-yes]").dataset.variant = asking.dataset.confirmVariant ?? "danger";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") go(); }, { once: true });
    dialog.showModal();
  }, true);
}
