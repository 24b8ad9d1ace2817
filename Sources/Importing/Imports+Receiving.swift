internal import Campaigns
internal import Persistence

extension Imports {
    /// Rows of one transaction while staging.
    private static let batch = 5_000

    /// Parses on this task and stores on another: one batch is written while the next one is read.
    func receive<Pieces: AsyncSequence>(_ id: Import.ID, _ pieces: Pieces) async throws
    where Pieces.Element: Collection<UInt8> {
        var receiver = ImportReceiver()
        try await withThrowingTaskGroup(of: Void.self) { group in
            var isWriting = false
            func store(_ rows: [StagedRow], _ details: ImportDetails) async throws {
                if isWriting { try await group.next() }
                let json = details.json
                group.addTask { try await stage(rows, of: id, details: json) }
                isWriting = true
            }
            for try await piece in pieces {
                receiver.take(piece)
                if let rows = receiver.takeRows(atLeast: Self.batch) { try await store(rows, receiver.details) }
            }
            receiver.finish()
            if let rows = receiver.takeRows(atLeast: 1) { try await store(rows, receiver.details) }
            try await group.waitForAll()
        }
        let details = receiver.details
        let needsMapping = receiver.needsMapping
        try await database.write { transaction in
            guard try transaction.lockImport(id, in: .receiving) != nil else { return }
            if let sentence = Self.fault(details) {
                try transaction.setImport(id, state: .failed, cursor: 0, details: details.json, error: sentence)
            } else {
                try transaction.setImport(
                    id, state: needsMapping ? .mapping : .analysing, cursor: 0, details: details.json)
            }
        }
    }

    private func stage(_ rows: [StagedRow], of id: Import.ID, details: String) async throws {
        try await database.write { transaction in
            guard try transaction.lockImport(id, in: .receiving) != nil else { throw CancellationError() }
            try transaction.stage(rows, of: id)
            try transaction.setImport(id, state: .receiving, cursor: rows.last?.line ?? 0, details: details)
        }
    }

    private static func fault(_ details: ImportDetails) -> String? {
        if details.rows == 0 {
            return details.columns.isEmpty
                ? "The file is empty. Choose a CSV file with a header line and a row for each recipient."
                : "The file has a header line but no rows, so there is nobody to import."
        }
        if details.columns.isEmpty {
            return "No line of the file could be read as CSV. Save it again as CSV in UTF-8 and upload it again."
        }
        return nil
    }
}
