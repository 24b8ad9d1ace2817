internal import Campaigns
internal import Persistence

/// Writes staged rows to the recipients: a window of rows at a time, in the order of their addresses, a few thousand in
/// each transaction.
///
/// The order is what makes it fast: addresses in the order of the file touch nearly every page of the unique index in
/// every transaction, sorted ones only a few. After a kill the window is read and sorted again, which gives the same
/// order, and what is done of it is passed over.
struct ImportApplication {
    let database: any Database
    let shouldStop: @Sendable () -> Bool
    let progress: @Sendable (ImportDetails) -> Void

    /// Rows of one window: about 20 MB.
    private static let window = 40_000
    /// Rows of one transaction: about 30 ms, during which nobody else writes to an embedded database.
    private static let batch = 5_000

    /// Applies one window.
    /// - Returns: whether there may be more to do at once.
    func run(_ record: ImportRecord) async throws -> Bool {
        let rows = try await database.read { transaction in
            try transaction.stagedRowsToApply(of: record, after: record.cursor, limit: Self.window)
        }
        let isLast = rows.count < Self.window
        let end = rows.last?.line ?? record.cursor
        let sorted = rows.sorted { $0.key < $1.key }
        // At least one batch, which finishes an import without rows.
        var start = try ImportDetails(json: record.details).windowDone
        repeat {
            if shouldStop() { return false }
            let slice = Array(sorted[min(start, sorted.count)..<min(start + Self.batch, sorted.count)])
            start += Self.batch
            let place = Place(
                first: start - Self.batch, end: end, endsWindow: start >= sorted.count,
                endsImport: isLast && start >= sorted.count)
            guard let details = try await apply(slice, of: record, place) else { return false }
            progress(details)
        } while start < sorted.count
        return true
    }

    /// Where a batch is.
    private struct Place: Sendable {
        /// Its first row in the window.
        var first: Int
        /// The window's last line.
        var end: Int64
        var endsWindow: Bool
        var endsImport: Bool
    }

    /// - Returns: nil if the import has been cancelled, or somebody else has applied this batch.
    private func apply(_ rows: [StagedRow], of record: ImportRecord, _ place: Place) async throws -> ImportDetails? {
        do {
            return try await database.write { try Self.apply(rows, of: record, place, $0, trustsAnalysis: true) }
        } catch DatabaseFault.duplicate {
            // Somebody has added one of these addresses since they were looked up: look again.
            return try await database.write { try Self.apply(rows, of: record, place, $0, trustsAnalysis: false) }
        }
    }

    /// - Parameter trustsAnalysis: whether rows that were new to the analysis are taken for new without a look. The schema
    ///   refuses an address that is there after all.
    private static func apply(
        _ rows: [StagedRow], of record: ImportRecord, _ place: Place, _ transaction: any Transaction,
        trustsAnalysis: Bool
    ) throws -> ImportDetails? {
        guard let current = try transaction.lockImport(record.id, in: .applying), current.cursor == record.cursor else {
            return nil
        }
        var details = try ImportDetails(json: current.details)
        guard details.windowDone == place.first else { return nil }
        guard let mapping = ImportMapping(details), let stamp = details.stamp else { throw ImportFault.noEmailColumn }
        let scope = transaction.account(current.accountID)
        let lookedUp = trustsAnalysis ? rows.filter { $0.verdict != .new } : rows
        let existing = try scope.recipients(withKeys: lookedUp.map(\.key))
        var added: [(key: String, fields: RecipientFields)] = []
        added.reserveCapacity(rows.count)
        for row in rows {
            guard let recipient = existing[row.key] else {
                added.append((row.key, mapping.fields(row.cells, over: nil)))
                continue
            }
            let fields = mapping.fields(row.cells, over: recipient.fields)
            guard fields != recipient.fields else { continue }
            try scope.changeImported(recipient.id, from: recipient.fields, to: fields, row: row.line, of: current.id)
        }
        try scope.insertRecipients(added, createdAt: Instant(rawValue: stamp))
        details.done += rows.count
        details.windowDone = place.endsWindow ? 0 : place.first + rows.count
        details.windowEnd = place.end
        try transaction.setImport(
            current.id, state: place.endsImport ? .finished : .applying,
            cursor: place.endsImport ? 0 : place.endsWindow ? place.end : current.cursor, details: details.json)
        return details
    }
}
