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

    @Test(arguments: TestDatabase.allCases)
    func `an address that is refused as unknown is suppressed by the commit that writes the refusal`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx, recipients: 4)
                let first = try fixture.startedCampaign(tx)
                let second = try fixture.startedCampaign(tx)
                let other = try CampaignFixture(tx, name: "Bob's shop", recipients: 4)
                let others = try other.startedCampaign(tx)
                let epoch = try tx.beginEpoch(node: "test")
                var batch = LedgerBatch()
                batch.claims = [Claim(sender: fixture.sender, limit: 2)]
                let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
                #expect(Set(claimed.map(\.campaignID)) == [first, second])
                let mine = try #require(claimed.first { $0.campaignID == first })
                var outcome = Outcome(
                    message: mine, result: .failed, reachedTheDot: false, code: 550,
                    reply: "550 5.1.1 No\u{7} such user",
                    step: "RCPT")
                var ending = LedgerBatch()
                ending.outcomes = [outcome]
                // A refusal that says nothing about the address.
                _ = try tx.apply(ending, epoch: epoch)
                let scope = tx.account(fixture.account)
                #expect(try scope.suppressionCount() == 0)
                // Written already, so that this one is late and counts no more.
                outcome.saysAddressIsUnknown = true
                ending.outcomes = [outcome]
                _ = try tx.apply(ending, epoch: epoch)
                #expect(try scope.suppressionCount() == 0)

                batch.claims = [Claim(sender: fixture.sender, limit: 6)]
                let rest = try tx.apply(batch, epoch: epoch).claimed[0]
                let gone = try #require(rest.first { $0.campaignID == first && $0.email == "person2@example.org" })
                var release = LedgerBatch()
                release.outcomes = rest.filter { $0.id != gone.id }.map {
                    Outcome(message: $0, result: .released, reachedTheDot: false, reply: "", step: "")
                }
                outcome.message = gone
                release.outcomes.append(outcome)
                _ = try tx.apply(release, epoch: epoch)
                let known = try #require(try scope.suppressedAddress(ofKey: "person2@example.org"))
                #expect(known.suppression.reason == .nonexistent && known.suppression.note == "550 5.1.1 No such user")
                #expect(known.campaign == first && known.campaignName == "November")
                #expect(try scope.suppressionCount() == 1)
                // What the other campaign had for it is called off; another account's is not.
                #expect(try fixture.counted(second, tx)[.cancelled] == 1)
                #expect(try fixture.counted(second, tx) == fixture.tallied(second, tx))
                #expect(try fixture.counted(first, tx) == fixture.tallied(first, tx))
                #expect(try other.counted(others, tx) == [.ready: 4])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what a server said by mistake is taken back together, by reason, campaign and time`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let (fixture, campaign) = try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let campaign = try fixture.startedCampaign(tx)
                let scope = tx.account(fixture.account)
                _ = try scope.suppress(Self.addresses(0..<3, .nonexistent))
                _ = try scope.suppress(Self.addresses(3..<5, .unsubscribed))
                // Some while ago, however fast the test is.
                try tx.run("UPDATE suppression SET created_at = created_at - 1000000")
                return (fixture, campaign)
            }
            let between = try await database.write { tx in
                let now = try tx.now
                try tx.account(fixture.account).suppress(key: "x@example.org", email: "x@example.org", reason: .blocked)
                return now
            }
            try await database.write { tx in
                let scope = tx.account(fixture.account)
                _ = try scope.suppress(
                    Self.addresses(5..<10, .nonexistent).map {
                        var address = $0
                        address.campaign = campaign
                        return address
                    })
                let stranger = try CampaignFixture(tx, name: "Bob's shop")
                _ = try tx.account(stranger.account).suppress(Self.addresses(0..<2, .nonexistent))
                let late = SuppressionFilter(reason: .nonexistent, since: between)
                #expect(try scope.suppressionCount(late) == 5)
                #expect(try scope.suppressionCount(SuppressionFilter(campaign: campaign)) == 5)
                #expect(try scope.suppressionCount(SuppressionFilter(before: between)) == 5)
                func remove(_ filter: SuppressionFilter, _ limit: Int) throws -> String {
                    let removed = try scope.removeSuppressions(filter, because: "Their fault.", by: "ada", limit: limit)
                    return "\(removed.count) \(removed.hasMore)"
                }
                #expect(try remove(late, 3) == "3 true")
                #expect(try remove(late, 3) == "2 false")
                #expect(try remove(late, 3) == "0 false")
                let history = try scope.suppressionRemovals(limit: 50)
                #expect(history.count == 5 && history.allSatisfy { $0.why == "Their fault." && $0.removedBy == "ada" })
                #expect(history.allSatisfy { $0.suppression.reason == .nonexistent && $0.suppression.since >= between })
                // What persons decided stays.
                #expect(try remove(SuppressionFilter(search: "p"), 99) == "4 false")
                #expect(try scope.suppressionCounts() == [.unsubscribed: 2])
                #expect(try tx.account(stranger.account).suppressionCount() == 2)
            }
        }
    }
}
