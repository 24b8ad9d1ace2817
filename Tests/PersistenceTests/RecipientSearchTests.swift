import Campaigns
import Persistence
import PersistenceSQLite
import TestSupport
import TestValues
import Testing

@Suite struct `Searching among many recipients` {
    private static let words = [
        "ada", "Zoë", "Łódź", "GmbH", "quark", "xq", "100", "Καλά", "日本", "naïve", "o'neil", "a b", "ﬁ", "ß", "z",
    ]

    private func someone(_ number: Int, _ random: inout SeededGenerator) -> RecipientFields {
        // Rare words stand close to each other, as they do in a file that is sorted.
        let range = number % 700 < 40 ? Self.words.indices : 0..<4
        var word: String { Self.words[Int.random(in: range, using: &random)] }
        return RecipientFields(
            email: "p\(number)@x.test", firstName: word, lastName: "\(word)\(number % 97)", company: "\(word) \(word)",
            city: word)
    }

    /// Asks for pieces of what is there, and for what is not.
    private func expectTheSame(_ tx: any Transaction, _ account: Account.ID, _ people: [Recipient.ID: RecipientFields])
        throws
    {
        let scope = tx.account(account)
        var filters = (Self.words + ["p77", "7@x", "x.test\n", "adaada", "ada 1", "k", "q", "~", "@", "ssss", "p12@"])
            .map {
                AudienceFilter(search: $0)
            }
        filters += [
            AudienceFilter(texts: [.company: "quark", .city: "ada"]), AudienceFilter(texts: [.city: "xq"]),
            AudienceFilter(texts: [.lastName: "łódź1"], search: "p1"),
        ]
        for filter in filters {
            let expected = people.filter { filter.matches($0.key, $0.value) }.keys.sorted(by: >)
            let page = try scope.recipientPage(filter, limit: 50)
            #expect(page.rows.map(\.id) == Array(expected.prefix(50)), "\(filter)")
            #expect(page.matching == .exactly(expected.count) || expected.count > AccountScope.countedMatches)
            #expect(try scope.audienceSize(filter).matching == expected.count)
        }
    }

    @Test func `reads no more than the blocks that may hold the text, however PostgreSQL would like to find them`()
        async throws
    {
        try await withDatabase(.postgres) { database in
            let account = try await SeededAccount(database).account
            try await database.write { tx in
                let people = (0..<20_000).map {
                    RecipientFields(email: "p\($0)@x.test", city: $0 == 7000 ? "Łódź" : "Wien")
                }
                try tx.account(account).insertRecipients(
                    people.map { (key: $0.email, fields: $0) }, createdAt: try tx.now)
                try tx.run("ANALYZE recipient")
                let before = try recipientsRead(tx)
                let page = try tx.account(account).recipientPage(AudienceFilter(search: "łódź"), limit: 50)
                #expect(page.rows.map(\.fields.email) == ["p7000@x.test"])
                let read = try recipientsRead(tx) - before
                #expect(read < 1000, "\(read) rows of recipients were read")
            }
        }
    }

    @Test(arguments: [("Wien", 6_000), ("Wien|Company 7", 7_000)])
    func `of what many have no more is read on PostgreSQL than for a page and a look behind it`(
        _ search: (texts: String, rows: Int)
    ) async throws {
        try await withDatabase(.postgres) { database in
            let account = try await SeededAccount(database).account
            try await database.write { tx in
                // Every tenth in Wien; in a third of the blocks half of them are of the company.
                let people = (0..<20_000).map {
                    RecipientFields(
                        email: "p\($0)@x.test", company: $0 / 64 % 3 == 0 && $0 % 4 < 2 ? "Company 7" : "Company 8",
                        city: $0 % 10 == 0 ? "Wien" : "Graz")
                }
                try tx.account(account).insertRecipients(
                    people.map { (key: $0.email, fields: $0) }, createdAt: try tx.now)
                try tx.run("ANALYZE recipient")
                let texts = search.texts.split(separator: "|").map(String.init)
                var filter = AudienceFilter()
                filter[.city] = texts[0]
                if texts.count > 1 { filter[.company] = texts[1] }
                let before = try recipientsRead(tx)
                let page = try tx.account(account).recipientPage(filter, limit: 50)
                #expect(page.rows.count == 50)
                let read = try recipientsRead(tx) - before
                #expect(read < search.rows, "\(read) rows of recipients were read")
            }
        }
    }

    /// In this transaction.
    private func recipientsRead(_ tx: any Transaction) throws -> Int {
        try tx.count(
            """
            SELECT COALESCE(idx_tup_fetch, 0) + COALESCE(seq_tup_read, 0) FROM pg_stat_xact_user_tables
            WHERE relname = 'recipient'
            """)
    }

    @Test func `finds exactly those that contain the text, whoever was added, changed and deleted`() async throws {
        try await withDatabase { database in
            let mine = try await SeededAccount(database).account
            let theirs = try await SeededAccount(database, name: "Other").account
            try await database.write { tx in
                var random = SeededGenerator(seed: 5)
                let scope = tx.account(mine)
                var number = 0
                // In turn with another account, so that blocks hold rows of both.
                for _ in 0..<12 {
                    let some = (0..<300).map { _ in
                        number += 1
                        return someone(number, &random)
                    }
                    for account in [mine, theirs] {
                        try tx.account(account).insertRecipients(
                            some.map { (key: $0.email, fields: $0) }, createdAt: try tx.now)
                    }
                }
                var people: [Recipient.ID: RecipientFields] = [:]
                func look() throws {
                    let records = try scope.recipients(AudienceFilter(), after: nil, limit: .max)
                    people = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0.fields) })
                }
                try look()
                #expect(people.count == 3600)
                try expectTheSame(tx, mine, people)

                for id in people.keys.sorted().prefix(500) {
                    guard var fields = people[id] else { continue }
                    fields.city = "Xanadu \(id)"
                    _ = try scope.updateRecipient(id, fields, key: fields.email)
                }
                _ = try scope.deleteRecipients(
                    AudienceFilter(search: "zoe"), upTo: Recipient.ID(rawValue: 900), limit: 99)
                try look()
                try expectTheSame(tx, mine, people)
                #expect(try scope.recipientPage(AudienceFilter(search: "XANADU 4"), limit: 5).rows.isEmpty == false)
                // What only the other account has.
                try tx.account(theirs).insertRecipients(
                    [(key: "u@x.test", fields: RecipientFields(email: "u@x.test", city: "Unique"))],
                    createdAt: try tx.now)
                #expect(try scope.recipientPage(AudienceFilter(search: "unique"), limit: 5).rows.isEmpty)
                #expect(
                    try tx.account(theirs).recipientPage(AudienceFilter(search: "unique"), limit: 5).rows.count == 1)
            }
        }
    }

    @Test func `finds those from before the index, before and after they are taken into it`() async throws {
        try await withDatabase { database in
            let account = try await SeededAccount(database).account
            try await database.write { tx in
                var random = SeededGenerator(seed: 6)
                let scope = tx.account(account)
                let some = (0..<2000).map { someone($0, &random) }
                try scope.insertRecipients(
                    some.prefix(1500).map { (key: $0.email, fields: $0) }, createdAt: try tx.now)
                try tx.run("DELETE FROM recipient_gram")
                try tx.run("UPDATE account SET unindexed_to = (SELECT MAX(id) FROM recipient)")
                try scope.insertRecipients(
                    some.dropFirst(1500).map { (key: $0.email, fields: $0) }, createdAt: try tx.now)
                let records = try scope.recipients(AudienceFilter(), after: nil, limit: .max)
                let people = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0.fields) })
                try expectTheSame(tx, account, people)
                var looks = 0
                while try tx.hasUnindexedRecipients() {
                    try tx.indexOlderRecipients(limit: 400)
                    looks += 1
                    try expectTheSame(tx, account, people)
                }
                #expect(looks == 4)
            }
        }
    }
}
