internal import Dispatch
internal import Foundation
internal import Persistence
internal import PersistencePostgres

/// PostgreSQL's own programs, `pg_dump` and the like, for backups.
struct PostgresPrograms {
    let settings: PostgresSettings

    /// A dump in the custom format, of one moment.
    func dump(to path: String) async throws {
        try await run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file", path])
    }

    /// Reads all of a dump without using it.
    func check(_ path: String) async throws {
        try await run("pg_restore", ["--file", "/dev/null", path])
    }

    /// Puts a dump in place in one transaction: either all of it is there, with what `after` changes, or nothing is
    /// different.
    ///
    /// - Parameters:
    ///   - before: statements before the dump's own.
    ///   - after: and behind them, with an empty search path.
    func restore(_ path: String, before: String, after: String) async throws {
        for program in ["pg_restore", "psql"] { _ = try Self.find(program) }
        // A failure of pg_restore becomes one of psql's, which then takes everything back.
        let script = """
            { printf '%s\\n' "$MARTLET_BEFORE"; pg_restore --no-owner --no-privileges --file - "$1" && \
            printf '%s\\n' "$MARTLET_AFTER" || echo 'SELECT the_dump_could_not_be_read;'; } | \
            psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 --single-transaction --output /dev/null
            """
        try await run(
            "sh", ["-c", script, "sh", path], environment: ["MARTLET_BEFORE": before, "MARTLET_AFTER": after])
    }

    static func find(_ program: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(program)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw CommandFailure(
            .unavailable,
            "\(program) is not on the PATH. Install PostgreSQL's client programs (Debian: postgresql-client), at least as new as the server."
        )
    }

    private func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.find(program))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(settings.environment) { $1 }
            .merging(environment) { $1 }
        let errors = Pipe()
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let (status, words) = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try process.run()
                        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                        process.waitUntilExit()
                        return (process.terminationStatus, text)
                    })
            }
        }
        guard status != 0 else { return }
        let line = words.split(separator: "\n").first { $0.contains("error:") || $0.contains("ERROR:") }
        throw CommandFailure(
            .unavailable,
            "\(program == "sh" ? "The restore" : program) failed: \(printable(line.map(String.init) ?? words.trimmingCharacters(in: .whitespacesAndNewlines))). Nothing was changed."
        )
    }
}
