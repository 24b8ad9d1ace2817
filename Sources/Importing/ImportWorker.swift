internal import Campaigns
internal import Persistence

/// Brings one import forward by a piece of work. Each piece is its own transaction with the import's cursor in it: a kill
/// costs nothing, and other work on the database goes on between two pieces.
struct ImportWorker: Sendable {
    let database: any Database
    let shouldStop: @Sendable () -> Bool
    let progress: @Sendable (ImportDetails) -> Void
    /// How much is applied at a time (``ImportApplication``).
    var window = ImportApplication.window
    var batch: Int?
    var lanes: Int?

    /// Rows told about that are removed in one transaction.
    private static let faultsPerTidying = 20_000
    private static let piecesPerTidying = 40
    /// An upload that has stored nothing for so long was on a process that is gone.
    private static let silence = Duration.seconds(600)

    /// - Returns: whether there may be more to do at once.
    func step(_ record: ImportRecord) async throws -> Bool {
        switch record.state {
        case .receiving: try await giveUpIfSilent(record)
        case .analysing: try await analyse(record)
        case .applying:
            try await ImportApplication(
                database: database, shouldStop: shouldStop, progress: progress, window: window, batch: batch,
                lanes: lanes
            ).run(record)
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

    /// A piece, from the last one that was applied to the first.
    private func takeBack(_ record: ImportRecord) async throws -> Bool {
        try await database.write { transaction in
            guard let current = try transaction.lockImport(record.id, in: .cancelling) else { return false }
            var details = try ImportDetails(json: current.details)
            guard let stamp = details.stamp else { throw ImportFault.wrongState(.cancelling) }
            let scope = transaction.account(current.accountID)
            let last = details.windowEnd ?? current.cursor
            let pieces = try scope.stagedPieces(of: current.id, before: last + 1, limit: 2)
            if let piece = pieces.first {
                let rows = try ImportRows(piece)
                let keys = rows.entries.filter(\.verdict.isApplied).map(rows.key)
                try scope.takeBackImported(
                    current.id, after: pieces.count > 1 ? pieces[1].lastLine : 0, upTo: piece.lastLine, keys: keys,
                    createdAt: Instant(rawValue: stamp))
            }
            // From here on the cursor says how much is left.
            details.windowEnd = nil
            details.beginnings = nil
            try transaction.setImport(
                current.id, state: pieces.count > 1 ? .cancelling : .cancelled,
                cursor: pieces.count > 1 ? pieces[1].number : 0, details: details.json)
            return true
        }
    }

    /// What is staged is needed no longer, but for the rows that a person may want to see: first the pieces, whose place
    /// the cursor is, then what stands alone.
    private func tidy(_ record: ImportRecord) async throws -> Bool {
        if record.cursor == 0 {
            let isFinished = record.state == .finished
            try await database.writeRepeatable { transaction in
                if isFinished { try transaction.recipientsWereImported() }
            }
            try await database.writeRepeatable { try $0.unstageAllOfEndedImports() }
        }
        return try await database.writeRepeatable { transaction in
            guard let current = try transaction.lockImport(record.id, in: record.state), current.cursor >= 0 else {
                return false
            }
            let end = try transaction.account(current.accountID)
                .unstagePieces(of: current.id, after: current.cursor, limit: Self.piecesPerTidying)
            let hasMore: Bool
            if end == nil {
                hasMore = try transaction.unstage(
                    current.id, keepsFaults: record.state == .finished, limit: Self.faultsPerTidying)
            } else {
                hasMore = true
            }
            try transaction.setImport(
                record.id, state: record.state, cursor: end ?? (hasMore ? current.cursor : -1), error: current.error)
            return hasMore
        }
    }
}
