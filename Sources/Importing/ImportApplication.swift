internal import Campaigns
internal import Persistence

/// Writes staged rows to the recipients: a window of pieces at a time, in the order of their addresses, a few thousand
/// rows in each transaction.
///
/// The order is what makes it fast: addresses in the order of the file touch nearly every page of the unique index in
/// every transaction, sorted ones only a few. After a kill the window is read and sorted again, which gives the same
/// order, and what is done of it is passed over. While one batch is written the next one is prepared.
struct ImportApplication {
    let database: any Database
    let shouldStop: @Sendable () -> Bool
    let progress: @Sendable (ImportDetails) -> Void

    /// Pieces of one window: 40,000 rows, about 10 MB.
    private static let window = 8
    /// Rows of one transaction: about 30 ms, during which nobody else writes to an embedded database.
    private static let batch = 5_000

    /// Applies one window.
    /// - Returns: whether there may be more to do at once.
    func run(_ record: ImportRecord) async throws -> Bool {
        let details = try ImportDetails(json: record.details)
        guard let mapping = ImportMapping(details), let stamp = details.stamp else { throw ImportFault.noEmailColumn }
        let pieces = try await database.read { transaction in
            try transaction.account(record.accountID)
                .stagedPieces(of: record.id, after: record.cursor, limit: Self.window)
        }
        let rows = try Self.sorted(pieces)
        let isLast = pieces.count < Self.window
        let context = Context(record: record, mapping: mapping, stamp: Instant(rawValue: stamp))
        // At least one batch, which finishes an import without rows.
        var start = details.windowDone
        var prepared = context.prepare(rows, from: start, Self.batch)
        repeat {
            if shouldStop() { return false }
            let next = start + Self.batch
            let place = Place(
                first: start, end: pieces.last?.number ?? record.cursor, endsWindow: next >= rows.entries.count,
                endsImport: isLast && next >= rows.entries.count)
            async let coming = context.prepare(rows, from: next, Self.batch)
            let details = try await apply(prepared, rows, context, place)
            prepared = await coming
            guard let details else { return false }
            progress(details)
            start = next
        } while start < rows.entries.count
        return true
    }

    private static func sorted(_ pieces: [StagedPiece]) throws -> ImportRows {
        var rows = ImportRows()
        for piece in pieces { try rows.append(piece) }
        rows.keepApplied()
        rows.sortByKey()
        return rows
    }

    /// Where a batch is.
    private struct Place: Sendable {
        /// Its first row in the window.
        var first: Int
        /// The window's last piece.
        var end: Int64
        var endsWindow: Bool
        var endsImport: Bool
    }

    /// What is the same for all batches.
    private struct Context: Sendable {
        var record: ImportRecord
        var mapping: ImportMapping
        var stamp: Instant

        /// Takes rows that were new to the analysis for new without a look: the schema refuses an address that is there
        /// after all.
        func prepare(_ rows: ImportRows, from start: Int, _ count: Int) -> Prepared {
            let indices = min(start, rows.entries.count)..<min(start + count, rows.entries.count)
            var prepared = Prepared(
                indices: indices,
                new: RecipientBatch(account: record.accountID, createdAt: stamp, capacity: indices.count))
            rows.bytes.withUnsafeBufferPointer { bytes in
                withUnsafeTemporaryAllocation(
                    of: UnsafeBufferPointer<UInt8>.self, capacity: RecipientField.allCases.count
                ) { fields in
                    fields.initialize(repeating: UnsafeBufferPointer(start: nil, count: 0))
                    for index in indices {
                        let entry = rows.entries[index]
                        guard entry.verdict == .new else {
                            prepared.known.append(rows.row(entry))
                            continue
                        }
                        mapping.fields(Self.part(bytes, entry.cellsStart, entry.cellsCount), into: fields)
                        prepared.new.append(
                            key: Self.part(bytes, entry.keyStart, entry.keyCount), UnsafeBufferPointer(fields))
                    }
                }
            }
            return prepared
        }

        private static func part(
            _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int32, _ count: Int32
        ) -> UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(rebasing: bytes[Int(start)..<Int(start + count)])
        }
    }

    /// A batch, ready to be written.
    private struct Prepared: Sendable {
        var indices: Range<Int>
        var new: RecipientBatch
        /// Rows whose recipients were there when the analysis looked.
        var known: [StagedRow] = []
    }

    /// - Returns: nil if the import has been cancelled, or somebody else has applied this batch.
    private func apply(
        _ prepared: Prepared, _ rows: ImportRows, _ context: Context, _ place: Place
    ) async throws -> ImportDetails? {
        do {
            return try await database.write { try Self.apply(prepared, context, place, $0) }
        } catch DatabaseFault.duplicate {
            // Somebody has added one of these addresses since they were looked up: look at all of them.
            var all = prepared
            all.new = RecipientBatch(account: context.record.accountID, createdAt: context.stamp)
            all.known = prepared.indices.map { rows.row(rows.entries[$0]) }
            let again = all
            return try await database.write { try Self.apply(again, context, place, $0) }
        }
    }

    private static func apply(
        _ prepared: Prepared, _ context: Context, _ place: Place, _ transaction: any Transaction
    ) throws -> ImportDetails? {
        let record = context.record
        guard let current = try transaction.lockImport(record.id, in: .applying), current.cursor == record.cursor else {
            return nil
        }
        var details = try ImportDetails(json: current.details)
        guard details.windowDone == place.first else { return nil }
        let scope = transaction.account(current.accountID)
        try scope.insertRecipients(prepared.new)
        let existing = try scope.recipients(withKeys: prepared.known.map(\.key))
        var added: [(key: String, fields: RecipientFields)] = []
        var changed: [AccountScope.ImportedChange] = []
        for row in prepared.known {
            guard let recipient = existing[row.key] else {
                added.append((row.key, context.mapping.fields(row.cells, over: nil)))
                continue
            }
            let fields = context.mapping.fields(row.cells, over: recipient.fields)
            guard fields != recipient.fields else { continue }
            changed.append(
                .init(
                    recipient: recipient.id, key: row.key, line: row.line, before: recipient.fields, fields: fields))
        }
        try scope.changeImported(changed, of: current.id)
        try scope.insertRecipients(added, createdAt: context.stamp)
        details.done += prepared.indices.count
        details.windowDone = place.endsWindow ? 0 : place.first + prepared.indices.count
        details.windowEnd = place.end
        try transaction.setImport(
            current.id, state: place.endsImport ? .finished : .applying,
            cursor: place.endsImport ? 0 : place.endsWindow ? place.end : current.cursor, details: details.json)
        return details
    }
}
