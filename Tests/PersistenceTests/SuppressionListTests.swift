import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `The suppression list` {
    private static func addresses(_ range: Range<Int>, _ reason: SuppressionReason = .blocked) -> [NewSuppression] {
        range.map {
            NewSuppression(key: "p\($0)@example.org", email: "P\($0)@example.org", reason: reason, note: "n\"\($0)")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `many addresses are added at once, and a reason that is there stands`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let fixture = try await database.write { try CampaignFixture($0) }
            try await database.write { tx in
                let scope = tx.account(fixture.account)
                #expect(try scope.suppress(Self.addresses(0..<3, .unsubscribed)) == 3)
                // Twice in one piece, and one that is there.
                #expect(try scope.suppress(Self.addresses(2..<5) + Self.addresses(3..<5)) == 2)
                #expect(try scope.suppressionCounts() == [.unsubscribed: 3, .blocked: 2])
                let kept = try #require(try scope.suppressedAddress(ofKey: "p2@example.org"))
                #expect(kept.email == "P2@example.org" && kept.suppression.note == "n\"2")
                #expect(kept.suppression.reason == .unsubscribed)
                #expect(try scope.suppress([]) == 0)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `it is walked from the newest to the oldest, nobody twice and nobody left out`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let fixture = try await database.write { try CampaignFixture($0) }
            // Two moments; within one, many addresses.
            try await database.write { _ = try $0.account(fixture.account).suppress(Self.addresses(0..<7)) }
            try await database.write { _ = try $0.account(fixture.account).suppress(Self.addresses(7..<12, .bounced)) }
            try await database.read { tx in
                let scope = tx.account(fixture.account)
                var seen: [String] = []
                var place: SuppressionPlace?
                repeat {
                    let rows = try scope.suppressions(after: place, limit: 3)
                    seen += rows.map(\.key)
                    place = rows.last.flatMap { SuppressionPlace($0.place.description) }
                } while place != nil
                #expect(seen.count == 12 && Set(seen).count == 12)
                #expect(Set(seen.prefix(5)) == Set((7..<12).map { "p\($0)@example.org" }))
                #expect(
                    try scope.suppressions(SuppressionFilter(search: "P1"), limit: 9).map(\.key).sorted()
                        == ["p10@example.org", "p11@example.org", "p1@example.org"])
                #expect(
                    try scope.suppressions(SuppressionFilter(search: "p1", reason: .blocked), limit: 9).map(\.key)
                        == ["p1@example.org"])
                #expect(try scope.suppressions(SuppressionFilter(search: "p1%"), limit: 9).isEmpty)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what is taken off it stays in the history, with who and why`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let other = try CampaignFixture(tx, name: "Bob's shop")
                let scope = tx.account(fixture.account)
                _ = try scope.suppress(Self.addresses(0..<2, .unsubscribed))
                let key = "p1@example.org"
                #expect(
                    try tx.account(other.account).removeSuppression(
                        ofKey: key, because: "x", by: "bob", only: [.unsubscribed]) == false)
                #expect(try scope.removeSuppression(ofKey: key, because: "x", by: "ada", only: [.blocked]) == false)
                #expect(
                    try scope.removeSuppression(
                        ofKey: key, because: "She wrote to us.", by: "ada", only: [.unsubscribed]))
                #expect(
                    try scope.removeSuppression(ofKey: key, because: "x", by: "ada", only: [.unsubscribed]) == false)
                #expect(try scope.suppression(ofKey: key) == nil)
                let removal = try #require(try scope.suppressionRemovals(ofKey: key, limit: 5).first)
                #expect(
                    removal.email == "P1@example.org" && removal.removedBy == "ada" && removal.why == "She wrote to us."
                )
                #expect(removal.suppression.reason == .unsubscribed)
                #expect(try scope.suppressionRemovals(limit: 5).count == 1)
                #expect(try tx.account(other.account).suppressionRemovals(limit: 5).isEmpty)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what waits for an address is called off when it is put on the list`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 4)
                let campaign = try fixture.startedCampaign(tx)
                try fixture.put(1, of: campaign, into: .delivered, tx)
                let scope = tx.account(fixture.account)
                _ = try scope.suppress(
                    (0..<3).map {
                        NewSuppression(
                            key: "person\($0)@example.org", email: "person\($0)@example.org",
                            reason: $0 == 1 ? .bounced : .blocked)
                    })
                #expect(try fixture.counted(campaign, tx) == [.delivered: 1, .cancelled: 2, .ready: 1])
                #expect(try fixture.tallied(campaign, tx) == [.delivered: 1, .cancelled: 2, .ready: 1])
                let reasons = try tx.rows(
                    "SELECT reason FROM message WHERE campaign_id = \(campaign) AND state = 'cancelled' ORDER BY id"
                ) { try $0.string(0) }
                #expect(reasons == ["bounced", "blocked"])
            }
        }
    }
}
