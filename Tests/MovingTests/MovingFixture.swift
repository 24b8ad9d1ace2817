import Campaigns
import Foundation
import Moving
import Persistence
import PersistenceSQLite
import TestSupport
import Vault

/// A dump, given as bytes in pieces of any size.
struct DumpBytes: DjangoMailerSource {
    var bytes: [UInt8]
    var size = 4096

    init(_ text: String, size: Int = 4096) {
        bytes = Array(text.utf8)
        self.size = size
    }

    func read(tables: [String: [String]], _ take: (CopyPiece) async throws -> Void) async throws {
        for piece in try pieces(Set(tables.keys)) { try await take(piece) }
    }

    func pieces(_ wanted: Set<String>) throws -> [CopyPiece] {
        var dump = PlainDump(wanted: wanted)
        var pieces: [CopyPiece] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try dump.feed(Array(rest.prefix(size))) { pieces.append($0) }
            rest = rest.dropFirst(size)
        }
        try dump.finish { pieces.append($0) }
        return pieces
    }
}

/// The invented djangoMailer of `Samples/djangomailer-sample.sql`: its users' passwords and its key.
enum Sample {
    static let key = "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE="
    static let passwords = ["admin": "Adm1n-sample-pw", "alice": "Tr0ub4dor-alice", "bob": "c0rrect-horse-bob"]

    static var path: String {
        Bundle.module.resourcePath.map { $0 + "/Samples/djangomailer-sample.sql" } ?? ""
    }

    static func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    static let sealer = Sealer.random

    /// The sample with one line of a table changed.
    static func changed(_ line: String, to other: String) throws -> String {
        let text = try text()
        precondition(text.contains(line), "the sample has no \(line)")
        return text.replacingOccurrences(of: line, with: other)
    }
}

extension Sealer {
    static var random: Sealer { (try? Sealer(keyText: SealingKey.random())) ?? Sealer([]) }
}

/// A migrated database and a stage for one import.
struct MovingFixture {
    let database: SQLiteDatabase
    let folder: TemporaryFolder

    @discardableResult
    func move(
        _ source: some DjangoMailerSource, key: String? = Sample.key, isDryRun: Bool = false
    ) async throws -> (counts: DjangoMailerCounts, findings: [OriginFinding]) {
        let path = folder.file("stage-\(UUID().uuidString).sqlite")
        let stage = try SQLiteDatabase(path: path)
        try await stage.migrate([.originStage])
        let work = DjangoMailerImport(
            into: database, stage: stage, sealer: Sample.sealer,
            settings: .init(keys: try key.map { try FernetKeys($0) }, isDryRun: isDryRun))
        do {
            let counts = try await work.run(from: source)
            let findings = try await stage.read { tx in try tx.findings(after: 0, limit: 10_000).map(\.finding) }
            try await stage.close()
            return (counts, findings)
        } catch {
            try? await stage.close()
            throw error
        }
    }

    func user(_ name: String) async throws -> UserRow {
        guard let found = try await database.read({ tx in try tx.user(withKey: name) }) else {
            throw DatabaseFault.noRow
        }
        return found.user
    }

    func scope<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable (AccountScope) throws -> Value
    ) async throws -> Value {
        let account = try await user(name).account
        return try await database.read { tx in try body(tx.account(account)) }
    }

    /// What the auditor of the crash tests adds up: nil when all of it agrees.
    func disagreement() async throws -> String? {
        try await database.read { tx in
            let audiences = try tx.count(
                """
                SELECT COUNT(*) FROM campaign c
                WHERE audience <> (SELECT COUNT(*) FROM message m WHERE m.campaign_id = c.id)
                """)
            if audiences > 0 { return "\(audiences) audiences" }
            let tallies = try tx.count(
                """
                SELECT COUNT(*) FROM (
                    SELECT campaign_id, state, SUM(n) AS n FROM (
                        SELECT campaign_id, state, messages AS n FROM campaign_tally
                        UNION ALL SELECT campaign_id, state, -COUNT(*) FROM message GROUP BY campaign_id, state)
                    GROUP BY campaign_id, state) WHERE n <> 0
                """)
            if tallies > 0 { return "\(tallies) tallies" }
            // Of what was read, a day counts messages that a person opened first then, and the log has each time.
            let days = try tx.count(
                """
                SELECT COUNT(*) FROM (
                    SELECT account_id, outcome, SUM(n) AS n FROM (
                        SELECT account_id, outcome, messages AS n FROM daily
                        UNION ALL SELECT account_id, outcome, -COUNT(*) FROM attempt GROUP BY account_id, outcome)
                    GROUP BY account_id, outcome) WHERE n <> 0 AND outcome NOT IN ('opened', 'clicked')
                """)
            if days > 0 { return "\(days) days" }
            let recipients = try tx.count(
                """
                SELECT COUNT(*) FROM account a
                WHERE recipients <> (SELECT COUNT(*) FROM recipient r WHERE r.account_id = a.id)
                """)
            if recipients > 0 { return "\(recipients) counts of recipients" }
            let orphans = try tx.count(
                """
                SELECT COUNT(*) FROM attempt a
                WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = a.message_id AND m.account_id = a.account_id)
                """)
            return orphans > 0 ? "\(orphans) attempts without a message" : nil
        }
    }
}

func withMoving(_ body: (MovingFixture) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try await withDatabase { try await body(MovingFixture(database: $0, folder: folder)) }
}
