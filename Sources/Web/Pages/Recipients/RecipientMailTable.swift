import Campaigns
import Persistence

/// What one recipient was sent, with every attempt.
struct RecipientMailTable {
    let mails: [RecipientMail]

    var html: HTML {
        """
        <section class="flex flex-col gap-3"><h2 class="text-base font-semibold">\(t: "Mails")</h2>
        \(mails.isEmpty ? "<p class=\"text-muted-foreground\">\(t: "No campaign has reached this recipient yet.")</p>" : table)
        </section>
        """
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Mails")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Campaign")</th><th scope="col">\(t: "State")</th>\
        <th scope="col">\(t: "Sent to")</th><th scope="col">\(t: "When")</th><th scope="col">\(t: "What happened")</th></tr></thead>
        <tbody>\(mails.map(row))</tbody></table></div>
        """
    }

    private func row(_ mail: RecipientMail) -> HTML {
        """
        <tr><td class="wrap">\(name(mail))</td><td>\(badge(mail))</td><td>\(mail.email)</td>\
        <td>\(time: mail.endedAt ?? mail.nextAt)</td><td class="wrap">\(history(mail))</td></tr>
        """
    }

    private func badge(_ mail: RecipientMail) -> HTML {
        let isRehearsed = mail.state == .delivered && mail.attempts.contains { $0.reply == Rehearsal.reply }
        return isRehearsed ? RehearsedMails.badge : mail.state.badge
    }

    private func name(_ mail: RecipientMail) -> HTML {
        guard mail.kind == .campaign else { return "\(mail.campaignName)" }
        return "<a class=\"link\" href=\"/campaigns/\(mail.campaign.rawValue)/\">\(mail.campaignName)</a>"
    }

    private func history(_ mail: RecipientMail) -> HTML {
        if mail.attempts.isEmpty { return "\(mail.reason)" }
        let count = mail.attempts.count
        return """
            <details><summary>\(t: .counted(count, one: "\(count) attempt", other: "\(count) attempts"))</summary>\
            <ul class="flex flex-col gap-1">\(mail.attempts.map { "<li>\(time: $0.at): \($0.reply)</li>" as HTML })</ul></details>
            """
    }
}
