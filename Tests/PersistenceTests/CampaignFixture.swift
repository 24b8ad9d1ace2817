import Campaigns
import Persistence

/// An account with a sender, a template and recipients, to start a test from.
struct CampaignFixture {
    var account: Account.ID
    var sender: Sender.ID
    var template: Template.ID
    var recipients: [Recipient.ID]

    init(_ tx: any Transaction, name: String = "Ada's shop", recipients count: Int = 3) throws {
        account = try tx.one("INSERT INTO account (name, created_at) VALUES (\(name), 1) RETURNING id") { try $0.id(0) }
        let scope = tx.account(account)
        sender = try scope.createRehearsalSender(fromName: "Ada", fromEmail: "ada@example.org")
        template = try scope.createTemplate(
            TemplateText(name: "Offer", subject: "Hello {first_name}", html: "<p>Hello</p>", plainText: ""))
        recipients = []
        for number in 0..<count {
            let fields = RecipientFields(email: "person\(number)@example.org", firstName: "Person \(number)")
            guard case .written(let id) = try scope.addRecipient(fields, key: fields.email) else {
                throw DatabaseFault.noRow
            }
            recipients.append(id)
        }
    }

    /// A campaign for everybody, with all of its messages ready.
    func startedCampaign(_ tx: any Transaction) throws -> Campaign.ID {
        let campaign = try begunCampaign(tx)
        _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 1000)
        return campaign
    }

    /// A campaign for everybody that has no messages yet.
    func begunCampaign(_ tx: any Transaction) throws -> Campaign.ID {
        let scope = tx.account(account)
        let campaign = try scope.createCampaign(
            CampaignDraft(
                name: "November", templateID: template, senderID: sender, audienceFilter: "{}", scheduledAt: nil))
        _ = try scope.startCampaignNow(campaign)
        for due in try tx.dueCampaigns() where due.id == campaign { try tx.begin(due, expiry: .seconds(3600)) }
        return campaign
    }

    /// Puts messages of a campaign into a state, tally included, as the engine would.
    func put(_ count: Int, of campaign: Campaign.ID, into state: MessageState, _ tx: any Transaction) throws {
        let epoch = try tx.beginEpoch(node: "test")
        var batch = LedgerBatch()
        batch.claims = [Claim(sender: sender, limit: count)]
        let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
        guard state != .claimed else { return }
        var intents = LedgerBatch()
        intents.intents = claimed
        _ = try tx.apply(intents, epoch: epoch)
        guard state != .dotted else { return }
        var outcomes = LedgerBatch()
        outcomes.outcomes = claimed.map {
            Outcome(
                message: $0, result: state == .unknown ? .unknown : state == .failed ? .failed : .delivered,
                reachedTheDot: true, reply: "said so", step: "message")
        }
        _ = try tx.apply(outcomes, epoch: epoch)
    }

    /// What the rows say, to hold the tally against.
    func counted(_ campaign: Campaign.ID, _ tx: any Transaction) throws -> [MessageState: Int] {
        var counts: [MessageState: Int] = [:]
        try tx.forEach("SELECT state, COUNT(*) FROM message WHERE campaign_id = \(campaign) GROUP BY state") {
            counts[try $0.value(0)] = try $0.int(1)
        }
        return counts
    }

    func tallied(_ campaign: Campaign.ID, _ tx: any Transaction) throws -> [MessageState: Int] {
        try tx.account(account).tally(campaign).counts.filter { $0.value != 0 }
    }
}
