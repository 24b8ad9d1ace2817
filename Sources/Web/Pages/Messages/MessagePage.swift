import Campaigns
import Mail
import Persistence

/// One mail: where it stands, what it looks like, and its history.
struct MessagePage {
    let message: MessageRecord
    let attempts: [AttemptRecord]
    /// The mail's bytes; `nil` when there is nothing to send yet.
    let source: [UInt8]?
    let freedFiles: [FreedFile]
    /// Whether the recipient was not deleted since.
    let hasRecipient: Bool

    var page: Page {
        Page(
            title: "Mail to \(message.email)", section: .queue, breadcrumbs: [.init("Queue", "/emails/")],
            actions: message.state == .ready ? SendNowButton(message: message.id).html : nil,
            body: "\(facts)\(source == nil ? nil : FreedFilesNote(files: freedFiles).html)\(content)\(history)")
    }

    private var facts: HTML {
        """
        <section class="card"><header><h2>\(t: "State")</h2><div class="card-action">\(badge)</div>\
        </header><section><dl class="facts">
        <dt>\(t: "Recipient")</dt><dd>\(recipient)</dd>
        <dt>\(t: "Campaign")</dt><dd>\(campaign)</dd>
        \(if: message.state == .ready, "<dt>\(t: "Next attempt")</dt><dd>\(time: message.nextAt)</dd>")\
        \(if: message.beganAt != nil, "<dt>\(t: "First attempt")</dt><dd>\(time: message.beganAt)</dd>")\
        \(if: message.endedAt != nil, "<dt>\(t: "Ended")</dt><dd>\(time: message.endedAt)</dd>")\
        <dt>\(t: "Attempts")</dt><dd>\(number: message.attempts)</dd>
        \(if: !message.reason.isEmpty, "<dt>\(t: "Reason")</dt><dd>\(message.reason)</dd>")\
        </dl></section></section>
        """
    }

    private var badge: HTML {
        let isRehearsed = message.state == .delivered && attempts.contains { $0.reply == Rehearsal.reply }
        return isRehearsed ? RehearsedMails.badge : message.state.badge
    }

    private var recipient: HTML {
        guard hasRecipient else { return "\(message.email)" }
        return "<a class=\"link\" href=\"/recipients/\(message.recipientID.rawValue)/edit/\">\(message.email)</a>"
    }

    private var campaign: HTML {
        if message.campaignKind == .single { return "\(t: "Single mail")" }
        return "<a class=\"link\" href=\"/campaigns/\(message.campaignID.rawValue)/\">\(message.campaignName)</a>"
    }

    private var content: HTML {
        guard let source else {
            return """
                <div class="empty border"><header><figure>\(icon: "mail")</figure><h2>\(t: "Nothing to show yet")</h2>\
                <p>\(t: "The mail is written when it is sent for the first time.")</p></header></div>
                """
        }
        let mail = ReceivedMessage(source)
        return """
            <section class="card"><header><h2>\(mail.subject)</h2></header><section>
            <div class="tabs" id="mail-tabs"><div role="tablist" aria-orientation="horizontal" aria-label="\(t: "Mail")">\
            \(tab(1, "As it looks"))\(tab(2, "Text"))\(tab(3, "Headers"))\(tab(4, "Source"))</div>
            \(panel(1, """
                <iframe class="preview-frame" sandbox src="/emails/\(message.id.rawValue)/html/" \
                title="\(t: "The mail as it looks")"></iframe>
                """))\
            \(panel(2, "<pre class=\"source\" tabindex=\"0\">\n\(mail.text ?? "")</pre>"))\
            \(panel(3, """
                <dl class="facts">\(mail.headers.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" as HTML })</dl>
                """))\
            \(panel(4, """
                <p class="mb-2"><a class="link" href="/emails/\(message.id.rawValue)/source/">\(t: "Download")</a></p>\
                <pre class="source" tabindex="0">\n\(shortSource(source))</pre>
                """))
            </div></section></section>
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
    private func shortSource(_ source: [UInt8]) -> String {
        String(decoding: source.prefix(100_000).filter { $0 != 13 }, as: UTF8.self)
    }

    private var history: HTML {
        """
        <section class="card"><header><h2>\(t: "History")</h2></header><section>\
        \(attempts.isEmpty ? "<p>\(t: "No attempt yet.")</p>" : AttemptTable(attempts: attempts).html)\
        </section></section>
        """
    }
}

/// The bytes of a mail's HTML part for the sandboxed frame.
struct MailFrame {
    let mail: ReceivedMessage

    /// A document of its own; text without HTML is shown as it is.
    var html: HTML {
        if let html = mail.html { return HTML(unescaped: EmbeddedPictures.shown(html, of: mail)) }
        return "<!doctype html><meta charset=\"utf-8\"><title>\(mail.subject)</title><pre>\(mail.text ?? "")</pre>"
    }
}
