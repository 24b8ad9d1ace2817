internal import Campaigns
internal import Persistence

/// What will be made of a campaign's template as it begins, made before: nobody can write in the meantime of a transaction,
/// and a long template takes some time.
struct ForeseenContent: Sendable {
    private let source: String
    private let inlinesStyles: Bool
    private let previewText: String
    private let htmlForMails: String
    /// As it is frozen.
    private let html: String
    private let plainText: String
    private let countsLinks: Bool
    private let countableLinks: [String]

    /// - Returns: nil where there is nothing to make.
    static func foresee(
        _ campaign: CampaignRecord, addsFooter: Bool, countsLinks: Bool, from database: any Database
    ) async throws -> ForeseenContent? {
        let (template, footer) = try await database.read { tx in
            let scope = tx.account(campaign.accountID)
            guard campaign.contentID == nil, let id = campaign.templateID else {
                return (TemplateRecord?.none, MailFooter?.none)
            }
            return (try scope.template(id), addsFooter ? try scope.details().footer : nil)
        }
        guard let template else { return nil }
        // Not on the engine's loop.
        return await Task.detached { ForeseenContent(template, footer, countsLinks: countsLinks) }.value
    }

    private init(_ template: TemplateRecord, _ footer: MailFooter?, countsLinks: Bool) {
        self.countsLinks = countsLinks
        source = template.html
        inlinesStyles = template.inlinesStyles
        previewText = template.previewText
        htmlForMails = template.htmlForMails
        (html, plainText) =
            footer?.added(html: htmlForMails, plainText: template.plainText) ?? (htmlForMails, template.plainText)
        countableLinks = countsLinks ? ContentRecord.countableLinks(html: html, plainText: plainText) : []
    }

    /// The HTML of the template, made anew where somebody has changed it since.
    static func html(of template: TemplateRecord, _ foreseen: ForeseenContent?) -> String {
        guard let foreseen, foreseen.source == template.html, foreseen.inlinesStyles == template.inlinesStyles,
            foreseen.previewText == template.previewText
        else {
            return template.htmlForMails
        }
        return foreseen.htmlForMails
    }

    static func links(of content: ContentRecord, _ foreseen: ForeseenContent?) -> [String] {
        guard let foreseen, foreseen.countsLinks, foreseen.html == content.html, foreseen.plainText == content.plainText
        else {
            return ContentRecord.countableLinks(html: content.html, plainText: content.plainText)
        }
        return foreseen.countableLinks
    }
}
