internal import Campaigns
internal import Persistence

/// One transaction on one connection.
struct PostgresTransaction: Transaction {
    let connection: PostgresConnection
    let dialect = Dialect.postgres

    /// The server's `transaction_timestamp()`.
    var now: Instant { get throws { try connection.time } }
    var nowInSQL: SQL { PostgresConnection.microseconds }

    @discardableResult
    func run(_ sql: SQL) throws -> Int { try connection.execute(sql).changes }

    func runLater(_ sql: SQL) throws { try connection.executeLater(sql) }

    func forEach(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        let answer = try connection.execute(sql)
        for number in 0..<answer.rows { try body(PostgresRow(answer: answer, number: number)) }
    }

    func forEach(inOneTrip statements: [SQL], _ body: (Int, any Row) throws -> Void) throws {
        for (statement, answer) in try connection.execute(all: statements).enumerated() {
            for number in 0..<answer.rows { try body(statement, PostgresRow(answer: answer, number: number)) }
        }
    }

    func insert(into table: StaticString, columns: [StaticString], rows: some Sequence<[SQLValue]>) throws {
        try connection.insert(into: table.description, columns: columns.map(\.description), rows: rows)
    }

    func insert(into table: StaticString, columns: [StaticString], packed rows: PackedRows) throws {
        guard rows.count > PostgresConnection.fewRows else {
            return try insert(into: table, columns: columns, rows: rows.rows)
        }
        try connection.copy(rows, into: table.description, columns: columns.map(\.description))
    }
}
