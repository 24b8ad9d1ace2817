// [data-dialog-open="#id"] opens a <dialog>, [data-dialog-close] and a click beside it close it.
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) document.querySelector(opener.dataset.dialogOpen)?.showModal();
    else if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    else if (event.target.matches("dialog.dialog[open]:not([data-keep-open])")) event.target.close();
  });
}
