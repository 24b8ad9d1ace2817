internal import Campaigns
internal import Persistence

/// Brings one import forward by a piece of work. Each piece is its own transaction with the import's cursor in it: a kill
/// costs nothing, and other work on the database goes on between two pieces.
struct ImportWorker: Sendable {
    let database: any Database
    let shouldStop: @Sendable () -> Bool
    let progress: @Sendable (ImportDetails) -> Void

    /// Rows of one transaction: about 30 ms, during which nobody else writes to an embedded database.
    private static let batch = 5_000
    /// An upload that has stored nothing for so long was on a process that is gone.
    private static let silence = Duration.seconds(600)

    /// - Returns: whether there may be more to do at once.
    func step(_ record: ImportRecord) async throws -> Bool {
        switch record.state {
        case .receiving: try await giveUpIfSilent(record)
        case .analysing: try await analyse(record)
        case .applying:
            try await ImportApplication(database: database, shouldStop: shouldStop, progress: progress).run(record)
        case .cancelling: try await takeBack(record)
        case .finished, .cancelled, .failed: try await tidy(record)
        case .mapping, .ready: false
        }
    }

    private func giveUpIfSilent(_ record: ImportRecord) async throws -> Bool {
        try await database.write { transaction in
            guard try transaction.now - record.updatedAt > Self.silence,
                let current = try transaction.account(record.accountID).importRecord(record.id),
                current.updatedAt == record.updatedAt, current.state == .receiving
            else { return false }
            try transaction.setImport(
                record.id, state: .failed, cursor: 0,
                error: "The upload broke off before its end, so nothing was imported. Upload the file again.")
            return true
        }
    }

    private func analyse(_ record: ImportRecord) async throws -> Bool {
        var analysis = try ImportAnalysis(record, database, shouldStop: shouldStop, progress: progress)
        return try await analysis.run()
    }

    private func takeBack(_ record: ImportRecord) async throws -> Bool {
        try await database.write { transaction in
            guard let current = try transaction.lockImport(record.id, in: .cancelling) else { return false }
            var details = try ImportDetails(json: current.details)
            guard let stamp = details.stamp else { throw ImportFault.wrongState(.cancelling) }
            let rest = try transaction.account(current.accountID).takeBackImported(
                current.id, upTo: details.windowEnd ?? current.cursor, createdAt: Instant(rawValue: stamp),
                limit: Self.batch)
            // From here on the cursor says how much is left.
            details.windowEnd = nil
            try transaction.setImport(
                current.id, state: rest == nil ? .cancelled : .cancelling, cursor: max(0, rest ?? 0),
                details: details.json)
            return true
        }
    }

    /// What is staged is needed no longer, but for the rows that a person may want to see.
    private func tidy(_ record: ImportRecord) async throws -> Bool {
        try await database.write { transaction in
            guard let current = try transaction.lockImport(record.id, in: record.state), current.cursor >= 0 else {
                return false
            }
            let end = try transaction.unstage(
                record.id, after: current.cursor, keepsFaults: record.state == .finished, limit: 4 * Self.batch)
            try transaction.setImport(record.id, state: record.state, cursor: end ?? -1, error: current.error)
            return end != nil
        }
    }
}
