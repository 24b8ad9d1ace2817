import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Counting gaps in an audience` {
    @Test(arguments: TestDatabase.allCases)
    func `agrees with each recipient looked at alone`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 0)
                let other = try CampaignFixture(tx, name: "Bob", recipients: 5)
                _ = other
                let scope = tx.account(fixture.account)
                var all: [RecipientFields] = []
                for number in 0..<64 {
                    func bit(_ place: Int) -> String { number >> place & 1 == 1 ? "x" : "" }
                    let fields = RecipientFields(
                        email: "r\(number)@example.org", firstName: bit(0), company: bit(1), country: bit(2),
                        city: bit(3),
                        freeField1: number < 40 ? "in" : "out")
                    all.append(fields)
                    _ = try scope.addRecipient(fields, key: fields.email)
                }
                let needs =
                    MergeTemplate("{first_name}{#company}{city}{/company}{^city}{country}{/city}", as: .html).needs
                    + MergeTemplate("{city}{^country}{city}{/country}", as: .html).needs.suffix(1)
                for filter in [AudienceFilter(), AudienceFilter(texts: [.freeField1: "in"])] {
                    let audience = try scope.preflightAudience(filter, needs: needs)
                    let matching = all.filter { filter.matches(Recipient.ID(rawValue: 1), $0) }
                    #expect(audience.matching == matching.count && audience.suppressed == 0)
                    #expect(audience.invalid.recipients == 0)
                    for field in [RecipientField.firstName, .city, .country] {
                        let missing = matching.filter { fields in
                            needs.contains { $0.field == field && $0.isMissing(in: fields) }
                        }
                        let group = try #require(audience.missing[field])
                        #expect(group.recipients == missing.count)
                        #expect(group.examples.map(\.email) == missing.prefix(5).map(\.email))
                    }
                    #expect(audience.missing[.company] == nil)
                }
                // Addresses that are none, and people who get nothing anyway.
                try tx.run(
                    "UPDATE recipient SET email = 'broken' WHERE account_id = \(fixture.account) AND email_key IN ('r0@example.org', 'r2@example.org')"
                )
                _ = try scope.suppress([
                    NewSuppression(key: "r2@example.org", email: "r2@example.org", reason: .blocked)
                ])
                let audience = try scope.preflightAudience(AudienceFilter(), needs: needs)
                #expect(audience.invalid.recipients == 1 && audience.suppressed == 1)
                #expect(audience.missing[.firstName]?.recipients == 31)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a campaign freezes its footer when it begins, and a change of the address leaves it alone`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                try scope.update(AccountDetails(name: "Ada", postalAddress: "1 Main Street"))
                let campaign = try fixture.startedCampaign(tx)
                try scope.update(AccountDetails(name: "Ada", postalAddress: "2 Main Street"))
                let content = try #require(try scope.campaign(campaign)?.contentID.flatMap { try scope.content($0) })
                #expect(content.html.contains("1 Main Street") && content.html.contains("{unsubscribe_url}"))
                #expect(content.plainText.isEmpty)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a mail beside the ledger takes its room from the sender's limits`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                var sender = try #require(try scope.defaultSender())
                sender.maxPerHour = 2
                try scope.update(sender)
                #expect(try scope.takeRoom(of: sender.id))
                #expect(try scope.takeRoom(of: sender.id))
                #expect(try scope.takeRoom(of: sender.id) == false)
                let other = try CampaignFixture(tx, name: "Bob")
                #expect(try tx.account(other.account).takeRoom(of: sender.id) == false)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a test mail does not keep a sender waiting that spreads its mails evenly`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                var sender = try #require(try scope.defaultSender())
                sender.spreadsEvenly = true
                try scope.update(sender)
                sender = try #require(try scope.defaultSender())
                #expect(try scope.takeRoom(of: sender.id))
                let epoch = try tx.beginEpoch(node: "a", identity: "a")
                // Its room counts from a minute ahead; the next mail is due after the pause that any mail makes.
                #expect(try tx.join(sender, epoch: epoch, most: 8)?.sinceLast == .zero)
            }
        }
    }
}
