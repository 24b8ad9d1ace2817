import Campaigns
import Persistence
import PersistenceSQLite
import Vault

@testable import Web

/// What tests of templates and campaigns start from.
extension TestSite {
    /// Gives the account a from address, a template and recipients `p1@example.org` … in one city.
    func equip(_ name: String, recipients: Int = 3, city: String = "London") async throws -> FurnishedAccount {
        let account = try await account(of: name)
        return try await database.write { tx in
            let scope = tx.account(account)
            let sender: Sender.ID
            if var record = try scope.defaultSender() {
                record.fromName = "Ada's shop"
                record.fromEmail = "shop@example.org"
                try scope.update(record)
                sender = record.id
            } else {
                sender = try scope.createRehearsalSender(fromName: "Ada's shop", fromEmail: "shop@example.org")
            }
            let template = try scope.createTemplate(
                TemplateText(
                    name: "Offer", subject: "Hello {first_name}", html: "<p>Dear {first_name|friend}</p>", plainText: ""
                ))
            var ids: [Recipient.ID] = []
            for number in 0..<recipients {
                let fields = RecipientFields(
                    email: "p\(number + 1)@\(name).example", firstName: "P\(number + 1)", city: city)
                guard case .written(let id) = try scope.addRecipient(fields, key: fields.email) else {
                    throw DatabaseFault.noRow
                }
                ids.append(id)
            }
            return FurnishedAccount(account: account, sender: sender, template: template, recipients: ids)
        }
    }

    /// A campaign for everybody, started and planned as the engine would, with all messages ready.
    func startedCampaign(_ account: FurnishedAccount, name: String = "November") async throws -> Campaign.ID {
        try await database.write { tx in
            let scope = tx.account(account.account)
            let campaign = try scope.createCampaign(
                CampaignDraft(
                    name: name, templateID: account.template, senderID: account.sender, audienceFilter: "{}",
                    scheduledAt: nil))
            _ = try scope.startCampaignNow(campaign)
            for due in try tx.dueCampaigns() where due.id == campaign { try tx.begin(due, expiry: .seconds(3600)) }
            _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 1000)
            return campaign
        }
    }

    func draft(_ account: FurnishedAccount, name: String = "Spring") async throws -> Campaign.ID {
        try await database.write { tx in
            try tx.account(account.account).createCampaign(
                CampaignDraft(
                    name: name, templateID: account.template, senderID: account.sender, audienceFilter: "{}",
                    scheduledAt: nil))
        }
    }

    /// Brings `count` waiting messages into the state, as the engine would.
    func put(_ count: Int, of account: FurnishedAccount, into state: MessageState, saying reply: String = "250 as told")
        async throws
    {
        try await database.write { tx in
            let epoch = try tx.beginEpoch(node: "test")
            var batch = LedgerBatch()
            batch.claims = [Claim(sender: account.sender, limit: count)]
            let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
            batch = LedgerBatch()
            batch.intents = claimed
            _ = try tx.apply(batch, epoch: epoch)
            batch = LedgerBatch()
            batch.outcomes = claimed.map {
                Outcome(
                    message: $0, result: state == .unknown ? .unknown : state == .failed ? .failed : .delivered,
                    reachedTheDot: true, reply: reply, step: "message")
            }
            _ = try tx.apply(batch, epoch: epoch)
        }
    }

    func campaign(_ id: Campaign.ID, of account: FurnishedAccount) async throws -> CampaignRecord? {
        try await database.read { try $0.account(account.account).campaign(id) }
    }

    /// The counters that are not zero, and the same from the rows.
    func tallies(_ id: Campaign.ID, of account: FurnishedAccount) async throws -> (
        counted: [MessageState: Int], rows: [MessageState: Int]
    ) {
        try await database.read { tx in
            var rows: [MessageState: Int] = [:]
            try tx.forEach("SELECT state, COUNT(*) FROM message WHERE campaign_id = \(id) GROUP BY state") {
                rows[try $0.value(0)] = try $0.int(1)
            }
            return (try tx.account(account.account).tally(id).counts.filter { $0.value != 0 }, rows)
        }
    }

    /// The links of mails, signed as this site signs them.
    var links: MailLinks { MailLinks(siteURL: "", signer: Signer(secret: "tests")) }
}

struct FurnishedAccount: Sendable {
    var account: Account.ID
    var sender: Sender.ID
    var template: Template.ID
    var recipients: [Recipient.ID]
}
