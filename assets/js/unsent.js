// What was written is not lost when the server could not take a form, because the session had ended or the form was of an
// older one: it waits in this tab until the form's page is there again, for the same user. The server says with
// [data-unsent] that a form was not taken; any other page means that it was.
// Passwords, keys, files and hidden fields are left out.
const place = "martlet-unsent";
const longest = 1_000_000;

function read() {
  try { return JSON.parse(sessionStorage.getItem(place)); } catch { return null; }
}

function keep(draft) {
  try {
    const text = JSON.stringify(draft);
    if (text.length <= longest) sessionStorage.setItem(place, text);
  } catch { /* no room, or not allowed: then it is as without script */ }
}

const forget = () => { try { sessionStorage.removeItem(place); } catch { /* not allowed */ } };
const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;

function writable(form) {
  return [...form.elements].filter((field) => field.name && !field.closest("[data-secret]")
    && (field.matches("textarea, select") || (field.matches("input")
      && !["password", "hidden", "file", "submit", "button", "image", "reset"].includes(field.type))));
}

function valueOf(field) {
  if (["checkbox", "radio"].includes(field.type)) return field.checked;
  return field.multiple && field.options ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

function put(field, value) {
  if (["checkbox", "radio"].includes(field.type)) field.checked = value;
  else if (Array.isArray(value)) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
}

// Several fields may have one name; boxes are told by their value as well, others by their order.
function named(fields) {
  const counts = new Map();
  return fields.map((field) => {
    const name = JSON.stringify([field.name, ["checkbox", "radio"].includes(field.type) ? field.value : ""]);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return [`${name} ${count}`, field];
  });
}

function restore(form, draft) {
  const values = new Map(draft.fields);
  for (const [name, field] of named(writable(form))) {
    if (!values.has(name)) continue;
    field.removeAttribute("data-utc");
    put(field, values.get(name));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const note = document.createElement("div");
  note.className = "alert";
  note.dataset.variant = "info";
  note.setAttribute("role", "status");
  const text = document.createElement("h2");
  text.textContent = document.body.dataset.writtenAgain;
  note.append(text);
  form.prepend(note);
}

export function startUnsent() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const { user } = document.body.dataset;
    if (event.defaultPrevented || !user || form.method !== "post") return;
    const fields = named(writable(form)).map(([name, field]) => [name, valueOf(field)]);
    if (fields.length > 0) keep({ user, path: pathOf(form), fields, isUnsent: false });
  });
  const draft = read();
  if (!draft) return;
  if (document.querySelector("[data-unsent]")) return keep({ ...draft, isUnsent: true });
  const { user } = document.body.dataset;
  if (!user) return;
  if (!draft.isUnsent || draft.user !== user) return forget();
  const form = [...document.forms].find((form) => form.method === "post" && pathOf(form) === draft.path);
  if (!form) return;
  forget();
  restore(form, draft);
}
