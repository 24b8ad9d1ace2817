import Campaigns
import Foundation
import Mail
import Persistence
import TestSupport
import Testing

@Suite struct `Lists of recipients` {
    static let orders = RecipientOrder.Key.allCases.flatMap {
        [RecipientOrder($0), RecipientOrder($0, isDescending: true)]
    }

    static let filters = [AudienceFilter(), AudienceFilter(search: "even")]

    @Test(arguments: orders.flatMap { order in filters.map { (order, $0) } }, TestDatabase.allCases)
    func `walking forwards and back shows everybody once, in order`(
        _ list: (order: RecipientOrder, filter: AudienceFilter), _ kind: TestDatabase
    ) async throws {
        let (order, filter) = list
        try await withDatabase(kind) { database in
            let seeded = try await SeededAccount(database)
            let strangers = try await SeededAccount(database, name: "Other")
            try await add(95, to: strangers.account, in: database)
            try await add(95, to: seeded.account, in: database)
            let account = seeded.account
            let (forwards, backwards) = try await database.read { tx in
                let scope = tx.account(account)
                var forwards: [[RecipientRecord]] = []
                var page = try scope.recipientPage(filter, order: order, limit: 10)
                #expect(page.previous == nil)
                forwards.append(page.rows)
                while let next = page.next {
                    page = try scope.recipientPage(filter, order: order, at: next, limit: 10)
                    forwards.append(page.rows)
                }
                var backwards = [page.rows]
                while let previous = page.previous {
                    page = try scope.recipientPage(filter, order: order, at: previous, limit: 10)
                    backwards.insert(page.rows, at: 0)
                }
                return (forwards.flatMap { $0 }, backwards)
            }
            let expected = filter.isEmpty ? 95 : 47
            #expect(forwards.count == expected)
            #expect(Set(forwards.map(\.id)).count == expected)
            #expect(sorted(forwards, by: order).map(\.id) == forwards.map(\.id))
            // The first page is a whole one, so the last step back may show rows again: never too few, none left out.
            #expect(backwards.allSatisfy { $0.count == 10 || $0 == backwards.last })
            #expect(Set(backwards.joined().map(\.id)) == Set(forwards.map(\.id)))
            #expect(backwards.first?.map(\.id) == forwards.prefix(10).map(\.id))
        }
    }

    private func sorted(_ rows: [RecipientRecord], by order: RecipientOrder) -> [RecipientRecord] {
        let sorted = rows.sorted { one, other in
            let keys =
                switch order.key {
                case .added: ("", "")
                case .email: (one.fields.email, other.fields.email)
                case .name: (one.fields.nameKey, other.fields.nameKey)
                case .company: (one.fields.companyKey, other.fields.companyKey)
                }
            return keys.0 == keys.1 ? one.id < other.id : keys.0.utf8.lexicographicallyPrecedes(keys.1.utf8)
        }
        return order.isDescending ? sorted.reversed() : sorted
    }

    @Test(arguments: TestDatabase.allCases)
    func `a name is sorted by its letters, whatever their case and accents, and no name comes last`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            let names = try await database.write { tx in
                let scope = tx.account(account)
                for (number, name) in ["", "Zoë", "Özdemir", "adam", "Oz"].enumerated() {
                    _ = try scope.addRecipient(
                        RecipientFields(email: "p\(number)@example.org", lastName: name), key: "p\(number)@example.org")
                }
                return try scope.recipientPage(order: RecipientOrder(.name), limit: 10).rows.map(\.fields.lastName)
            }
            #expect(names == ["adam", "Oz", "Özdemir", "Zoë", ""])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `the place of a row that is gone is the start, except for newness`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            try await add(30, to: account, in: database)
            try await database.write { tx in
                let scope = tx.account(account)
                let page = try scope.recipientPage(order: RecipientOrder(.email), limit: 10)
                let anchor = page.rows[9].id
                _ = try scope.deleteRecipient(anchor)
                let byEmail = try scope.recipientPage(order: RecipientOrder(.email), at: .after(anchor), limit: 10)
                #expect(byEmail.rows.first == page.rows.first)
                let newest = try scope.recipientPage(at: .after(anchor), limit: 10)
                #expect(newest.rows.allSatisfy { $0.id < anchor })
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `another account's row is no place`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let mine = try await SeededAccount(database).account
            let theirs = try await SeededAccount(database, name: "Other").account
            try await add(5, to: mine, in: database)
            try await add(5, to: theirs, in: database)
            try await database.read { tx in
                let foreign = try #require(try tx.account(theirs).newestRecipient())
                for order in Self.orders {
                    let page = try tx.account(mine).recipientPage(order: order, at: .after(foreign), limit: 10)
                    #expect(page.rows.allSatisfy { $0.id < foreign })
                }
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `few matches are counted exactly, many up to a bound`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            try await add(1_050, to: account, in: database)
            try await database.read { tx in
                let scope = tx.account(account)
                #expect(try scope.recipientPage(limit: 1).matching == .exactly(1_050))
                #expect(
                    try scope.recipientPage(AudienceFilter(search: "example"), limit: 1).matching == .moreThan(1_000))
                let odd = try scope.recipientPage(AudienceFilter(texts: [.city: "ODD"]), limit: 1)
                #expect(odd.matching == .exactly(525))
                // Many matches, sorted by something else than newness, walk the index.
                let byName = try scope.recipientPage(
                    AudienceFilter(search: "example"), order: RecipientOrder(.name), limit: 3)
                #expect(byName.rows.count == 3)
                #expect(byName.next != nil)
            }
        }
    }

    /// Texts that stand in few blocks, and in all of them; more than are counted, and more than are looked through for it.
    @Test(arguments: [("Cluster", 1_000...1_000), ("Rare", 200...549)], TestDatabase.allCases)
    func `pages of many matches hold all of them once, in both directions, however far they were counted`(
        _ list: (city: String, counted: ClosedRange<Int>), _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            try await database.write { tx in
                let people = (0..<11_000).map { number in
                    let email = "person\(number)@example.org"
                    let city = number % 20 == 7 ? "Rare" : number / 64 % 3 == 0 && number % 2 == 0 ? "Cluster" : "Other"
                    return (key: email, fields: RecipientFields(email: email, city: city))
                }
                try tx.account(account).insertRecipients(people, createdAt: try tx.now)
            }
            try await database.read { tx in
                let scope = tx.account(account)
                let filter = AudienceFilter(texts: [.city: list.city])
                let expected = try tx.rows(
                    "SELECT id FROM recipient WHERE account_id = \(account) AND city = \(list.city) ORDER BY id"
                ) { try $0.id(0, as: Recipient.ID.self) }
                for order in [RecipientOrder.newest, RecipientOrder(.added)] {
                    var page = try scope.recipientPage(filter, order: order, limit: 100)
                    switch page.matching {
                    case .exactly(let count): #expect(count == expected.count && kind == .sqlite)
                    case .moreThan(let count): #expect(list.counted.contains(count), "more than \(count)")
                    }
                    var found = page.rows.map(\.id)
                    while let next = page.next {
                        page = try scope.recipientPage(filter, order: order, at: next, limit: 100)
                        found += page.rows.map(\.id)
                    }
                    #expect(found == (order == .newest ? expected.reversed() : expected))
                    var first = found.count - page.rows.count
                    while let previous = page.previous {
                        page = try scope.recipientPage(filter, order: order, at: previous, limit: 100)
                        first = max(first - 100, 0)
                        #expect(page.rows.map(\.id) == Array(found[first..<(first + 100)]))
                    }
                    #expect(first == 0)
                }
            }
        }
    }

    @Test(arguments: ["", "-", "id", "-newest", "--email", "email ", "Email"])
    func `an order that is none is refused`(_ text: String) {
        #expect(RecipientOrder(rawValue: text) == nil)
    }

    @Test(arguments: orders) func `an order goes into an address and back`(_ order: RecipientOrder) {
        #expect(RecipientOrder(rawValue: order.rawValue) == order)
    }

    /// `person0@example.org` …: names and companies repeat, cities are odd and even in turn.
    private func add(_ count: Int, to account: Account.ID, in database: any Database) async throws {
        try await database.write { tx in
            let recipients = (0..<count).map { number in
                let email = "person\(number * 7919 % 100_003)@example.org"
                let fields = RecipientFields(
                    email: email, firstName: "First\(number % 3)", lastName: number % 5 == 0 ? "" : "Last\(number % 7)",
                    company: number % 4 == 0 ? "" : "Company \(number % 11)", city: number % 2 == 1 ? "Even" : "Odd")
                return (key: email, fields: fields)
            }
            try tx.account(account).insertRecipients(recipients, createdAt: try tx.now)
        }
    }
}

/// A million rows take half a minute to make, so this runs only where it is asked for: MARTLET_TEST_AT_SIZE=1.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_TEST_AT_SIZE"] != nil))
struct `Lists of a million recipients` {
    @Test(arguments: TestDatabase.allCases)
    func `a page takes no longer than a moment anywhere`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let account = try await SeededAccount(database).account
            try await database.write { try makeMillion($0, account) }
            for order in `Lists of recipients`.orders where RecipientOrder.isOffered(order.key, among: 1_000_000) {
                let page = try await time("first page by \(order.rawValue)", within: .milliseconds(50)) {
                    try await database.read { try $0.account(account).recipientPage(order: order, limit: 50) }
                }
                let middle = page.rows[0].id.rawValue > 500_000 ? Recipient.ID(rawValue: 400_000) : page.rows[0].id
                _ = try await time("page deep inside by \(order.rawValue)", within: .milliseconds(50)) {
                    try await database.read {
                        try $0.account(account).recipientPage(order: order, at: .after(middle), limit: 50)
                    }
                }
            }
            // A text that few have makes the database read all of them.
            for (text, limit) in [("last777", 500), ("company", 50), ("p999999", 500), ("nobody has this", 500)] {
                for order in [RecipientOrder.newest, RecipientOrder(.name)] {
                    _ = try await time("search \(text) by \(order.rawValue)", within: .milliseconds(limit)) {
                        try await database.read {
                            try $0.account(account).recipientPage(AudienceFilter(search: text), order: order, limit: 50)
                        }
                    }
                }
            }
        }
    }

    /// The median of five.
    private func time<Value: Sendable>(
        _ what: String, within limit: Duration, _ body: () async throws -> Value
    ) async throws -> Value {
        var times: [Duration] = []
        var value = try await body()
        for _ in 0..<5 {
            let start = ContinuousClock.now
            value = try await body()
            times.append(ContinuousClock.now - start)
        }
        let median = times.sorted()[2]
        print("\(what): \(median)")
        #expect(median <= limit, "\(what)")
        return value
    }

    private func makeMillion(_ tx: any Transaction, _ account: Account.ID) throws {
        try tx.run(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000),
                v AS (SELECT 'p' || (i * 7919 % 1000003) || '@example.org' AS email, 'First' || (i * 7919 % 5003) AS first_name,
                    'Last' || (i * 104729 % 40009) AS last_name, 'Company ' || (i * 31 % 20011) || ' Ltd' AS company FROM n)
            INSERT INTO recipient (account_id, email, email_key, first_name, last_name, company, search, name_key,
                company_key, created_at, updated_at)
            SELECT \(account), email, email, first_name, last_name, company, email || char(10) || lower(first_name) || char(10)
                || lower(last_name) || char(10) || lower(company) || char(10) || char(10) || char(10) || char(10) || char(10),
                lower(last_name) || ' ' || lower(first_name), lower(company), 0, 0 FROM v
            """)
        try tx.run(
            """
            UPDATE account SET recipients = recipients + 1000000, unindexed_to = (SELECT MAX(id) FROM recipient)
            WHERE id = \(account)
            """)
    }
}
