internal import CLibPQ
internal import Dispatch
internal import Foundation
public import Persistence

/// The tables of a PostgreSQL database as one end of a copy.
public final class PostgresTables: TableStore, @unchecked Sendable {
    private static let pieceLength = 256 << 10

    private let queue = DispatchQueue(label: "postgres tables")
    private var handle: OpaquePointer?
    private var isAtEnd = true

    /// Connects and begins a transaction; one that only reads sees one moment.
    public init(_ settings: PostgresSettings, isWriting: Bool) async throws {
        try await run {
            self.handle = try PostgresConnection.connect(settings.address, application: "martlet copy")
            try self.query(
                isWriting ? "BEGIN ISOLATION LEVEL SERIALIZABLE" : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try self.query("SET LOCAL statement_timeout = 0; SET LOCAL bytea_output = 'hex'")
        }
    }

    deinit { if let handle { PQfinish(handle) } }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    @discardableResult
    private func query(_ text: String) throws -> PostgresAnswer {
        guard let answer = PQexec(handle, text) else { throw lost() }
        let result = PostgresAnswer(answer)
        guard result.isGood else { throw PostgresExport.fault(answer) }
        return result
    }

    private func lost() -> DatabaseFault { .server(.away(PostgresExport.words(handle))) }
    private static func quoted(_ name: String) -> String { PostgresExport.quoted(name) }
    private static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    public func shapes() async throws -> [TableShape] {
        try await run {
            let columns = try self.query(
                """
                SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relkind = 'r' AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped
                """)
            var shapes: [String: [TableShape.Column]] = [:]
            for row in 0..<columns.rows {
                let (table, column) = (columns.text(row: row, column: 0), columns.text(row: row, column: 1))
                let type = columns.text(row: row, column: 2)
                let kind: TableShape.Kind? =
                    switch type {
                    case "bigint", "integer", "smallint": .integer
                    case "text": .text
                    case "bytea": .blob
                    default: nil
                    }
                guard let kind else { throw DatabaseFault.other("column \(column) of \(table) is of type \(type)") }
                shapes[table, default: []].append(TableShape.Column(name: column, kind: kind))
            }
            let keys = try self.query(
                """
                SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE k.contype = 'f' AND n.nspname = current_schema()
                """)
            var parents: [String: Set<String>] = [:]
            for row in 0..<keys.rows {
                parents[keys.text(row: row, column: 0), default: []].insert(keys.text(row: row, column: 1))
            }
            return shapes.map { TableShape(name: $0.key, columns: $0.value, parents: parents[$0.key] ?? []) }
        }
    }

    public func hasRows(_ table: TableShape) async throws -> Bool {
        try await run { try self.query("SELECT 1 FROM \(Self.quoted(table.name)) LIMIT 1").rows > 0 }
    }

    private static func target(_ table: TableShape) -> String {
        "\(quoted(table.name)) (\(table.columns.map { quoted($0.name) }.joined(separator: ", ")))"
    }

    // MARK: Reading

    public func read(_ table: TableShape, _ take: (_ rows: [UInt8]) async throws -> Void) async throws {
        try await run {
            guard let answer = PQexec(self.handle, "COPY \(Self.target(table)) TO STDOUT") else { throw self.lost() }
            defer { PQclear(answer) }
            guard PQresultStatus(answer) == PGRES_COPY_OUT else { throw PostgresExport.fault(answer) }
            self.isAtEnd = false
        }
        while true {
            let piece = try await run { try self.next() }
            guard !piece.isEmpty else { return }
            try await take(piece)
        }
    }

    private func next() throws -> [UInt8] {
        var piece: [UInt8] = []
        while !isAtEnd, piece.count < Self.pieceLength {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(handle, &row, 0)
            guard length > 0, let row else {
                guard length == -1 else { throw lost() }
                isAtEnd = true
                try drain()
                break
            }
            piece.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
            PQfreemem(row)
        }
        return piece
    }

    private func drain() throws {
        var failure: (any Error)?
        while let answer = PQgetResult(handle) {
            if PQresultStatus(answer) != PGRES_COMMAND_OK, failure == nil { failure = PostgresExport.fault(answer) }
            PQclear(answer)
        }
        if let failure { throw failure }
    }

    // MARK: Writing

    public func beginWriting(_ table: TableShape) async throws {
        try await run {
            guard let answer = PQexec(self.handle, "COPY \(Self.target(table)) FROM STDIN") else { throw self.lost() }
            defer { PQclear(answer) }
            guard PQresultStatus(answer) == PGRES_COPY_IN else { throw PostgresExport.fault(answer) }
        }
    }

    public func write(_ rows: [UInt8], to table: TableShape) async throws {
        try await run {
            let sent = rows.withUnsafeBytes { bytes in
                PQputCopyData(
                    self.handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
            }
            guard sent == 1 else { throw self.lost() }
        }
    }

    public func endWriting(_ table: TableShape) async throws {
        try await run {
            guard PQputCopyEnd(self.handle, nil) == 1 else { throw self.lost() }
            try self.drain()
        }
    }

    private static func sequence(of table: TableShape) -> String? {
        table.columns.contains { $0.name == "id" }
            ? "pg_get_serial_sequence(\(literal(quoted(table.name))), 'id')" : nil
    }

    public func lastID(of table: TableShape) async throws -> Int64? {
        guard let sequence = Self.sequence(of: table) else { return nil }
        return try await run {
            let name = try self.query("SELECT \(sequence)").text(row: 0, column: 0)
            guard !name.isEmpty else { return nil }
            let answer = try self.query("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM \(name)")
            return Int64(answer.text(row: 0, column: 0))
        }
    }

    public func setLastID(_ id: Int64, of table: TableShape) async throws {
        guard let sequence = Self.sequence(of: table) else { return }
        try await run {
            _ = try self.query("SELECT setval(\(sequence), \(max(1, id)), \(id > 0))")
        }
    }

    public func run(script: String) async throws { try await run { _ = try self.query(script) } }

    public func commit() async throws {
        try await run {
            guard try self.query("COMMIT").command == "COMMIT" else {
                throw DatabaseFault.other("the commit was refused")
            }
            self.end()
        }
    }

    public func cancel() async { _ = try? await run { self.end() } }

    private func end() {
        if let handle { PQfinish(handle) }
        handle = nil
    }
}
