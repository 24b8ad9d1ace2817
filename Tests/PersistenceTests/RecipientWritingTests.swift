import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Writing recipients` {
    let bob = RecipientFields(email: "Bob@Example.org", firstName: "Bob", company: "Büro")

    @Test(arguments: TestDatabase.allCases)
    func `an address is there once in an account, and names who has it`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let mine = try await SeededAccount(database).account
            let theirs = try await SeededAccount(database, name: "Other").account
            try await database.write { tx in
                guard case .written(let id) = try tx.account(mine).addRecipient(bob, key: "bob@example.org") else {
                    Issue.record("not added")
                    return
                }
                #expect(try tx.account(mine).addRecipient(bob, key: "bob@example.org") == .taken(by: id))
                let eve = try tx.account(mine).addRecipient(
                    RecipientFields(email: "eve@example.org"), key: "eve@example.org")
                guard case .written(let other) = eve else { return }
                #expect(try tx.account(mine).updateRecipient(other, bob, key: "bob@example.org") == .taken(by: id))
                #expect(try tx.account(mine).updateRecipient(id, bob, key: "bob@example.org") == .written(id))
                // The other account may have the same address, and cannot reach this one.
                guard case .written = try tx.account(theirs).addRecipient(bob, key: "bob@example.org") else {
                    Issue.record("accounts share addresses")
                    return
                }
                #expect(try tx.account(theirs).recipient(id) == nil)
                #expect(try tx.account(theirs).deleteRecipient(id) == false)
                #expect(try tx.account(theirs).updateRecipient(id, bob, key: "x@example.org") == .gone)
                #expect(try tx.account(mine).recipient(id)?.fields == bob)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `the account knows how many recipients it has, however they come and go`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let seeded = try await SeededAccount(database)
            let account = seeded.account
            try await seeded.addRecipients(25)
            try await database.write { tx in
                let scope = tx.account(account)
                _ = try scope.addRecipient(bob, key: "bob@example.org")
                #expect(try scope.recipientCount() == 26)
                let last = try #require(try scope.newestRecipient())
                #expect(try scope.deleteRecipient(last))
                #expect(try scope.deleteRecipients(AudienceFilter(search: "person1"), upTo: last, limit: 5) == 5)
                #expect(try scope.recipientCount() == 20)
                let rows = try tx.count("SELECT COUNT(*) FROM recipient WHERE account_id = \(account)")
                #expect(rows == 20)
            }
            struct Stop: Error {}
            await #expect(throws: Stop.self) {
                try await database.write { tx in
                    _ = try tx.account(account).addRecipient(bob, key: "bob@example.org")
                    throw Stop()
                }
            }
            let count = try await database.read { try $0.account(account).recipientCount() }
            #expect(count == 20)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `who is added after the question was asked is not deleted`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let seeded = try await SeededAccount(database)
            let account = seeded.account
            try await seeded.addRecipients(7)
            try await database.write { tx in
                let scope = tx.account(account)
                let last = try #require(try scope.newestRecipient())
                _ = try scope.addRecipient(bob, key: "bob@example.org")
                #expect(try scope.deleteRecipients(AudienceFilter(), upTo: last, limit: 100) == 7)
                #expect(try scope.recipientPage(limit: 10).rows.map(\.fields) == [bob])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `nobody who unsubscribed comes back by being deleted and added again`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            try await database.write { tx in
                let scope = tx.account(account)
                _ = try scope.addRecipient(bob, key: "bob@example.org")
                #expect(try scope.suppress(key: "bob@example.org", email: bob.email, reason: .unsubscribed))
                let first = try #require(try scope.newestRecipient())
                _ = try scope.deleteRecipient(first)
                guard case .written(let again) = try scope.addRecipient(bob, key: "bob@example.org") else { return }
                #expect(try scope.recipient(again)?.suppression?.reason == .unsubscribed)
                #expect(again > first)
                // What the person decided cannot be taken back by the account, nor written over.
                #expect(try scope.allowAgain(key: "bob@example.org", by: "ada") == false)
                #expect(try scope.suppress(key: "bob@example.org", email: bob.email, reason: .blocked) == false)
                #expect(try scope.suppression(ofKey: "bob@example.org")?.reason == .unsubscribed)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what somebody of the account blocked, the account may allow again`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            let other = try await SeededAccount(database, name: "Other").account
            try await database.write { tx in
                _ = try tx.account(account).suppress(key: "bob@example.org", email: bob.email, reason: .blocked)
                #expect(try tx.account(other).suppression(ofKey: "bob@example.org") == nil)
                #expect(try tx.account(other).allowAgain(key: "bob@example.org", by: "ada") == false)
                #expect(try tx.account(account).suppressionCount() == 1)
                #expect(try tx.account(account).allowAgain(key: "bob@example.org", by: "ada"))
                #expect(try tx.account(account).suppression(ofKey: "bob@example.org") == nil)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a recipient's mails stay when it is deleted, and are its own only`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let seeded = try await SeededAccount(database)
            let account = seeded.account
            try await seeded.addRecipients(2)
            let campaign = try await seeded.startCampaign()
            try await database.write { tx in
                try tx.run("UPDATE campaign SET state = 'planning', plan_end = 1000 WHERE id = \(campaign)")
                _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 100)
                let scope = tx.account(account)
                let recipient = try #require(try scope.newestRecipient())
                let mails = try scope.mails(of: recipient, limit: 10)
                #expect(mails.map(\.email) == ["person2@example.org"])
                #expect(mails.first?.state == .ready)
                _ = try scope.deleteRecipient(recipient)
                #expect(try scope.tally(campaign).total == 2)
                #expect(try tx.account(Account.ID(rawValue: 999)).mails(of: recipient, limit: 10).isEmpty)
            }
        }
    }
}
