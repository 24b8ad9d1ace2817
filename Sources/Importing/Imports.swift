internal import CSV
public import Campaigns
public import Persistence

/// Imports of recipients: what pages and commands do with them. The work itself is the import service's.
public struct Imports: Sendable {
    let database: any Database
    private let signal: ImportSignal

    /// - Parameter signal: shared with the service that is to work on these imports.
    public init(database: any Database, signal: ImportSignal = ImportSignal()) {
        self.database = database
        self.signal = signal
    }

    /// Stages an upload while it arrives; nothing of it is kept elsewhere, and memory does not depend on its size.
    ///
    /// What is wrong with the file ends in the state `failed` or `mapping`, not in an error.
    /// - Throws: what `pieces` throws (the upload broke off: the import has failed then), and `DatabaseFault`.
    public func begin<Pieces: AsyncSequence>(
        account: Account.ID, fileName: String, pieces: Pieces
    ) async throws -> Import.ID where Pieces.Element: Collection<UInt8> {
        try await begin(account: account, fileName: fileName, worker: "", pieces: pieces)
    }

    /// - Parameter worker: who is going to work on it; empty for the service.
    func begin<Pieces: AsyncSequence>(
        account: Account.ID, fileName: String, worker: String, pieces: Pieces
    ) async throws -> Import.ID where Pieces.Element: Collection<UInt8> {
        let name = RecipientFields.normalised(fileName, limit: 200)
        let id = try await database.write { try $0.account(account).createImport(fileName: name, worker: worker) }
        do {
            try await receive(id, account: account, pieces)
        } catch {
            await abandon(
                id, sentence: "The upload broke off before its end, so nothing was imported. Upload the file again.")
            throw error
        }
        signal.wake()
        return id
    }

    public func status(_ id: Import.ID, account: Account.ID) async throws -> ImportStatus? {
        try await database.read { try $0.account(account).importRecord(id).map(ImportStatus.init) }
    }

    /// The newest first.
    public func recent(account: Account.ID, limit: Int = 20) async throws -> [ImportStatus] {
        try await database.read { try $0.account(account).imports(limit: limit).map(ImportStatus.init) }
    }

    /// The first rows, or the first with one of `verdicts`.
    public func preview(
        _ id: Import.ID, account: Account.ID, verdicts: [ImportVerdict] = [], after line: Int = 0, limit: Int = 10
    ) async throws -> [ImportPreviewRow] {
        let wanted = verdicts.isEmpty ? ImportVerdict.allCases : verdicts
        return try await database.read { transaction in
            let scope = transaction.account(account)
            var rows = try scope.stagedRows(
                of: id, verdicts: wanted.filter { !$0.isApplied }, after: Int64(line), limit: limit)
            if wanted.contains(where: \.isApplied) {
                rows += try Self.goodRows(scope, id, wanted, after: Int64(line), limit: limit)
                rows.sort { $0.line < $1.line }
            }
            return rows.prefix(limit).map(ImportPreviewRow.init)
        }
    }

    private static func goodRows(
        _ scope: AccountScope, _ id: Import.ID, _ verdicts: [ImportVerdict], after line: Int64, limit: Int
    ) throws -> [StagedRow] {
        var number = try scope.pieceBefore(line: line + 1, of: id)
        var found: [StagedRow] = []
        while found.count < limit,
            let piece = try scope.stagedPieces(of: id, after: number, limit: 1).first
        {
            let rows = try ImportRows(piece)
            for entry in rows.entries
            where entry.line > line && entry.verdict.isApplied && verdicts.contains(entry.verdict) {
                found.append(rows.row(entry))
                if found.count == limit { break }
            }
            number = piece.number
        }
        return found
    }

    /// Says which column (from 0) holds which field; the counts are made anew.
    public func map(_ id: Import.ID, account: Account.ID, _ mapping: [RecipientField: Int]) async throws {
        try await map(id, account: account, mapping, worker: "")
    }

    func map(
        _ id: Import.ID, account: Account.ID, _ mapping: [RecipientField: Int], worker: String
    ) async throws {
        guard mapping[.email] != nil else { throw ImportFault.noEmailColumn }
        try await change(id, account, from: [.mapping, .ready], to: .analysing, worker: worker) { details in
            guard mapping.values.allSatisfy({ details.columns.indices.contains($0) }) else {
                throw ImportFault.noSuchColumn
            }
            for index in details.columns.indices { details.columns[index].field = nil }
            for field in RecipientField.allCases {
                guard let index = mapping[field] else { continue }
                if details.columns[index].field != nil { throw ImportFault.twoColumns(field) }
                details.columns[index].field = field
            }
            details.warnings = []
            details.done = 0
        }
    }

    /// Starts writing to the recipients.
    public func confirm(_ id: Import.ID, account: Account.ID) async throws {
        try await confirm(id, account: account, worker: "")
    }

    func confirm(_ id: Import.ID, account: Account.ID, worker: String) async throws {
        try await change(id, account, from: [.ready], to: .applying, worker: worker) { $0.done = 0 }
    }

    /// Ends an import; what it has written already is taken back.
    public func cancel(_ id: Import.ID, account: Account.ID) async throws {
        try await database.write { transaction in
            let scope = transaction.account(account)
            guard let record = try scope.importRecord(id) else { throw ImportFault.unknown }
            guard record.state.canBeCancelled else { throw ImportFault.wrongState(record.state) }
            let isWriting = record.state == .applying
            _ = try scope.moveImport(id, from: record.state, to: isWriting ? .cancelling : .cancelled)
        }
        signal.wake()
    }

    /// The rows that were not imported, as CSV: line, reason, and the row as it was. In pieces of some hundred rows.
    public func writeFaults(
        of id: Import.ID, account: Account.ID, to write: (_ piece: [UInt8]) async throws -> Void
    ) async throws {
        guard let status = try await status(id, account: account) else { throw ImportFault.unknown }
        let writer = CSVWriter()
        var piece = CSVWriter.byteOrderMark
        writer.append(["line", "reason"] + status.details.columns.map(\.heading), to: &piece)
        var line = 0
        while true {
            let rows = try await preview(
                id, account: account, verdicts: [.wrong, .unreadable, .repeated], after: line, limit: 500)
            for row in rows { writer.append([String(row.line), row.note] + row.cells, to: &piece) }
            if !piece.isEmpty { try await write(piece) }
            piece = []
            guard rows.count == 500, let last = rows.last else { return }
            line = last.line
        }
    }

    private func change(
        _ id: Import.ID, _ account: Account.ID, from states: [ImportState], to state: ImportState, worker: String,
        _ body: @escaping @Sendable (inout ImportDetails) throws -> Void
    ) async throws {
        try await database.write { transaction in
            let scope = transaction.account(account)
            guard let record = try scope.importRecord(id) else { throw ImportFault.unknown }
            guard states.contains(record.state) else { throw ImportFault.wrongState(record.state) }
            var details = try ImportDetails(json: record.details)
            if state == .applying { details.stamp = try transaction.now.rawValue }
            try body(&details)
            guard try scope.moveImport(id, from: record.state, to: state, details: details.json, worker: worker)
            else {
                throw ImportFault.wrongState(record.state)
            }
        }
        signal.wake()
    }

    private func abandon(_ id: Import.ID, sentence: String) async {
        // Should this fail too, the service finds the import when it has been silent for a while.
        try? await database.write { transaction in
            guard try transaction.lockImport(id, in: .receiving) != nil else { return }
            try transaction.setImport(id, state: .failed, cursor: 0, error: sentence)
        }
        signal.wake()
    }
}
