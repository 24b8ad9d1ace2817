// Bulk actions in a <form data-selection>: [data-select-all] ticks every [data-select] inside,
// [data-selected-count] shows how many, [data-bulk] is hidden or disabled while none is ticked.
function update(form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox][data-select]")];
  const chosen = boxes.filter((box) => box.checked);
  for (const box of boxes) {
    const row = box.closest("tr");
    if (row) row.dataset.state = box.checked ? "selected" : "";
  }
  for (const all of form.querySelectorAll("[data-select-all]")) {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  }
  for (const count of form.querySelectorAll("[data-selected-count]")) count.textContent = String(chosen.length);
  for (const bulk of form.querySelectorAll("[data-bulk]")) {
    if (bulk.matches("button, input")) bulk.disabled = chosen.length === 0;
    else bulk.hidden = chosen.length === 0;
  }
}

export function startSelection() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) {
      for (const box of form.querySelectorAll("input[type=checkbox][data-select]")) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-select-all], [data-select]")) update(form);
  });
  const updateAll = () => document.querySelectorAll("form[data-selection]").forEach(update);
  document.addEventListener("htmx:afterSettle", updateAll);
  addEventListener("pageshow", updateAll);
  updateAll();
}
