import Campaigns
import Persistence

/// Notes how SQLite finds what each statement reads.
struct ExplainedTransaction: Transaction {
    final class Plans {
        var steps: [String] = []
    }

    let base: any Transaction
    let plans = Plans()

    init(_ base: any Transaction) { self.base = base }

    var dialect: Dialect { base.dialect }
    var now: Instant { get throws { try base.now } }

    func run(_ sql: SQL) throws -> Int { try base.run(sql) }

    func forEach(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        try base.forEach("EXPLAIN QUERY PLAN " + sql) { plans.steps.append(try $0.string(3)) }
        try base.forEach(sql, body)
    }

    func insert(into table: StaticString, columns: [StaticString], rows: some Sequence<[SQLValue]>) throws {
        try base.insert(into: table, columns: columns, rows: rows)
    }
}
