internal import Campaigns
internal import Persistence

/// Writes staged rows to the recipients: a window of pieces at a time, in the order of their addresses, some thousand
/// rows in each transaction.
///
/// The order is what makes it fast: addresses in the order of the file touch nearly every page of the unique index in
/// every transaction, sorted ones only a few, and the fewer the larger the window is. After a kill the window is read and sorted again, which gives the same
/// order, and what is done of it is passed over. While one batch is written the next one is prepared.
struct ImportApplication {
    let database: any Database
    let shouldStop: @Sendable () -> Bool
    let progress: @Sendable (ImportDetails) -> Void
    /// Pieces of a window that is begun.
    var window = Self.window
    /// Rows of one transaction; nil for as many as the work beside it allows.
    var batch: Int?

    /// Rows of one transaction while mails are being sent: about 30 ms, during which nobody else writes to an embedded
    /// database.
    static let smallBatch = 5_000
    /// While none are: about 50 ms. Fewer, larger transactions write each page of the indexes less often; still larger ones
    /// need more memory than they are worth.
    static let largeBatch = 10_000

    /// Pieces of one window: 80,000 rows, about 10 MB.
    static let window = 16
    /// What windows were before, in an import that was begun then.
    private static let formerWindow = 8
    private static let piecesPerRead = 4

    /// Applies one window.
    /// - Returns: whether there may be more to do at once.
    func run(_ record: ImportRecord) async throws -> Bool {
        let details = try ImportDetails(json: record.details)
        guard let mapping = ImportMapping(details), let stamp = details.stamp else { throw ImportFault.noEmailColumn }
        // What is done of a window counts in its own order.
        let window = details.windowDone > 0 ? details.windowPieces ?? Self.formerWindow : window
        let (rows, pieces, end) = try await read(record, window)
        let isLast = pieces < window
        let context = Context(record: record, mapping: mapping, stamp: Instant(rawValue: stamp))
        // At least one batch, which finishes an import without rows.
        var start = details.windowDone
        var size = try await batchSize()
        var prepared = context.prepare(rows, from: start, size)
        repeat {
            if shouldStop() { return false }
            let next = start + size
            let place = Place(
                first: start, end: end, pieces: window, endsWindow: next >= rows.entries.count,
                endsImport: isLast && next >= rows.entries.count)
            size = try await batchSize()
            async let coming = context.prepare(rows, from: next, size)
            let details = try await apply(prepared, rows, context, place)
            prepared = await coming
            guard let details else { return false }
            progress(details)
            start = next
        } while start < rows.entries.count
        return true
    }

    private func batchSize() async throws -> Int {
        if let batch { return batch }
        return try await database.read { try $0.isSending() } ? Self.smallBatch : Self.largeBatch
    }

    /// The rows of the next pieces that are to be applied, sorted; how many pieces these are, and the last one's number.
    private func read(_ record: ImportRecord, _ window: Int) async throws -> (ImportRows, pieces: Int, end: Int64) {
        var rows = ImportRows()
        var (count, end) = (0, record.cursor)
        while count < window {
            let (after, limit) = (end, min(Self.piecesPerRead, window - count))
            let pieces = try await database.read { transaction in
                try transaction.account(record.accountID).stagedPieces(of: record.id, after: after, limit: limit)
            }
            for piece in pieces {
                if count == 0 { rows.reserve(pieces: window, like: piece) }
                try rows.append(piece)
                (count, end) = (count + 1, piece.number)
            }
            if pieces.count < limit { break }
        }
        rows.keepApplied()
        rows.sortByKey()
        return (rows, count, end)
    }

    /// Where a batch is.
    private struct Place: Sendable {
        /// Its first row in the window.
        var first: Int
        /// The window's last piece.
        var end: Int64
        /// How many pieces windows have.
        var pieces: Int
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
        details.windowPieces = place.pieces
        details.windowEnd = place.end
        try transaction.setImport(
            current.id, state: place.endsImport ? .finished : .applying,
            cursor: place.endsImport ? 0 : place.endsWindow ? place.end : current.cursor, details: details.json)
        return details
    }
}
