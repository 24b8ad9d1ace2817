import Campaigns
import Hummingbird
import Mail
import Persistence

/// The mail of a campaign, in a frame: before the start as it would be, afterwards as the first recipient's is.
struct CampaignPreviewing {
    let visit: Visit

    func frame() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        guard let record = try await visit.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        if let message = try await visit.read({ try $0.firstMessage(of: id) }),
            let mail = try await visit.site.mails.mail(message, of: visit.account, isCounted: false)
        {
            return visit.respond(MailDocument(ReceivedMessage(mail)).html, policy: .mail)
        }
        let filter = try AudienceFilter(json: record.audienceFilter)
        let (template, first) = try await visit.read { scope in
            (
                try record.templateID.flatMap { try scope.template($0) },
                try scope.recipientPicks(filter, limit: 1).first
            )
        }
        guard let template else { throw Refusal.notFound }
        let preview = MailPreview(
            subject: template.subject, html: template.html, plainText: template.plainText,
            for: first?.fields ?? MailPreview.inventedRecipient)
        return visit.respond(preview.document, policy: .mail)
    }
}
