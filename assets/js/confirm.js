// A form or a submit button with data-confirm="Question?" asks first, in the layout's <dialog id="confirm">.
// data-confirm-title, data-confirm-label and data-confirm-no replace the dialog's heading and the texts of its buttons;
// data-confirm-from is the id of an element whose text is asked instead, where it is there. data-confirm-when names a field
// with a time: data-confirm-now is said where it is empty, data-confirm-later, with its {time}, where it is not.
// data-confirm-variant="primary" is for what destroys nothing.
import { shown } from "./times.js";

function beginning(form, { confirmWhen, confirmNow, confirmLater }) {
  const time = form.elements[confirmWhen]?.value;
  return time ? confirmLater.replace("{time}", shown(time)) : confirmNow;
}

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
    const go = () => { agreed.add(form); form.requestSubmit(event.submitter ?? undefined); };
    if (!dialog) { if (confirm(asking.dataset.confirm)) go(); return; }
    fill("[data-confirm-title]", asking.dataset.confirmTitle);
    const better = document.getElementById(asking.dataset.confirmFrom ?? "")?.textContent;
    const sentences = [better || asking.dataset.confirm];
    if (asking.dataset.confirmWhen) sentences.push(beginning(form, asking.dataset));
    fill("[data-confirm-text]", sentences.join(" "));
    fill("[data-confirm-yes]", asking.dataset.confirmLabel);
    fill("[value=no]", asking.dataset.confirmNo);
    dialog.querySelector("[data-confirm-yes]").dataset.variant = asking.dataset.confirmVariant ?? "danger";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") go(); }, { once: true });
    dialog.showModal();
  }, true);
}
