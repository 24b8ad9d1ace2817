import Campaigns
import Logging
import Mail
import Persistence

/// A test of a template as it is stored: what a campaign with it would send now, to somebody who looks at it.
struct TemplateTest {
    let actor: any Acting
    let template: Template.ID
    /// Whose values stand in it: a part of a name or address; empty for the first recipient.
    let recipient: String

    func send(to address: String) async throws -> SenderTestResult {
        let (sender, draft) = try await actor.read { scope -> (SenderRecord?, DraftMail) in
            guard let record = try scope.template(template) else { throw Refusal.notFound }
            let sender = try scope.defaultSender()
            let now = try scope.transaction.now
            var draft = DraftMail(
                campaign: DraftMail.noCampaign, subject: "", html: "", plainText: "", fromName: "", fromEmail: "",
                fields: try PreviewRecipient(recipient, in: scope).fields, email: address, isTest: true, date: now,
                number: now.rawValue)
            if let sender { draft.say(record, by: sender, try scope.details().footer) }
            return (sender, draft)
        }
        do {
            return try await TestMail(actor: actor, sender: sender, address: address)
                .send(["template.id": "\(template)"]) {
                    try await actor.site.mails.mail(draft, of: actor.account, isWhole: true)
                }
        } catch let problem as MailProblem {
            return SenderTestResult(isSuccess: false, sentence: problem.userMessage)
        }
    }
}

extension DraftMail {
    /// What a campaign with this template would say.
    mutating func say(_ template: TemplateRecord, by sender: SenderRecord, _ footer: MailFooter) {
        subject = template.subject
        self.template = template.id
        (html, plainText) = footer.added(html: template.htmlForMails, plainText: template.plainText)
        (fromName, fromEmail, replyTo) = (sender.fromName, sender.fromEmail, sender.replyTo)
    }
}

/// Whose values stand in a preview of a template.
struct PreviewRecipient: Sendable {
    let fields: RecipientFields
    /// Whether the account has nobody yet.
    let isInvented: Bool
    /// Whether whoever was looked for was found; this is another one otherwise.
    let isFound: Bool

    /// - Parameter wanted: a part of a name or address; empty for the first recipient.
    init(_ wanted: String, in scope: AccountScope) throws {
        let wanted = wanted.trimmed
        let found = try wanted.isEmpty ? nil : scope.recipientPicks(AudienceFilter(search: wanted), limit: 1).first
        let shown = try found ?? scope.recipientPicks(AudienceFilter(), limit: 1).first
        fields = shown?.fields ?? MailPreview.inventedRecipient
        isInvented = shown == nil
        isFound = found != nil || wanted.isEmpty
    }
}
