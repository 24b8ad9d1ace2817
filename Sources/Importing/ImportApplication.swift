internal import Campaigns
internal import Persistence

/// Writes staged rows to the recipients: a window of pieces at a time, in the order of their addresses, some thousand
/// rows in each transaction.
///
/// The order is what makes it fast: addresses in the order of the file touch nearly every page of the unique index in
/// every transaction, sorted ones only a few, and the fewer the larger the window is. After a kill the window is read and
/// sorted again, which gives the same order, and what is done of it is passed over. While one batch is written the next one
/// is prepared; on a server two are written beside each other, and end in turn.
struct ImportApplication {
    let database: any Database
    let shouldStop: @Sendable () -> Bool
    let progress: @Sendable (ImportDetails) -> Void
    /// Pieces of a window that is begun.
    var window = Self.window
    /// Octets of a window that is begun; one larger piece is a window.
    var windowOctets = Self.windowOctets
    /// Rows of one transaction; nil for as many as the work beside it allows.
    var batch: Int?
    /// How many transactions write beside each other; nil for as many as the database and the work beside it allow.
    var lanes: Int?

    /// Rows of one transaction while mails are being sent: about 30 ms, during which nobody else writes to an embedded
    /// database.
    static let smallBatch = 5_000
    /// While none are: about 50 ms. Fewer, larger transactions write each page of the indexes less often; still larger ones
    /// need more memory than they are worth.
    static let largeBatch = 10_000

    /// Pieces of one window: 80,000 rows, about 10 MB.
    static let window = 16
    /// Where rows are larger than 400 octets, a window has fewer.
    static let windowOctets = 32 << 20
    /// What windows were before, in an import that was begun then.
    private static let formerWindow = 8
    private static let piecesPerRead = 4

    /// How many windows follow each other before other imports have their turn.
    private static let windowsPerStep = 4

    /// Applies some windows.
    /// - Returns: whether there may be more to do at once.
    func run(_ record: ImportRecord) async throws -> Bool {
        let details = try ImportDetails(json: record.details)
        guard let mapping = ImportMapping(details), let stamp = details.stamp else { throw ImportFault.noEmailColumn }
        let context = Context(record: record, mapping: mapping, stamp: Instant(rawValue: stamp))
        // What is done of a window counts in its own order.
        let isBegun = details.windowDone > 0
        let pieces = isBegun ? details.windowPieces ?? Self.formerWindow : window
        return try await withThrowingTaskGroup(of: ImportDetails?.self) { group in
            var lanes = Lanes()
            var window = try await read(
                record, after: record.cursor, pieces, octets: isBegun ? .max : windowOctets)
            var start = details.windowDone
            for turn in 1...Self.windowsPerStep {
                // At least one batch, which finishes an import without rows.
                repeat {
                    if shouldStop() {
                        try await lanes.settle(&group, progress)
                        return false
                    }
                    let work = try await work(record)
                    let prepared = context.prepare(window.rows, from: start, work.rows)
                    guard try await lanes.makeRoom(in: &group, of: work.lanes, progress) else {
                        return try await lanes.settle(&group, progress)
                    }
                    let place = Place(
                        window, first: start, next: start + work.rows, number: lanes.begun, isOnly: work.isOnly)
                    group.addTask { try await apply(prepared, context, place) }
                    lanes.begun += 1
                    start += work.rows
                } while start < window.rows.entries.count
                guard turn < Self.windowsPerStep, !window.isLast else { break }
                // Beside the last batches of the one before, which do not need it any more: one is enough memory.
                let end = window.end
                window.rows = ImportRows()
                (window, start) = (try await read(record, after: end, self.window, octets: windowOctets), 0)
            }
            return try await lanes.settle(&group, progress)
        }
    }

    /// Batches that are being written beside each other. They end in turn.
    private struct Lanes {
        var begun = 0
        private var underWay: Int { begun - ended }
        private var ended = 0
        private var isRefused = false

        /// - Returns: whether there is something to go on with.
        mutating func makeRoom(
            in group: inout ThrowingTaskGroup<ImportDetails?, any Error>, of lanes: Int,
            _ progress: (ImportDetails) -> Void
        ) async throws -> Bool {
            while underWay >= lanes { try await end(&group, progress) }
            return !isRefused
        }

        /// Waits for all of them.
        /// - Returns: whether any was written.
        @discardableResult
        mutating func settle(
            _ group: inout ThrowingTaskGroup<ImportDetails?, any Error>, _ progress: (ImportDetails) -> Void
        ) async throws -> Bool {
            while underWay > 0 { try await end(&group, progress) }
            return hasWritten
        }

        private var hasWritten = false

        private mutating func end(
            _ group: inout ThrowingTaskGroup<ImportDetails?, any Error>, _ progress: (ImportDetails) -> Void
        ) async throws {
            guard let details = try await group.next() else { return }
            ended += 1
            if let details {
                hasWritten = true
                progress(details)
            } else {
                isRefused = true
            }
        }
    }

    /// What is written at a time, how much beside each other, and whether no other import writes to this account.
    private struct Work: Sendable {
        var rows: Int
        var lanes: Int
        var isOnly: Bool
    }

    /// Less while mails are being sent. Imports into one account write in turn: two that bring the same addresses would wait
    /// for each other's rows, in an order that neither knows. One that begins in the middle of another waits for what that one
    /// has under way, too.
    private func work(_ record: ImportRecord) async throws -> Work {
        let (isSending, isOnly) = try await database.read { transaction in
            (
                try transaction.isSending(),
                try !transaction.account(record.accountID).isWritten(byOthersThan: record.id)
            )
        }
        let most = lanes ?? (isSending || batch != nil ? 1 : database.dialect.importsBeside)
        return Work(
            rows: batch ?? (isSending ? Self.smallBatch : Self.largeBatch), lanes: isOnly ? most : 1, isOnly: isOnly)
    }

    /// Rows that are sorted together.
    private struct Window: Sendable {
        var rows = ImportRows()
        /// The piece before its first one.
        var cursor: Int64
        /// Its last piece.
        var end: Int64
        /// How many pieces it has.
        var pieces = 0
        /// Whether no more follow.
        var isLast = false
    }

    /// The rows of the next pieces that are to be applied, sorted: so many pieces, or those that have so many octets.
    private func read(_ record: ImportRecord, after cursor: Int64, _ size: Int, octets: Int) async throws -> Window {
        var window = Window(cursor: cursor, end: cursor)
        while window.pieces < size {
            let (after, limit) = (window.end, min(Self.piecesPerRead, size - window.pieces))
            let room = octets - window.rows.bytes.count
            let isFirst = window.pieces == 0
            let pieces = try await database.read { transaction in
                try transaction.account(record.accountID).stagedPieces(
                    of: record.id, after: after, limit: limit, octets: room, orOne: isFirst)
            }
            guard let first = pieces.first else {
                // Either there is none, or it has no room.
                window.isLast = try await database.read { transaction in
                    try !transaction.account(record.accountID).hasStagedPieces(of: record.id, after: after)
                }
                break
            }
            if isFirst { window.rows.reserve(pieces: size, like: first, octets: min(octets, Self.windowOctets)) }
            for piece in pieces {
                try window.rows.append(piece)
                (window.pieces, window.end) = (window.pieces + 1, piece.number)
            }
        }
        window.rows.keepApplied()
        window.rows.sortByKey()
        return window
    }

    /// Where a batch is.
    private struct Place: Sendable {
        /// Among those of one run, from 0.
        var number: Int
        /// Its first row in the window.
        var first: Int
        /// Where the import stands while its window is written.
        var cursor: Int64
        /// The window's last piece.
        var end: Int64
        /// How many pieces the window has.
        var pieces: Int
        var endsWindow: Bool
        var endsImport: Bool
        /// Whether no other import writes to this account.
        var isOnly: Bool

        init(_ window: Window, first: Int, next: Int, number: Int, isOnly: Bool) {
            self.number = number
            self.first = first
            self.isOnly = isOnly
            cursor = window.cursor
            end = window.end
            pieces = window.pieces
            endsWindow = next >= window.rows.entries.count
            endsImport = window.isLast && endsWindow
        }
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

    /// The import has been cancelled, or this batch is not the next one.
    private struct Refused: Error {}

    /// - Returns: nil if the import has been cancelled, or somebody else has applied this batch.
    private func apply(_ prepared: Prepared, _ context: Context, _ place: Place) async throws -> ImportDetails? {
        do {
            return try await write(prepared, context, place)
        } catch DatabaseFault.duplicate {
            // Somebody has added one of these addresses since they were looked up: look at all of them. The window is given
            // up by now; read once more it is the same.
            let rows = try await read(context.record, after: place.cursor, place.pieces, octets: .max).rows
            var all = prepared
            all.new = RecipientBatch(account: context.record.accountID, createdAt: context.stamp)
            all.known = prepared.indices.map { rows.row(rows.entries[$0]) }
            return try await write(all, context, place)
        }
    }

    /// A batch that a power failure takes back is written again with the others after it; only the last one has to be
    /// durable, with which the import is finished.
    private func write(_ prepared: Prepared, _ context: Context, _ place: Place) async throws -> ImportDetails? {
        do {
            if place.endsImport { return try await database.write { try Self.apply(prepared, context, place, $0) } }
            return try await database.writeRepeatable { try Self.apply(prepared, context, place, $0) }
        } catch is Refused {
            return nil
        }
    }

    /// The rows first, as others may be doing with theirs; then, in turn, all that there is only one of. Beside other imports
    /// all of it in turn.
    private static func apply(
        _ prepared: Prepared, _ context: Context, _ place: Place, _ transaction: any Transaction
    ) throws -> ImportDetails {
        let record = context.record
        let scope = transaction.account(record.accountID)
        try transaction.beginPart(place.number, of: record.id)
        if place.isOnly { try scope.shareRecipients() } else { try scope.settleRecipients() }
        let written = place.isOnly ? try scope.write(prepared.new) : nil
        try transaction.awaitPart(before: place.number, of: record.id)
        guard let current = try transaction.lockImport(record.id, in: .applying), current.cursor == place.cursor else {
            throw Refused()
        }
        var details = try ImportDetails(json: current.details)
        guard details.windowDone == place.first else { throw Refused() }
        // From here on nobody else adds or changes any of them, so that what is looked up stays.
        try scope.lockRecipientsBeside()
        try scope.enter(try written ?? scope.write(prepared.new))
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
        var late = RecipientBatch(account: record.accountID, createdAt: context.stamp, capacity: added.count)
        for (key, fields) in added { late.append(key: key, fields) }
        try scope.enter(try scope.write(late))
        details.done += prepared.indices.count
        details.windowDone = place.endsWindow ? 0 : place.first + prepared.indices.count
        details.windowPieces = place.endsWindow ? nil : place.pieces
        details.windowEnd = place.end
        details.beginnings = nil
        try transaction.setImport(
            current.id, state: place.endsImport ? .finished : .applying,
            cursor: place.endsImport ? 0 : place.endsWindow ? place.end : current.cursor, details: details.json)
        return details
    }
}
