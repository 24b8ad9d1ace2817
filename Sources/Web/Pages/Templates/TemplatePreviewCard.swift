import Campaigns

/// What the mail will look like for one recipient, beside the form it is made from.
struct TemplatePreviewCard {
    let examples: [RecipientFields]
    /// The template's, with what was typed to choose one of them, and where a test goes.
    let form: Form
    /// What became of a test.
    let test: SenderTestResult?

    var html: HTML {
        """
        <section class="card group min-w-0 self-start xl:sticky xl:top-4" aria-labelledby="preview-title">
        <header><h2 id="preview-title">\(t: "Preview")</h2>\
        <div class="card-action flex flex-wrap items-center gap-3">\(widths)\
        <button class="btn" data-variant="outline" data-size="sm" formaction="/templates/preview/frame/" \
        formtarget="preview-frame" formenctype="application/x-www-form-urlencoded" formnovalidate data-preview-button>\(icon: "refresh-cw")\(t: "Show")</button></div></header>
        <section class="flex flex-col gap-4">
        <div class="field"><label for="preview_recipient">\(t: "As this recipient gets it")</label>\
        <input type="search" id="preview_recipient" name="preview_recipient" value="\(form["preview_recipient"])" list="preview-recipients" \
        autocomplete="off" placeholder="\(t: "Name or address; empty for the first")">\
        <datalist id="preview-recipients">\
        \(examples.map { "<option value=\"\($0.email)\">\($0.displayName)</option>" as HTML })</datalist></div>
        <div data-hx-post="/templates/preview/" data-hx-trigger="load, input from:closest form delay:500ms" \
        data-hx-include="closest form" data-hx-target="this" data-hx-sync="this:replace" role="status" aria-live="polite">\
        </div>
        <div class="tabs" id="preview-tabs">
        <div role="tablist" aria-orientation="horizontal" aria-label="\(t: "Parts of the mail")">\
        <button type="button" role="tab" id="preview-tab-html" aria-controls="preview-panel-html" aria-selected="true">\
        \(t: "HTML")</button>\
        <button type="button" role="tab" id="preview-tab-text" aria-controls="preview-panel-text" aria-selected="false" \
        tabindex="-1">\(t: "Plain text")</button></div>
        <div role="tabpanel" id="preview-panel-html" aria-labelledby="preview-tab-html" tabindex="-1">\
        <iframe class="preview-frame mx-auto block group-has-[#preview-phone:checked]:max-w-[24.5rem]" sandbox \
        name="preview-frame" title="\(t: "Preview of the mail")" data-preview-frame></iframe></div>
        <div role="tabpanel" id="preview-panel-text" aria-labelledby="preview-tab-text" tabindex="-1" hidden>\
        <pre class="source" id="preview-text" tabindex="0"></pre></div></div>
        </section>
        <section class="form border-t pt-6" id="test">
        \(form.input("test_to", "Send a test to", hint: "The mail for the recipient above, by your sender, marked as a test.",
            autocomplete: "email", attributes: " inputmode=\"email\" spellcheck=\"false\""))
        <div class="form-actions"><button class="btn" data-variant="outline" name="then" value="test">\
        \(icon: "send")\(t: "Save and send a test")</button></div>
        <div aria-live="polite">\(test.map { SenderTestView(result: $0).html })</div>
        </section></section>
        """
    }

    private var widths: HTML {
        """
        <fieldset class="flex items-center gap-3 text-sm"><legend class="sr-only">\(t: "Width")</legend>\
        <label class="flex items-center gap-1"><input class="input" type="radio" id="preview-desktop" name="preview_width" \
        value="desktop" checked>\(t: "Desktop")</label>\
        <label class="flex items-center gap-1"><input class="input" type="radio" id="preview-phone" name="preview_width" \
        value="phone">\(t: "Phone")</label></fieldset>
        """
    }
}
