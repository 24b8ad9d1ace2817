public import Campaigns
internal import Persistence

extension Imports {
    /// Imports a file from beginning to end without asking, for the command line. It needs no service.
    ///
    /// - Parameters:
    ///   - mapping: which column (from 0) holds which field; nil to go by the headings.
    ///   - progress: called after each few thousand rows.
    /// - Throws: `ImportFault.needsMapping` when the headings do not say it all, `ImportFault.unusable` for a file with
    ///   nothing to import. Nothing has been changed then.
    public func importAtOnce<Pieces: AsyncSequence>(
        account: Account.ID, fileName: String, pieces: Pieces, mapping: [RecipientField: Int]? = nil,
        progress: @escaping @Sendable (ImportState, ImportDetails) -> Void = { _, _ in }
    ) async throws -> ImportStatus where Pieces.Element: Collection<UInt8> {
        // Beside it a server may be running, which is to leave this import alone.
        let name = "command \(UInt64.random(in: .min ... .max))"
        let id = try await begin(account: account, fileName: fileName, worker: name, pieces: pieces)
        if let mapping { try await map(id, account: account, mapping, worker: name) }
        while let record = try await database.read({ try $0.account(account).importRecord(id) }) {
            if record.worker != name, !record.state.isFinal {
                // This process was stopped for a while, and somebody else has gone on with it.
                guard try await database.write({ try $0.claimImport(id, for: name) }) else {
                    try await Task.sleep(for: .milliseconds(200))
                    continue
                }
            }
            switch record.state {
            case .mapping:
                let warnings = try ImportDetails(json: record.details).warnings
                try await cancel(id, account: account)
                try await tidy(id, account)
                throw ImportFault.needsMapping(warnings)
            case .ready:
                try await confirm(id, account: account, worker: name)
            case .failed:
                try await tidy(id, account)
                throw ImportFault.unusable(record.error)
            case .finished:
                try await tidy(id, account)
                return try ImportStatus(record)
            case .cancelled:
                throw ImportFault.wrongState(.cancelled)
            default:
                let worker = ImportWorker(
                    database: database, shouldStop: { Task.isCancelled }, progress: { progress(record.state, $0) })
                _ = try await worker.step(record)
                try Task.checkCancellation()
            }
        }
        throw ImportFault.unknown
    }

    private func tidy(_ id: Import.ID, _ account: Account.ID) async throws {
        let worker = ImportWorker(database: database, shouldStop: { Task.isCancelled }, progress: { _ in })
        while let record = try await database.read({ try $0.account(account).importRecord(id) }), record.state.isFinal,
            try await worker.step(record)
        {}
    }
}
