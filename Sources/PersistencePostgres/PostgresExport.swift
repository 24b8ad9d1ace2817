internal import CLibPQ
internal import Dispatch
internal import Foundation
internal import Persistence

/// Reads whole tables of a database that need not be ours, in COPY's text format and in one snapshot that only reads.
/// libpq's calls block: all of them run on a queue of its own.
public final class PostgresExport: @unchecked Sendable {
    private static let pieceLength = 1 << 20

    private let queue = DispatchQueue(label: "postgres export")
    private var handle: OpaquePointer?
    /// Whether the table that was begun has no more rows.
    private var isAtEnd = true

    /// Connects and begins the snapshot.
    ///
    /// - Parameter address: as of `PostgresSettings`; the password may also come from PGPASSWORD or ~/.pgpass.
    /// - Throws: ``DatabaseFault`` with what is to be done about it.
    public init(address: String) async throws {
        try await run { try self.open(address) }
    }

    deinit { if let handle { PQfinish(handle) } }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    private func open(_ address: String) throws {
        let opened = try PostgresConnection.connect(address, application: "martlet import")
        handle = opened
        try check(PQexec(opened, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        try check(
            PQexec(opened, "SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'; SET LOCAL statement_timeout = 0"))
    }

    /// The columns of a table that the search path finds; nil where there is none.
    public func columns(of table: String) async throws -> [String]? {
        try await run {
            let literal = "'\(Self.quoted(table).replacing("'", with: "''"))'"
            let answer = try self.check(
                PQexec(
                    self.handle,
                    """
                    SELECT attname FROM pg_attribute
                    WHERE attrelid = to_regclass(\(literal)) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
                    """))
            let names = (0..<answer.rows).map { answer.text(row: $0, column: 0) }
            return names.isEmpty ? nil : names
        }
    }

    /// Begins to read a table; ``next()`` gives its rows.
    public func start(_ table: String, columns: [String]) async throws {
        try await run {
            let names = columns.map(Self.quoted).joined(separator: ", ")
            guard let answer = PQexec(self.handle, "COPY \(Self.quoted(table)) (\(names)) TO STDOUT") else {
                throw self.lost()
            }
            defer { PQclear(answer) }
            guard PQresultStatus(answer) == PGRES_COPY_OUT else { throw Self.fault(answer) }
            self.isAtEnd = false
        }
    }

    /// Rows of the table, each with its line break, about a megabyte; nil at its end.
    public func next() async throws -> [UInt8]? {
        try await run {
            guard !self.isAtEnd else { return nil }
            var piece: [UInt8] = []
            while piece.count < Self.pieceLength {
                var row: UnsafeMutablePointer<CChar>?
                let length = PQgetCopyData(self.handle, &row, 0)
                guard length > 0, let row else {
                    try self.endTable(length)
                    return piece.isEmpty ? nil : piece
                }
                piece.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
            }
            return piece
        }
    }

    /// After the last row libpq says -1 once, and then how it ended.
    private func endTable(_ length: Int32) throws {
        guard length == -1 else { throw lost() }
        isAtEnd = true
        var failure: (any Error)?
        while let answer = PQgetResult(handle) {
            if PQresultStatus(answer) != PGRES_COMMAND_OK, failure == nil { failure = Self.fault(answer) }
            PQclear(answer)
        }
        if let failure { throw failure }
    }

    public func close() async {
        _ = try? await run {
            if let handle = self.handle { PQfinish(handle) }
            self.handle = nil
        }
    }

    @discardableResult
    private func check(_ answer: OpaquePointer?) throws -> PostgresAnswer {
        guard let answer else { throw lost() }
        let result = PostgresAnswer(answer)
        guard result.isGood else { throw Self.fault(answer) }
        return result
    }

    private func lost() -> DatabaseFault { .server(.away(Self.words(handle))) }

    static func words(_ handle: OpaquePointer?) -> String {
        String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: " ")
    }

    static func fault(_ answer: OpaquePointer) -> DatabaseFault {
        func field(_ code: Character) -> String? {
            PQresultErrorField(answer, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        return PostgresRefusal(state: field("C") ?? "", message: field("M") ?? "").fault
    }

    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}
