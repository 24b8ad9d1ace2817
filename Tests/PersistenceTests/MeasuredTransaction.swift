import Campaigns
import Persistence

/// Notes how much the largest value is that goes to the database.
struct MeasuredTransaction: Transaction {
    final class Measure {
        var largest = 0
    }

    let base: any Transaction
    let measure = Measure()

    init(_ base: any Transaction) { self.base = base }

    var dialect: Dialect { base.dialect }
    var now: Instant { get throws { try base.now } }

    func run(_ sql: SQL) throws -> Int {
        note(sql)
        return try base.run(sql)
    }

    func forEach(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        note(sql)
        try base.forEach(sql, body)
    }

    func insert(into table: StaticString, columns: [StaticString], rows: some Sequence<[SQLValue]>) throws {
        try base.insert(into: table, columns: columns, rows: rows)
    }

    private func note(_ sql: SQL) {
        for case .binding(.text(let text)) in sql.segments { measure.largest = max(measure.largest, text.utf8.count) }
    }
}
