// <form data-preview> with a submit button [data-preview-button] (formtarget = the frame's name) and an
// <iframe data-preview-frame>: presses the button when the page is ready and after each change. A new frame takes the
// place of the old one each time: a frame's first document makes no entry in the browser's history.
function start(form) {
  const button = form.querySelector("[data-preview-button]");
  let timer;
  let count = 0;
  const refresh = () => {
    const old = form.querySelector("[data-preview-frame]");
    if (!old || !button) return;
    const frame = old.cloneNode();
    count += 1;
    frame.name = `preview-frame-${count}`;
    old.replaceWith(frame);
    button.formTarget = frame.name;
    form.requestSubmit(button);
  };
  button?.addEventListener("click", (event) => {
    if (event.isTrusted) { event.preventDefault(); refresh(); }
  });
  // Enter in the choice of a recipient shows the mail; it does not save the form.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "preview_recipient") return;
    event.preventDefault();
    refresh();
  });
  form.addEventListener("input", (event) => {
    if (event.target.name === "preview_width") return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 700);
  });
  refresh();
}

document.querySelectorAll("form[data-preview]").forEach(start);
