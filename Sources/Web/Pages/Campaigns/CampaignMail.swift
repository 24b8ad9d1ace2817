import Campaigns
import Logging
import Mail
import Persistence

/// A campaign's mail to one person of its audience: the very one that was sent, or the one that would be.
struct CampaignMail: Sendable {
    let campaign: CampaignRecord
    /// nil for somebody invented, where there is nobody yet.
    let recipient: Recipient.ID?
    let email: String
    let name: String
    let isInAudience: Bool
    /// Whether somebody was looked for and not found.
    let isMissing: Bool
    let neighbours: PreviewNeighbours
    let mail: ReceivedMessage
    let source: [UInt8]
    /// What it was sent with and is no longer stored.
    var freedFiles: [FreedFile] = []

    /// - Parameters:
    ///   - wanted: whose mail; the first one's where it is nil.
    ///   - search: part of a name or address, where nobody is wanted.
    /// - Throws: ``Refusal/notFound``, or ``MailProblem`` where it cannot be written.
    static func load(
        _ id: Campaign.ID, for wanted: Recipient.ID?, search: String, by actor: any Acting
    ) async throws -> CampaignMail {
        guard let campaign = try await actor.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        if let sent = try await sent(campaign, wanted, search, actor) { return sent }
        return try await draft(campaign, wanted, search, actor)
    }

    /// nil where the campaign has no message yet.
    private static func sent(
        _ campaign: CampaignRecord, _ wanted: Recipient.ID?, _ search: String, _ actor: any Acting
    ) async throws -> CampaignMail? {
        guard !campaign.state.isEditable else { return nil }
        let found = try await actor.read {
            scope -> (Recipient.ID, Message.ID, String, PreviewNeighbours, Bool, [FreedFile])? in
            var isMissing = false
            var recipient = wanted
            if recipient == nil, !search.isEmpty {
                recipient = try scope.recipientPicks(AudienceFilter(search: search), limit: 50).map(\.id)
                    .first { try scope.message(of: campaign.id, for: $0) != nil }
                isMissing = recipient == nil
            }
            guard let shown = try recipient ?? scope.firstRecipient(of: campaign.id) else { return nil }
            guard let message = try scope.message(of: campaign.id, for: shown) else { throw Refusal.notFound }
            return (
                shown, message.id, message.email, try scope.neighbours(of: shown, in: campaign.id), isMissing,
                try scope.freedFiles(of: campaign.id)
            )
        }
        guard let (recipient, message, email, neighbours, isMissing, freed) = found,
            let bytes = try await actor.site.mails.mail(
                message, of: actor.account, isCounted: false, isWhole: false)
        else { return nil }
        let mail = ReceivedMessage(bytes)
        return CampaignMail(
            campaign: campaign, recipient: recipient, email: email, name: "", isInAudience: true, isMissing: isMissing,
            neighbours: neighbours, mail: mail, source: bytes, freedFiles: freed)
    }

    private static func draft(
        _ campaign: CampaignRecord, _ wanted: Recipient.ID?, _ search: String, _ actor: any Acting
    ) async throws -> CampaignMail {
        let filter = try AudienceFilter(json: campaign.audienceFilter)
        let (pick, neighbours, isMissing) = try await actor.read { scope in
            var isMissing = false
            var pick: RecipientPick?
            if let wanted {
                pick = try scope.recipientPicks(AudienceFilter(selection: .picked([wanted])), limit: 1).first
                if pick == nil { throw Refusal.notFound }
            } else if !search.isEmpty {
                let found = try scope.recipientPicks(AudienceFilter(search: search), limit: 50)
                pick = found.first { filter.matches($0.id, $0.fields) } ?? found.first
                isMissing = pick == nil
            }
            if pick == nil { pick = try scope.recipientPicks(filter, limit: 1).first }
            let neighbours = try pick.map { try scope.neighbours(of: $0.id, in: filter) } ?? PreviewNeighbours()
            return (pick, neighbours, isMissing)
        }
        let fields = pick?.fields ?? MailPreview.inventedRecipient
        let bytes = try await bytes(
            of: campaign, for: fields, to: fields.email, isTest: false, isWhole: false, by: actor)
        return CampaignMail(
            campaign: campaign, recipient: pick?.id, email: fields.email, name: fields.displayName,
            isInAudience: pick.map { filter.matches($0.id, $0.fields) } ?? false, isMissing: isMissing,
            neighbours: neighbours, mail: ReceivedMessage(bytes), source: bytes)
    }

    /// Sends what is shown to somebody who looks at it.
    func sendTest(to address: String, by actor: any Acting) async throws -> SenderTestResult {
        guard freedFiles.isEmpty else {
            return SenderTestResult(
                isSuccess: false,
                sentence: "Files of this mail were removed to make room, and a test would leave without them.")
        }
        let (sender, fields) = try await actor.read { [campaign, recipient] scope in
            (
                try scope.sender(campaign.senderID),
                try recipient.flatMap {
                    try scope.recipientPicks(AudienceFilter(selection: .picked([$0])), limit: 1).first?.fields
                }
            )
        }
        return try await TestMail(actor: actor, sender: sender, address: address)
            .send(["campaign.id": "\(campaign.id)"]) {
                try await Self.bytes(
                    of: campaign, for: fields ?? MailPreview.inventedRecipient, to: address, isTest: true, by: actor)
            }
    }

    /// What a campaign would send to somebody now; of one that has begun, what was frozen then.
    static func bytes(
        of campaign: CampaignRecord, for fields: RecipientFields, to email: String, isTest: Bool, isWhole: Bool = true,
        by actor: any Acting
    ) async throws -> [UInt8] {
        let draft = try await actor.read { scope -> DraftMail? in
            let now = try scope.transaction.now
            var draft = DraftMail(
                campaign: campaign.id, subject: "", html: "", plainText: "", fromName: "", fromEmail: "",
                fields: fields,
                email: email, isTest: isTest, date: now, number: now.rawValue)
            if let content = try campaign.contentID.flatMap({ try scope.content($0) }) {
                (draft.subject, draft.html, draft.plainText) = (content.subject, content.html, content.plainText)
                (draft.fromName, draft.fromEmail, draft.replyTo) = (
                    content.fromName, content.fromEmail, content.replyTo
                )
                draft.content = content.id
                return draft
            }
            guard let template = try campaign.templateID.flatMap({ try scope.template($0) }),
                let sender = try scope.sender(campaign.senderID)
            else { return nil }
            draft.say(template, by: sender, try scope.details().footer)
            return draft
        }
        guard let draft else { throw Refusal.notFound }
        return try await actor.site.mails.mail(draft, of: actor.account, isWhole: isWhole)
    }
}
