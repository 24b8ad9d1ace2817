import Campaigns
import NIOConcurrencyHelpers
import Persistence
import PersistencePostgres
import TestSupport
import Testing

/// Runs `body` on a new PostgreSQL database, with its address for further connections.
func withPostgres<Value>(
    connections: Int = 8, preparesStatements: Bool = true, _ body: (PostgresDatabase, String) async throws -> Value
) async throws -> Value {
    let address = try await TestPostgres.shared.newDatabase()
    let database = try await PostgresDatabase(
        PostgresSettings(address: address, connections: connections, preparesStatements: preparesStatements),
        logger: .silent)
    do {
        let value = try await body(database, address)
        try await database.close()
        try await TestPostgres.shared.drop(address)
        return value
    } catch {
        try? await database.close()
        try? await TestPostgres.shared.drop(address)
        throw error
    }
}

@Suite struct `A node that is stopped in the middle of a write` {
    @Test(arguments: [true, false])
    func `keeps its rows from the others for ten seconds at most`(_ isPrepared: Bool) async throws {
        try await withPostgres(preparesStatements: isPrepared) { database, _ in
            let name = "SELECT current_setting('idle_in_transaction_session_timeout')" as SQL
            let written = try await database.write { tx in try tx.one(name) { try $0.string(0) } }
            #expect(written == "10s")
            let read = try await database.read { tx in try tx.one(name) { try $0.string(0) } }
            #expect(read == "0", "an export may take its time")
        }
    }
}

@Suite struct `Values in PostgreSQL` {
    static let values: [SQLValue] = [
        .integer(0), .integer(.max), .integer(.min), .real(-0.1), .real(.infinity), .text(""), .text("Zoë 🐦 'x' \\n"),
        .blob([]), .blob([0, 255, 10]), .null,
    ]

    @Test(arguments: values, [true, false]) func `what is bound comes back`(_ value: SQLValue, _ isPrepared: Bool)
        async throws
    {
        try await withPostgres(preparesStatements: isPrepared) { database, _ in
            let back = try await database.read { tx in
                try tx.one("SELECT \(value)") { row -> SQLValue in
                    switch value {
                    case .null: row.isNull(0) ? .null : .integer(1)
                    case .integer: .integer(try row.int64(0))
                    case .real: .real(try row.double(0))
                    case .text: .text(try row.string(0))
                    case .blob: .blob(try row.bytes(0))
                    }
                }
            }
            #expect(back == value)
        }
    }

    @Test func `sums, counts, conditions and small numbers are read as numbers`() async throws {
        try await withPostgres { database, _ in
            let numbers = try await database.read { tx in
                try tx.one(
                    """
                    SELECT SUM(n), -SUM(n), SUM(n) * 100000000, COUNT(*), 1, 1 = 1, 1 = 0, SUM(n) - SUM(n)
                    FROM (SELECT \(123_456_789) + 1 AS n UNION ALL SELECT 10000) x
                    """
                ) { row in try (0...7).map { try row.int64($0) } }
            }
            #expect(numbers == [123_466_790, -123_466_790, 12_346_679_000_000_000, 2, 1, 1, 0, 0])
        }
    }

    @Test func `a column that holds something else is refused`() async throws {
        try await withPostgres { database, _ in
            await #expect(throws: DatabaseFault.unexpectedValue(column: 0)) {
                try await database.read { tx in try tx.one("SELECT 'x'") { try $0.int64(0) } }
            }
            await #expect(throws: DatabaseFault.unexpectedValue(column: 0)) {
                try await database.read { tx in try tx.one("SELECT 1.5") { try $0.int64(0) } }
            }
            await #expect(throws: DatabaseFault.unexpectedValue(column: 0)) {
                try await database.read { tx in try tx.one("SELECT NULL") { try $0.string(0) } }
            }
        }
    }

    @Test func `of very many different statements the server keeps some hundred, whichever way they are sent`()
        async throws
    {
        try await withPostgres { database, _ in
            let kept = try await database.write { tx in
                for number in 1...450 {
                    let sum = Array(repeating: "1" as SQL, count: number).joined(separator: " + ")
                    if number.isMultiple(of: 3) { try tx.runLater("SELECT \(sum)") }
                    let value = try tx.one("SELECT 0 + \(sum)") { try $0.int(0) }
                    #expect(value == number)
                }
                return try tx.count("SELECT COUNT(*) FROM pg_prepared_statements")
            }
            #expect(kept <= 400 && kept > 300)
        }
    }

    @Test func `a NUL, which PostgreSQL cannot store, becomes a replacement character`() async throws {
        try await withPostgres { database, _ in
            let back = try await database.read { tx in try tx.one("SELECT \("a\0b")") { try $0.string(0) } }
            #expect(back == "a\u{FFFD}b")
        }
    }

    @Test func `lists of columns that begin alike are told apart`() async throws {
        try await withPostgres { database, _ in
            let rows = try await database.write { tx in
                try tx.run(
                    """
                    CREATE TABLE thing (a_column_of_a_rather_long_name_1 BIGINT, a_column_of_a_rather_long_name_2 BIGINT,
                        b BIGINT, c BIGINT)
                    """)
                // The server knows a prepared statement by the first 63 octets of its name.
                try tx.insert(
                    into: "thing",
                    columns: ["a_column_of_a_rather_long_name_1", "a_column_of_a_rather_long_name_2", "b"],
                    rows: [[.integer(1), .integer(2), .integer(3)]])
                try tx.insert(
                    into: "thing",
                    columns: ["a_column_of_a_rather_long_name_1", "a_column_of_a_rather_long_name_2", "c"],
                    rows: [[.integer(4), .integer(5), .integer(6)]])
                return try tx.rows("SELECT COALESCE(b, 0), COALESCE(c, 0) FROM thing ORDER BY 1") {
                    [try $0.int(0), try $0.int(1)]
                }
            }
            #expect(rows == [[0, 6], [3, 0]])
        }
    }

    @Test(arguments: [0, 1, 500, 501, 20_000]) func `many rows are inserted at once`(_ count: Int) async throws {
        try await withPostgres { database, _ in
            let (rows, sum) = try await database.write { tx in
                try tx.run("CREATE TABLE thing (a BIGINT, b TEXT, c BYTEA, d DOUBLE PRECISION)")
                var things: [[SQLValue]] = []
                for number in 0..<count {
                    let name: SQLValue = number % 3 == 0 ? .null : .text("n\(number)")
                    things.append(
                        [.integer(Int64(number)), name, .blob([UInt8(number % 256)]), .real(Double(number) / 2)])
                }
                try tx.insert(into: "thing", columns: ["a", "b", "c", "d"], rows: things)
                let rows = try tx.count("SELECT COUNT(*) FROM thing")
                let sum = try tx.count("SELECT COALESCE(SUM(a), 0) FROM thing")
                return (rows, sum)
            }
            #expect(rows == count)
            #expect(sum == count * (count - 1) / 2)
            guard count > 499 else { return }
            try await database.read { tx in
                let row = try tx.one("SELECT b, c, d FROM thing WHERE a = 499") {
                    (text: try $0.string(0), bytes: try $0.bytes(1), number: try $0.double(2))
                }
                #expect(row.text == "n499" && row.bytes == [243] && row.number == 249.5)
                #expect(try tx.count("SELECT COUNT(*) FROM thing WHERE b IS NULL") == (count + 2) / 3)
            }
        }
    }

    @Test func `far more statements than are kept prepared can be used, each again`() async throws {
        try await withPostgres { database, _ in
            let isRight = try await database.read { tx in
                var isRight = true
                for count in 1...450 {
                    let numbers = (1...count).map { "\($0)" as SQL }.joined(separator: " + ")
                    for _ in 1...2 {
                        let sum = try tx.count("SELECT \(numbers)")
                        isRight = isRight && sum == count * (count + 1) / 2
                    }
                }
                return try tx.count("SELECT \(1)") == 1 && isRight
            }
            #expect(isRight)
        }
    }

    @Test func `the time is the server's and stands still during a transaction`() async throws {
        try await withPostgres { database, address in
            let (first, second) = try await database.read { tx in
                let first = try tx.now
                _ = try tx.first("SELECT pg_sleep(0.01)") { _ in true }
                return (first, try tx.now)
            }
            #expect(first == second)
            let server = try await TestPostgres.answer(to: "SELECT EXTRACT(EPOCH FROM now())::bigint", at: address)
            let seconds = try #require(server.flatMap { Int64($0) })
            #expect(abs(first.rawValue / 1_000_000 - seconds) < 60)
        }
    }
}

@Suite struct `A PostgreSQL server that cannot be used` {
    enum Example: String, CaseIterable {
        case nobodyListens, noSuchHost, wrongPassword, noSuchUser, noSuchDatabase, noTLS

        /// - Parameter address: of a database that is there.
        func change(_ address: String) -> String {
            switch self {
            case .nobodyListens: "postgres://martlet:sekrit@127.0.0.1:1/x"
            case .noSuchHost: "postgres://martlet:sekrit@nowhere.invalid/x"
            case .wrongPassword: address.replacing("martlet:martlet@", with: "martlet:sekrit@")
            case .noSuchUser: address.replacing("martlet:martlet@", with: "stranger:sekrit@")
            case .noSuchDatabase: address + "_gone"
            case .noTLS: address + "?sslmode=require"
            }
        }

        func isRight(_ fault: DatabaseServerFault) -> Bool {
            switch (self, fault) {
            case (.nobodyListens, .away), (.noSuchHost, .away), (.wrongPassword, .loginRefused),
                (.noSuchUser, .loginRefused), (.noSuchDatabase, .noDatabase), (.noTLS, .encryption):
                true
            default: false
            }
        }
    }

    @Test(arguments: Example.allCases) func `it is told with what to do, and without the password`(_ example: Example)
        async throws
    {
        let address = try await TestPostgres.shared.emptyDatabase()
        let fault = await #expect(throws: DatabaseFault.self) {
            _ = try await PostgresDatabase(PostgresSettings(address: example.change(address)), logger: .silent)
        }
        guard case .server(let server)? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
        #expect(example.isRight(server), "\(server)")
        #expect(!server.userMessage.contains("sekrit"))
        #expect(fault?.publicMessage.contains("127.0.0.1") == false)
        try await TestPostgres.shared.drop(address)
    }

    @Test func `a database of another encoding is refused`() async throws {
        let address = try await TestPostgres.shared.emptyDatabase("ENCODING 'LATIN1' TEMPLATE template0")
        await #expect(throws: DatabaseFault.server(.encoding("LATIN1"))) {
            _ = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        }
        try await TestPostgres.shared.drop(address)
    }

    @Test func `a user without a free connection is told so`() async throws {
        let address = try await TestPostgres.shared.emptyDatabase()
        try await TestPostgres.execute("CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 0", at: address)
        await #expect(throws: DatabaseFault.server(.tooManyConnections)) {
            _ = try await PostgresDatabase(
                PostgresSettings(address: address.replacing("martlet:martlet@", with: "crowded:x@")), logger: .silent)
        }
        try await TestPostgres.shared.drop(address)
    }

    @Test func `a user who may not make tables is told so`() async throws {
        let address = try await TestPostgres.shared.emptyDatabase()
        try await TestPostgres.execute("CREATE ROLE reader LOGIN PASSWORD 'x'", at: address)
        let database = try await PostgresDatabase(
            PostgresSettings(address: address.replacing("martlet:martlet@", with: "reader:x@")), logger: .silent)
        let fault = await #expect(throws: DatabaseFault.self) { try await database.migrate() }
        #expect(fault?.userMessage.contains("grant it CREATE") == true, "\(String(describing: fault))")
        try await database.close()
        try await TestPostgres.shared.drop(address)
    }
}

extension PostgresDatabase {
    /// Ends all other connections to the database that is asked, and says how many there were.
    static let killAll = """
        SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """
}

@Suite struct `Connections that break` {
    @Test func `those that were idle are replaced without anybody noticing`() async throws {
        try await withPostgres { database, address in
            for _ in 1...3 {
                let ended = try await TestPostgres.answer(to: PostgresDatabase.killAll, at: address)
                #expect(ended != "0")
                let answer = try await database.read { try $0.count("SELECT 7") }
                #expect(answer == 7)
            }
        }
    }

    @Test func `a transaction that broke before its commit is made again, once`() async throws {
        try await withPostgres { database, address in
            let other = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
            let (begun, begin) = AsyncStream.makeStream(of: Int64.self)
            let tries = NIOLockedValueBox(0)
            let killer = Task {
                for await process in begun.prefix(1) {
                    _ = try await other.read {
                        try $0.first("SELECT pg_terminate_backend(CAST(\(process) AS int))") { _ in true }
                    }
                }
            }
            try await database.write { tx in
                let process = try tx.one("SELECT pg_backend_pid()") { try $0.int64(0) }
                try tx.run("INSERT INTO account (name, created_at) VALUES ('once', 0)")
                // Is interrupted the first time.
                let isFirst = tries.withLockedValue {
                    $0 += 1; return $0 == 1
                }
                if isFirst { begin.yield(process) }
                try tx.run("SELECT pg_sleep(CASE WHEN \(isFirst) = 1 THEN 30 ELSE 0 END)")
            }
            try await killer.value
            let accounts = try await database.read { try $0.count("SELECT COUNT(*) FROM account") }
            #expect(accounts == 1)
            try await other.close()
        }
    }

    @Test func `an error that somebody passed over still rolls everything back`() async throws {
        try await withPostgres { database, _ in
            await #expect(throws: DatabaseFault.duplicate) {
                try await database.write { tx in
                    try tx.run("INSERT INTO setting (name, value) VALUES ('a', '1')")
                    _ = try? tx.run("INSERT INTO setting (name, value) VALUES ('a', '2')")
                }
            }
            let settings = try await database.read { try $0.count("SELECT COUNT(*) FROM setting WHERE name = 'a'") }
            #expect(settings == 0)
        }
    }

    @Test func `two transactions that wait for each other both succeed`() async throws {
        try await withPostgres { database, _ in
            try await database.write { tx in
                try tx.setSetting("a", to: "")
                try tx.setSetting("b", to: "")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (first, second) in [("a", "b"), ("b", "a")] {
                    group.addTask {
                        try await database.write { tx in
                            try tx.run("UPDATE setting SET value = value || \(first) WHERE name = \(first)")
                            try tx.run("SELECT pg_sleep(0.1)")
                            try tx.run("UPDATE setting SET value = value || \(first) WHERE name = \(second)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let values = try await database.read { tx in [try tx.setting("a"), try tx.setting("b")] }
            #expect(Set(values.compactMap { $0.map(Set.init) }) == [Set("ab")])
        }
    }
}
