// What every page loads. Each part looks for its data- attributes and does nothing without them;
// the pages work without JavaScript wherever a plain form can do the same.
import { startConfirmations } from "./confirm.js";
import { startDialogs } from "./dialogs.js";
import { startSelection } from "./selection.js";
import { startThemeToggle } from "./theme-toggle.js";
import { enhanceTimes } from "./times.js";
import { startUnsaved } from "./unsaved.js";
import { startUnsent } from "./unsent.js";
import { startUploads } from "./upload.js";

function enhance(root) {
  enhanceTimes(root);
}

// The form of a new campaign has a name of its own. With it in the address, whoever goes back to the form is led to the
// campaign that it made, and makes no second one.
function nameForm() {
  const name = document.querySelector('input[type="hidden"][name="form"]')?.value;
  if (!name) return;
  const address = new URL(location.href);
  address.searchParams.set("form", name);
  history.replaceState(history.state, "", address);
}

// [data-print] prints the page; browsers write a PDF of it, too.
function startPrinting() {
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
}

// One delegated listener: [data-copy="#id"] copies that element's text, [data-copy-text] its own value.
function startCopyButtons() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-text]");
    if (!button) return;
    const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    const text = button.dataset.copyText ?? source?.value ?? source?.textContent ?? "";
    if (!await copy(text.trim(), button)) {
      // To be copied by hand.
      if (source) getSelection()?.selectAllChildren(source);
      return;
    }
    const label = button.querySelector("[data-copy-label]") ?? button;
    label.dataset.before ??= label.textContent;
    label.textContent = button.dataset.copied ?? "✓";
    setTimeout(() => { label.textContent = label.dataset.before; }, 1500);
  });
}

// Browsers have a clipboard for scripts only on pages with encryption, or on this machine; elsewhere the older way does.
async function copy(text, button) {
  try {
    if (navigator.clipboard) { await navigator.clipboard.writeText(text); return true; }
  } catch { /* refused: the older way may do */ }
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "sr-only" });
  button.after(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  button.focus();
  return isCopied;
}

// [data-sidebar-toggle] opens and closes #sidebar (Basecoat gives it toggle()).
function startSidebar() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sidebar-toggle]");
    if (!button) return;
    event.stopPropagation();
    const sidebar = document.getElementById("sidebar");
    sidebar?.toggle?.();
    button.setAttribute("aria-expanded", String(sidebar?.getAttribute("aria-hidden") !== "true"));
  }, true);
  document.addEventListener("keydown", (event) => {
    const sidebar = document.getElementById("sidebar");
    if (event.key === "Escape" && innerWidth < 768 && sidebar?.getAttribute("aria-hidden") === "false") sidebar.close?.();
  });
}

// <select data-auto-submit> sends its form when changed.
function startAutoSubmit() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-auto-submit]")) event.target.form?.requestSubmit();
  });
}

startThemeToggle();
startSidebar();
startConfirmations();
startDialogs();
startSelection();
startUploads();
startUnsaved();
startUnsent();
startCopyButtons();
startPrinting();
startAutoSubmit();
nameForm();
enhance(document);
for (const name of ["htmx:load", "htmx:afterSettle", "htmx:sseMessage"]) {
  document.addEventListener(name, (event) => enhance(event.target instanceof Element ? event.target : document));
}
