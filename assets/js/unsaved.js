// <form data-unsaved>: the browser asks before the page is left while what was written in it is not sent. What a form that
// came back with messages holds is not saved either.
const ignored = new Set(["preview_recipient", "preview_width"]);

function start(form) {
  let isChanged = form.querySelector("[aria-invalid=true]") !== null;
  form.addEventListener("input", (event) => { if (!ignored.has(event.target.name)) isChanged = true; });
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.hasAttribute("data-preview-button")) isChanged = false;
  });
  addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
}

export function startUnsaved() {
  document.querySelectorAll("form[data-unsaved]").forEach(start);
}
