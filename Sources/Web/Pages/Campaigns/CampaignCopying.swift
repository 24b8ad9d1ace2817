import Campaigns
import Hummingbird
import Logging
import Persistence

/// Duplicates and deletes a campaign.
struct CampaignCopying {
    let visit: Visit

    /// A new draft for the same recipients with the same template. Where the template was deleted, what the campaign
    /// sent becomes a new one.
    func duplicate() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let copy = try await visit.write { scope -> Campaign.ID? in
            guard let record = try scope.campaign(id), let template = try Self.template(of: record, scope) else {
                return nil
            }
            return try scope.createCampaign(
                CampaignDraft(
                    name: CopyName(of: record.name).text, templateID: template, senderID: record.senderID,
                    audienceFilter: record.audienceFilter, scheduledAt: nil, tracksOpens: record.tracksOpens,
                    tracksClicks: record.tracksClicks))
        }
        guard let copy else { throw Refusal.notFound }
        return try await visit.redirect(to: "/campaigns/\(copy)/edit/", saying: "This is the copy, a draft.")
    }

    private static func template(of record: CampaignRecord, _ scope: AccountScope) throws -> Template.ID? {
        if let template = record.templateID { return template }
        guard let content = try record.contentID.flatMap({ try scope.content($0) }) else { return nil }
        let template = try scope.createTemplate(
            TemplateText(
                name: record.name, subject: content.subject, html: content.html, plainText: content.plainText))
        try scope.copyFiles(from: .content(content.id), to: .template(template))
        return template
    }

    func delete() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        guard let record = try await visit.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        guard try await visit.write({ try $0.deleteCampaign(id) }) else {
            return try await visit.redirect(
                to: "/campaigns/\(id)/",
                saying: record.state == .cancelled
                    ? "Some mails are still being called off. Please try again in a moment."
                    : "This campaign is under way. Cancel it first.", as: .error)
        }
        visit.logger.info("Campaign deleted", metadata: ["campaign.id": "\(id)"])
        return try await visit.redirect(to: "/campaigns/", saying: "The campaign “\(record.name)” is deleted.")
    }
}
