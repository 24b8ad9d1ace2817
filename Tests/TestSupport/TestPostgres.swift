internal import CLibPQ
internal import Dispatch
internal import Foundation
public import Logging
internal import Persistence
internal import PersistencePostgres

/// A private PostgreSQL server for all tests of this process, started at first need by `scripts/with-postgres`. It ends and
/// its folder goes when this process ends, in whatever way: the script waits for the end of a pipe.
public actor TestPostgres {
    public static let shared = TestPostgres()

    private let options: [String]
    private var server: Task<Server, any Error>?
    private var databases = 0

    private struct Server: Sendable {
        var url: String
        var process: Process
        /// Open as long as this process is there.
        var life: Pipe
    }

    /// - Parameter options: of `scripts/with-postgres`.
    public init(_ options: [String] = ["--fast"]) { self.options = options }

    /// The address of a new database with this program's schema.
    public func newDatabase() async throws -> String {
        let server = try await start()
        databases += 1
        let name = "test_\(databases)"
        try await Self.execute("CREATE DATABASE \(name) TEMPLATE template_martlet", at: server.url)
        return Self.address(server.url, database: name)
    }

    /// The address of a new database without anything.
    public func emptyDatabase(_ options: String = "") async throws -> String {
        let server = try await start()
        databases += 1
        let name = "test_\(databases)"
        try await Self.execute("CREATE DATABASE \(name) \(options)", at: server.url)
        return Self.address(server.url, database: name)
    }

    public func drop(_ address: String) async throws {
        let server = try await start()
        guard let name = address.split(separator: "/").last else { return }
        try await Self.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", at: server.url)
    }

    /// The server's own database, of a user who may do everything.
    public func administration() async throws -> String { try await start().url }

    /// Runs a statement outside of any transaction.
    public static func execute(_ text: String, at address: String) async throws {
        _ = try await answer(to: text, at: address)
    }

    /// The first column of the first row, if there is one.
    @discardableResult
    public static func answer(to text: String, at address: String) async throws -> String? {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try answerNow(to: text, at: address) })
            }
        }
    }

    private static func answerNow(to text: String, at address: String) throws -> String? {
        let connection = PQconnectdb(address)
        defer { PQfinish(connection) }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        let answer = PQexec(connection, text)
        defer { PQclear(answer) }
        let status = PQresultStatus(answer)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            throw TestPostgresProblem(sentence: "\(text): \(String(cString: PQerrorMessage(connection)))")
        }
        return PQntuples(answer) > 0 ? String(cString: PQgetvalue(answer, 0, 0)) : nil
    }

    private static func address(_ url: String, database: String) -> String {
        url.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/" + database
    }

    private func start() async throws -> Server {
        if let server { return try await server.value }
        let options = options
        let task = Task {
            let server = try await Self.launch(options)
            try await Self.execute("CREATE DATABASE template_martlet", at: server.url)
            let template = try await PostgresDatabase(
                PostgresSettings(address: Self.address(server.url, database: "template_martlet")), logger: .silent)
            try await template.migrate()
            try await template.close()
            return server
        }
        server = task
        return try await task.value
    }

    private static func launch(_ options: [String]) async throws -> Server {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("scripts/with-postgres").path
        let process = Process()
        // A group of its own: what ends ours by force must leave somebody to clean up.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = [script] + options + ["sh", "-c", "echo \"$DATABASE_URL\"; exec cat >/dev/null"]
        let (life, output) = (Pipe(), Pipe())
        process.standardInput = life
        process.standardOutput = output
        try process.run()
        let url = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let line = output.fileHandleForReading.readSome()
                let text = String(decoding: line, as: UTF8.self).split(separator: "\n").first.map(String.init)
                if let text, text.hasPrefix("postgres://") {
                    continuation.resume(returning: text)
                } else {
                    continuation.resume(
                        throwing: TestPostgresProblem(sentence: "PostgreSQL did not start; run `make test` once."))
                }
            }
        }
        return Server(url: url, process: process, life: life)
    }
}

public struct TestPostgresProblem: Error, CustomStringConvertible {
    public let sentence: String
    public var description: String { sentence }
}

extension Logger {
    /// Logs nothing.
    public static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
