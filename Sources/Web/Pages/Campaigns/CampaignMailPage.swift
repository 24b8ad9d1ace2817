import Campaigns
import Mail
import Persistence

/// What a campaign's mail looks like for any of its recipients, in every way a mail can be looked at.
struct CampaignMailPage {
    let shown: CampaignMail
    let search: String
    /// The form for a test mail, as it was typed.
    let test: Form
    /// What became of a test.
    var result: SenderTestResult?

    private var path: String { "/campaigns/\(shown.campaign.id)" }

    var page: Page {
        Page(
            title: "Preview", subtitle: Phrase(sentence: shown.campaign.name), section: .campaigns,
            breadcrumbs: [
                .init("Campaigns", "/campaigns/"), .init(Phrase(sentence: shown.campaign.name), path + "/"),
            ], body: "\(choice)\(FreedFilesNote(files: shown.freedFiles).html)\(mail)\(testing)")
    }

    private var choice: HTML {
        """
        <form method="get" action="\(path)/mail/" class="toolbar" role="search">\
        <label class="sr-only" for="q">\(t: "Show the mail for")</label>\
        <input class="input max-w-xs" type="search" id="q" name="q" value="\(search)" autocomplete="off" \
        placeholder="\(t: "Name or address")">\
        <button class="btn" data-variant="outline">\(icon: "search")\(t: "Show")</button>\
        \(step(shown.neighbours.previous, "chevron-left", "Previous"))\(step(shown.neighbours.next, "chevron-right", "Next"))\
        </form>
        \(if: shown.isMissing, """
            <p role="status">\(t: "Nobody matches “\(search)”; this is the first recipient.")</p>
            """)\
        \(if: shown.recipient == nil, "<p role=\"status\">\(t: "Nobody would get this campaign yet; this recipient is invented.")</p>")\
        \(if: shown.recipient != nil && !shown.isInAudience, """
            <p role="status">\(t: "\(shown.email) is not among those who get this campaign.")</p>
            """)
        """
    }

    private func step(_ recipient: Recipient.ID?, _ name: String, _ title: Phrase) -> HTML {
        guard let recipient else {
            return """
                <a class="btn" data-variant="outline" role="link" aria-disabled="true">\(icon: name)\(t: title)</a>
                """
        }
        return """
            <a class="btn" data-variant="outline" href="\(path)/mail/?recipient=\(recipient.rawValue)">\(icon: name)\(t: title)</a>
            """
    }

    private var mail: HTML {
        """
        <section class="card group min-w-0" aria-labelledby="mail-title"><header><h2 id="mail-title">\(shown.mail.subject)</h2>\
        <p>\(t: "To \(shown.mail.header("To") ?? shown.email)")</p><div class="card-action">\(widths)</div></header><section>
        <div class="tabs" id="mail-tabs"><div role="tablist" aria-orientation="horizontal" aria-label="\(t: "Mail")">\
        \(tab(1, "As it looks"))\(tab(2, "Text"))\(tab(3, "Headers"))\(tab(4, "Source"))</div>
        \(panel(1, """
            <iframe class="preview-frame mx-auto block group-has-[#preview-phone:checked]:max-w-[24.5rem]" sandbox \
            src="\(path)/preview/\(shown.recipient.map { "?recipient=\($0.rawValue)" as HTML })" \
            title="\(t: "The mail as it looks")"></iframe>
            """))\
        \(panel(2, "<pre class=\"source\" tabindex=\"0\">\n\(shown.mail.text ?? "")</pre>"))\
        \(panel(3, """
            <dl class="facts">\(shown.mail.headers.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" as HTML })</dl>
            """))\
        \(panel(4, "<pre class=\"source\" tabindex=\"0\">\n\(shortSource)</pre>"))
        </div></section></section>
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

    private func tab(_ number: Int, _ title: Phrase) -> HTML {
        """
        <button type="button" role="tab" id="mail-tab-\(number)" aria-controls="mail-panel-\(number)" \
        aria-selected="\(number == 1 ? "true" : "false")"\(if: number != 1, " tabindex=\"-1\"")>\(t: title)</button>
        """
    }

    private func panel(_ number: Int, _ content: HTML) -> HTML {
        """
        <div role="tabpanel" id="mail-panel-\(number)" aria-labelledby="mail-tab-\(number)" tabindex="-1"\
        \(if: number != 1, " hidden")>\(content)</div>
        """
    }

    /// The first 100 KB: enough to read.
    private var shortSource: String {
        String(decoding: shown.source.prefix(100_000).filter { $0 != 13 }, as: UTF8.self)
    }

    private var testing: HTML {
        """
        <form method="post" action="\(path)/test/" class="card" id="test">\(.csrfField)\
        \(shown.recipient.map { "<input type=\"hidden\" name=\"recipient\" value=\"\($0.rawValue)\">" as HTML })
        <header><h2>\(t: "Send a test")</h2>\
        <p>\(t: "This very mail by your sender, marked as a test. It is not counted in the campaign; its link to unsubscribe changes nothing.")</p></header>
        <section class="form">\(test.summary)\
        \(test.input("to", "To", required: true, autocomplete: "email", attributes: " inputmode=\"email\" spellcheck=\"false\""))
        \(result.map { SenderTestView(result: $0).html })</section>
        <footer><button class="btn" data-variant="outline">\(icon: "send")\(t: "Send the test")</button></footer></form>
        """
    }
}
