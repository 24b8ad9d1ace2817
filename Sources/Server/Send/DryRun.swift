internal import Campaigns
internal import Foundation
internal import Mail
internal import Persistence

/// `martlet send --dry-run`: reads and checks everything, shows the first mail, sends nothing and leaves nothing behind.
struct DryRun: Sendable {
    let mailing: Mailing
    let request: SendRequest
    let terminal: Terminal

    func run() async throws -> ExitStatus {
        var keys: Set<String> = []
        let summary = try await RecipientsFile(path: request.recipients).read { batch in
            for recipient in batch { keys.insert(recipient.key) }
        }
        RecipientsReport(path: request.recipients, summary: summary, different: keys.count).lines.forEach(terminal.note)
        guard let first = summary.first else {
            throw CommandFailure(.badData, "\(request.recipients) has no recipient that mail can be sent to.")
        }
        mail(to: first.fields).forEach(terminal.say)
        terminal.note(
            "Dry run: \(SendProgress.counted(keys.count, "mail", "mails")) would be sent\(request.smtp.map { " over \($0)" } ?? ""); nothing was."
        )
        return summary.wrong == 0 ? .success : .someNotDelivered
    }

    private func mail(to fields: RecipientFields) -> [String] {
        let name = [fields.firstName, fields.lastName].filter { !$0.isEmpty }.joined(separator: " ")
        let values = MergeValues(fields, unsubscribeURL: "mailto:\(mailing.from.address)")
        let subject = MergeTemplate(mailing.subject, as: .header).rendered(values)
        let text = MergeTemplate(mailing.plainText, as: .text).rendered(values)
        let html = MergeTemplate(mailing.html, as: .html).rendered(values)
        let from =
            mailing.from.name.isEmpty ? "\(mailing.from.address)" : "\(mailing.from.name) <\(mailing.from.address)>"
        return [
            "From: \(printable(from))", "To: \(printable(name.isEmpty ? fields.email : "\(name) <\(fields.email)>"))",
            "Subject: \(printable(subject))", "",
        ] + text.split(separator: "\n", omittingEmptySubsequences: false).map { printable($0) } + [
            "", "(and \(SendProgress.grouped(html.utf8.count)) bytes of HTML)",
        ]
    }
}
