// <textarea name="body" class="editor" data-editor data-merge-tags='[{"name":"first_name","label":"First name"},…]'>
// becomes TinyMCE; "Source" shows the textarea itself. Texts of our buttons: data-text-merge, data-text-source,
// data-text-visual, data-text-image, data-text-bullets, data-text-numbers, data-text-address, data-text-description.
// Pictures are uploaded to /pictures/ (data-picture-limit bytes; data-text-upload, data-text-too-large,
// data-text-upload-failed) and stand in the text as cid:KEY@picture.martlet, which the editor shows from /pictures/KEY/.
// Every change goes into the textarea and is announced by a bubbling "input" event: the live preview listens to it.
const BASE = new URL("../vendor/tinymce", import.meta.url).pathname;

function load() {
  if (window.tinymce) return Promise.resolve(window.tinymce);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${BASE}/tinymce.min.js`;
    script.addEventListener("load", () => resolve(window.tinymce));
    script.addEventListener("error", () => reject(new Error("the editor could not be loaded")));
    document.head.append(script);
  });
}

// A visual editor drops what stands outside <body>, so whole documents are edited as source.
const isWholeDocument = (html) => /<(?:!doctype|html|head|style)\b/i.test(html);

// What the mail calls a picture that comes with it, and where the editor finds it.
const shown = (html) => html.replace(/(["'])cid:([0-9a-f]{32})@picture\.martlet\1/g, "$1/pictures/$2/$1");
const written = (html) => html.replace(/(["'])\/pictures\/([0-9a-f]{32})\/\1/g, "$1cid:$2@picture.martlet$1");

async function upload(file, textarea) {
  const limit = Number(textarea.dataset.pictureLimit) || Infinity;
  if (file.size > limit) return { problem: textarea.dataset.textTooLarge };
  const fields = new FormData();
  fields.append("csrfmiddlewaretoken", textarea.form.querySelector("[name=csrfmiddlewaretoken]").value);
  fields.append("picture", file);
  try {
    const answer = await fetch("/pictures/", { method: "POST", body: fields });
    return await answer.json();
  } catch {
    return { problem: textarea.dataset.textUploadFailed };
  }
}

function choosePicture(editor, textarea) {
  const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp" });
  input.dataset.picture = "";
  input.hidden = true;
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.remove();
    if (!file) return;
    const { location: src, problem } = await upload(file, textarea);
    if (problem) { editor.notificationManager.open({ text: problem, type: "error" }); return; }
    const alt = file.name.replace(/\.[^.]*$/, "").replace(/[-_]+/g, " ");
    editor.insertContent(editor.dom.createHTML("img", { src, alt }));
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

function addButtons(editor, textarea, showSource) {
  const text = (name, fallback) => textarea.dataset[`text${name}`] ?? fallback;
  const tags = JSON.parse(textarea.dataset.mergeTags ?? "[]");
  editor.ui.registry.addMenuButton("mergetags", {
    text: text("Merge", "Insert field"),
    fetch: (done) => done(tags.map((tag) => ({
      type: "menuitem", text: tag.label ?? tag.name, onAction: () => editor.insertContent(editor.dom.encode(`{${tag.name}}`)),
    }))),
  });
  for (const [name, command, icon, label] of [
    ["bullets", "InsertUnorderedList", "unordered-list", text("Bullets", "Bullet list")],
    ["numbers", "InsertOrderedList", "ordered-list", text("Numbers", "Numbered list")],
  ]) {
    editor.ui.registry.addToggleButton(name, {
      icon, tooltip: label, onAction: () => editor.execCommand(command),
      onSetup: (api) => {
        const mark = () => api.setActive(editor.queryCommandState(command));
        editor.on("NodeChange", mark);
        return () => editor.off("NodeChange", mark);
      },
    });
  }
  editor.ui.registry.addButton("picture", {
    icon: "image", tooltip: text("Image", "Image"),
    onAction: () => editor.windowManager.open({
      title: text("Image", "Image"),
      body: { type: "panel", items: [
        { type: "input", name: "src", label: text("Address", "Address (https://…)") },
        { type: "input", name: "alt", label: text("Description", "Description") },
      ] },
      buttons: [{ type: "cancel", text: "Cancel" }, { type: "submit", text: "OK", buttonType: "primary" }],
      onSubmit: (dialog) => {
        const { src, alt } = dialog.getData();
        if (src) editor.insertContent(editor.dom.createHTML("img", { src, alt }));
        dialog.close();
      },
    }),
  });
  editor.ui.registry.addButton("upload", {
    icon: "upload", tooltip: text("Upload", "Picture from this computer"), onAction: () => choosePicture(editor, textarea),
  });
  editor.ui.registry.addButton("source", { icon: "sourcecode", text: text("Source", "Source"), onAction: showSource });
}

function announce(textarea) {
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}

async function start(textarea) {
  const tinymce = await load();
  const back = document.createElement("button");
  Object.assign(back, { type: "button", className: "btn w-fit", hidden: true, textContent: textarea.dataset.textVisual ?? "Visual editor" });
  back.dataset.variant = "outline";
  back.dataset.size = "sm";
  textarea.before(back);
  let editor;
  const showSource = () => { editor?.save(); editor?.remove(); editor = undefined; textarea.hidden = false; back.hidden = false; textarea.focus(); };
  const showVisual = async () => {
    back.hidden = true;
    const dark = document.documentElement.classList.contains("dark");
    [editor] = await tinymce.init({
      target: textarea, license_key: "gpl", base_url: BASE, suffix: ".min",
      skin: dark ? "oxide-dark" : "oxide", content_css: `${BASE}/skins/content/default/content.min.css`,
      menubar: false, branding: false, promotion: false, elementpath: false, statusbar: false, height: 480,
      plugins: "link autolink table fullscreen",
      toolbar: "undo redo | blocks | bold italic underline forecolor | alignleft aligncenter alignright | bullets numbers | link upload picture table | mergetags | removeformat source fullscreen",
      toolbar_mode: "wrap", contextmenu: false, browser_spellcheck: true,
      convert_urls: false, entity_encoding: "raw", verify_html: true, paste_data_images: false,
      iframe_attrs: { title: textarea.dataset.textLabel ?? "Message" },
      iframe_aria_text: textarea.dataset.textLabel ?? "Message",
      setup: (created) => {
        addButtons(created, textarea, showSource);
        created.on("BeforeSetContent", (event) => { event.content = shown(event.content); });
        created.on("GetContent", (event) => { if (typeof event.content === "string") event.content = written(event.content); });
        created.on("input change undo redo SetContent", (event) => {
          if (event.type === "setcontent" && event.initial) return;
          created.save();
          announce(textarea);
        });
      },
    });
  };
  back.addEventListener("click", showVisual);
  document.addEventListener("martlet:theme", async () => { if (editor) { showSource(); await showVisual(); } });
  textarea.form?.addEventListener("submit", () => editor?.save(), true);
  if (isWholeDocument(textarea.value)) { back.hidden = false; } else { await showVisual(); }
}

// [data-insert-tag="first_name"] puts a merge tag into the field named by data-insert-into (subject, text).
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert-tag]");
  if (!button) return;
  const field = document.querySelector(button.dataset.insertInto);
  if (!field) return;
  field.setRangeText(`{${button.dataset.insertTag}}`, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, "end");
  field.focus();
  announce(field);
});

document.querySelectorAll("textarea[data-editor]").forEach((textarea) => {
  start(textarea).catch((problem) => { textarea.hidden = false; console.error(problem); });
});
