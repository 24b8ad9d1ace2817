internal import FailPoints

/// One step of the schema: forward only, never edited after a release.
public struct Migration: Sendable {
    public let number: Int
    public let subject: String
    /// Whether programs that do not know it may go on beside it: it only adds what they need not know of.
    var isCompatible = false
    let statements: @Sendable (Dialect) -> [SQL]

    /// All of them, in order.
    public static let all: [Migration] = [
        .foundation, .settings, .sendingPolicy, .postgres, .ledgerIndexes, .importPieces, .recipientGrams, .signingKeys,
        .domainChecks, .origins, .nodes, .apiTokens, .tracking, .suppressionList, .directSending, .attachments,
        .returnedMail, .mailFooter, .ledgerUpkeep, .suppressionSource, .freedFiles, .leanLedger, .leanImports,
        .fileMediaTypes, .formerAddresses, .formerAddressIndex, .listIndexes, .sweptCampaigns,
        .replyAddress, .previewText, .campaignForms, .notices,
    ]
}

extension Database {
    /// Brings the schema up to this program's version. Each migration is one transaction, so a kill leaves a whole
    /// version behind, and a second process that starts at the same moment finds the work done.
    ///
    /// - Throws: ``DatabaseFault/newerSchema(found:known:)`` for a database that a newer Martlet has changed.
    /// - Returns: the numbers that were applied.
    @discardableResult
    public func migrate(_ migrations: [Migration] = Migration.all) async throws -> [Int] {
        _ = try await write { tx in
            try tx.lock(.migrating)
            try tx.run(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    number BIGINT NOT NULL PRIMARY KEY, subject TEXT NOT NULL, applied_at BIGINT NOT NULL)
                """)
        }
        try await read { tx in try tx.schemaVersion(known: migrations) }.mustBeUsable()
        let oldestProgram = migrations.filter { !$0.isCompatible }.map(\.number).max() ?? 0
        var applied: [Int] = []
        for migration in migrations where try await apply(migration, oldestProgram: oldestProgram) {
            applied.append(migration.number)
        }
        return applied
    }

    private func apply(_ migration: Migration, oldestProgram: Int) async throws -> Bool {
        try await write { tx in
            // Several nodes may start at once; the others wait here and find the work done.
            try tx.lock(.migrating)
            guard try tx.count("SELECT COUNT(*) FROM schema_migration WHERE number = \(migration.number)") == 0 else {
                return false
            }
            for statement in migration.statements(tx.dialect) {
                try tx.run(statement)
                FailPoint.duringMigration.pass()
            }
            for statement in tx.dialect.afterMigration { try tx.run(statement) }
            let now = try tx.now
            try tx.run(
                """
                INSERT INTO schema_migration (number, subject, applied_at)
                VALUES (\(migration.number), \(migration.subject), \(now))
                """)
            try tx.noteSchema(oldestProgram: oldestProgram)
            return true
        }
    }
}
