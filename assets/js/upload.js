// <form data-upload> with a .drop-zone around its file input: drag and drop, and a progress bar while it is sent.
// Inside: [data-upload-name] shows the file's name, <progress data-upload-progress hidden>, [data-upload-status role=status].
// Texts come from the form: data-upload-sending="Sending…", data-upload-checking="Checking…", data-upload-failed="…",
// data-upload-too-large="…" for a file of more than data-upload-limit bytes, which is not sent at all.
function chosen(form, file) {
  const name = form.querySelector("[data-upload-name]");
  if (name) name.textContent = file ? `${file.name} (${size(file.size)})` : "";
}

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let step = 0;
  while (bytes >= 1000 && step < 3) { bytes /= 1000; step += 1; }
  return new Intl.NumberFormat(document.documentElement.lang || undefined,
    { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes);
}

function send(form) {
  const bar = form.querySelector("[data-upload-progress]");
  const status = form.querySelector("[data-upload-status]");
  const buttons = form.querySelectorAll("button[type=submit], button:not([type])");
  const say = (text) => { if (status) status.textContent = text ?? ""; };
  const limit = Number(form.dataset.uploadLimit) || Infinity;
  if ([...form.querySelectorAll("input[type=file]")].some((input) => [...input.files].some((file) => file.size > limit))) {
    say(form.dataset.uploadTooLarge);
    return;
  }
  const request = new XMLHttpRequest();
  const ended = (text) => {
    buttons.forEach((button) => { button.disabled = false; });
    if (bar) bar.hidden = true;
    say(text);
  };
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    if (bar && event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; }
    say(`${form.dataset.uploadSending ?? ""} ${size(event.loaded)} / ${size(event.total)}`);
  });
  request.upload.addEventListener("load", () => { bar?.removeAttribute("value"); say(form.dataset.uploadChecking); });
  request.addEventListener("error", () => ended(form.dataset.uploadFailed));
  request.addEventListener("abort", () => ended(""));
  request.addEventListener("load", () => {
    const moved = new URL(request.responseURL).pathname !== new URL(form.action).pathname;
    if (request.status < 400 && moved) { location.assign(request.responseURL); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const next = page.querySelector("main");
    const main = document.querySelector("main");
    if (next && main) { main.replaceWith(document.adoptNode(next)); window.htmx?.process(next); next.querySelector("[role=alert]")?.scrollIntoView(); }
    else ended(form.dataset.uploadFailed);
  });
  // The token and other short fields go first, so that the server can refuse before it reads the file.
  const fields = new FormData();
  const files = [];
  for (const [name, value] of new FormData(form)) value instanceof File ? files.push([name, value]) : fields.append(name, value);
  files.forEach(([name, value]) => fields.append(name, value));
  buttons.forEach((button) => { button.disabled = true; });
  if (bar) { bar.hidden = false; bar.value = 0; }
  request.send(fields);
}

export function startUploads() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-upload]")) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (form && event.target.type === "file") chosen(form, event.target.files[0]);
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = event.target.closest?.("form[data-upload] .drop-zone");
      if (!zone) return;
      event.preventDefault();
      zone.toggleAttribute("data-over", name === "dragenter" || name === "dragover");
      const input = zone.querySelector("input[type=file]");
      if (name === "drop" && event.dataTransfer.files.length > 0 && input) {
        input.files = event.dataTransfer.files;
        chosen(zone.closest("form"), input.files[0]);
      }
    });
  }
}
