internal import Campaigns
internal import Persistence

/// Counts what an import would do, before it does anything: finds addresses that come twice and compares with the
/// recipients that are there.
///
/// It changes only verdicts of staged rows, to the same values each time: after a kill it begins again.
struct ImportAnalysis {
    private let database: any Database
    private let record: ImportRecord
    private var details: ImportDetails
    private let mapping: ImportMapping
    private let shouldStop: @Sendable () -> Bool
    private let progress: @Sendable (ImportDetails) -> Void

    /// Pieces that are looked at together.
    private static let window = 8
    /// Octets of them; one larger piece is looked at alone.
    private static let windowOctets = 16 << 20
    /// Addresses that are compared with each other at a time; 16 MB for a million. Larger files take several passes.
    private static let addressesPerPass = 1_500_000

    init(
        _ record: ImportRecord, _ database: any Database, shouldStop: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (ImportDetails) -> Void
    ) throws {
        self.database = database
        self.record = record
        self.shouldStop = shouldStop
        self.progress = progress
        details = try ImportDetails(json: record.details)
        guard let mapping = ImportMapping(details) else { throw ImportFault.noEmailColumn }
        self.mapping = mapping
    }

    /// - Returns: whether it came to its end; not if it was stopped or the import was cancelled.
    mutating func run() async throws -> Bool {
        details.done = 0
        guard try await forget() else { return false }
        if details.keyedColumn != details.mapping[.email] {
            guard try await key() else { return false }
        }
        (details.repeated, details.changed, details.same, details.done) = (0, 0, 0, 0)
        let good = details.rows - details.wrong
        let passes = max(1, (good + Self.addressesPerPass - 1) / Self.addressesPerPass)
        let (id, account) = (record.id, record.accountID)
        let compares = try await database.read { try $0.account(account).hasRecipients() }
        let seed = UInt64.random(in: .min ... .max)
        for pass in 0..<passes {
            let turn = Turn(pass: UInt64(pass), passes: UInt64(passes), seed: seed, compares: compares)
            var table = AddressTable(capacity: min(good, Self.addressesPerPass) + 1024)
            var number = Int64.max
            while true {
                if shouldStop() { return false }
                let before = number
                let pieces = try await database.read {
                    try $0.account(account).stagedPieces(
                        of: id, before: before, limit: Self.window, octets: Self.windowOctets)
                }
                guard let last = pieces.last else { break }
                number = last.number
                for piece in pieces {
                    guard try await judge(piece, turn, &table) else { return false }
                }
                guard try await show() else { return false }
            }
        }
        details.new = good - details.repeated - details.changed - details.same
        details.done = details.rows
        details.beginnings = nil
        let (json, found) = (details.json, [details.changed, details.same, details.repeated])
        return try await database.write { transaction in
            guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
            // A database server that broke off meanwhile may have lost some that it had not flushed; and somebody who was taken
            // to be gone may have begun anew beside this one.
            guard try Self.counts(of: id, transaction.account(account)) == found else { return false }
            try transaction.setImport(id, state: .ready, cursor: 0, details: json)
            return true
        }
    }

    /// How many rows are stored as changed, same and repeated.
    private static func counts(of id: Import.ID, _ scope: AccountScope) throws -> [Int] {
        var counts: [ImportVerdict: Int] = [:]
        try scope.forEachVerdict(of: id) { octet in counts[ImportRows.verdict(octet) ?? .new, default: 0] += 1 }
        return [.changed, .same, .repeated].map { counts[$0] ?? 0 }
    }

    /// One look at the whole file: at those addresses whose hash belongs to it.
    private struct Turn: Sendable {
        var pass: UInt64
        var passes: UInt64
        var seed: UInt64
        /// Whether there is anybody to compare with.
        var compares: Bool
    }

    /// Takes back what an analysis before this one found.
    private func forget() async throws -> Bool {
        let (id, account) = (record.id, record.accountID)
        return try await database.write { transaction in
            guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
            try transaction.account(account).forgetVerdicts(of: id)
            return true
        }
    }

    /// The pieces come in turn from the last one to the first, and so do their rows.
    private mutating func judge(_ piece: StagedPiece, _ turn: Turn, _ table: inout AddressTable) async throws -> Bool {
        var rows = try ImportRows(piece)
        let (id, account) = (record.id, record.accountID)
        var repeated: [StagedRow] = []
        var firsts: [Int] = []
        for index in rows.entries.indices.reversed() {
            let entry = rows.entries[index]
            let hash = rows.bytes.withUnsafeBytes { bytes in
                let key = bytes[Int(entry.keyStart)..<Int(entry.keyStart + entry.keyCount)]
                return AddressHashes.hash(UnsafeRawBufferPointer(rebasing: key), seed: turn.seed)
            }
            guard (hash >> 1) % turn.passes == turn.pass else { continue }
            if let later = table.insert(hash, line: entry.line) {
                rows.judge(index, .repeated)
                repeated.append(
                    rows.row(
                        rows.entries[index],
                        note: "The same address comes again in line \(later); that line counts instead."))
            } else if turn.compares {
                firsts.append(index)
            }
        }
        details.repeated += repeated.count
        if !firsts.isEmpty {
            let wanted = rows
            let indices = firsts
            let mapping = mapping
            let found = try await database.read { try Self.compare(wanted, indices, mapping, $0.account(account)) }
            for (index, verdict) in found {
                rows.judge(index, verdict)
                if verdict == .changed { details.changed += 1 } else { details.same += 1 }
            }
        }
        details.done += rows.entries.count / Int(turn.passes)
        guard let verdicts = rows.verdicts, verdicts != piece.verdicts else { return true }
        let (notes, json) = (repeated, details.json)
        return try await database.writeRepeatable { transaction in
            guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
            try transaction.account(account).setVerdicts(verdicts, of: piece.number, id)
            try transaction.stage(notes, of: id)
            try transaction.setImport(id, state: .analysing, cursor: 0, details: json)
            return true
        }
    }

    /// What the recipients say of some rows. Addresses are looked up sorted, so that each page of the index is read once.
    private static func compare(
        _ rows: ImportRows, _ indices: [Int], _ mapping: ImportMapping, _ scope: AccountScope
    ) throws -> [(Int, ImportVerdict)] {
        let keyed = indices.map { (key: rows.key(rows.entries[$0]), index: $0) }.sorted { $0.key < $1.key }
        let existing = try scope.recipients(withKeys: keyed.map(\.key))
        return keyed.compactMap { key, index in
            guard let recipient = existing[key] else { return nil }
            let fields = mapping.fields(rows.cells(rows.entries[index]), over: recipient.fields)
            return (index, fields == recipient.fields ? .same : .changed)
        }
    }

    /// Lets pages see how far it is.
    private func show() async throws -> Bool {
        progress(details)
        let (id, json) = (record.id, details.json)
        return try await database.writeRepeatable { transaction in
            guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
            try transaction.setImport(id, state: .analysing, cursor: 0, details: json)
            return true
        }
    }

    /// Reads the addresses from the column that was chosen after the file had been staged.
    private mutating func key() async throws -> Bool {
        let (id, account, mapping) = (record.id, record.accountID, mapping)
        var number: Int64 = 0
        var line: Int64 = 0
        details.wrong = 0
        while !shouldStop() {
            let (after, start) = (number, line)
            let piece = try await database.read {
                try $0.account(account).stagedPieces(of: id, after: after, limit: 1).first
            }
            guard let piece else {
                details.keyedColumn = details.mapping[.email]
                return true
            }
            (number, line) = (piece.number, piece.lastLine)
            // Durably, for nobody could tell later whether a piece still has the keys of another column.
            let judged = try await database.write { transaction -> (wrong: Int, rows: Int)? in
                guard try transaction.lockImport(id, in: .analysing) != nil else { return nil }
                return try Self.key(piece, after: start, of: id, mapping, transaction.account(account))
            }
            guard let judged else { return false }
            details.wrong += judged.wrong
            details.done += judged.rows
            progress(details)
        }
        return false
    }

    /// Judges the addresses of a piece and of the wrong rows between its lines anew. What cannot be read stays so.
    private static func key(
        _ piece: StagedPiece, after line: Int64, of id: Import.ID, _ mapping: ImportMapping, _ scope: AccountScope
    ) throws -> (wrong: Int, rows: Int) {
        let packed = try ImportRows(piece)
        let unreadable = try scope.stagedRows(of: id, verdicts: [.unreadable], after: line, upTo: piece.lastLine)
        var rows = packed.entries.map { (line: $0.line, cells: packed.cells($0)) }
        rows += try scope.stagedRows(of: id, verdicts: [.wrong], after: line, upTo: piece.lastLine)
            .map { ($0.line, $0.cells) }
        rows.sort { $0.line < $1.line }
        var good = ImportPiece()
        var faults: [StagedRow] = []
        for row in rows {
            let address = mapping.judged(StagedAddress(cells: row.cells))
            if let problem = address.problem {
                faults.append(StagedRow(line: row.line, cells: address.cells, verdict: .wrong, note: problem))
            } else {
                good.append(line: row.line, key: address.key, cells: Array(address.cells.utf8))
            }
        }
        var piece = piece
        (piece.packed, piece.count) = (good.packed, good.count)
        try scope.transaction.unstageWrong(of: id, after: line, upTo: piece.lastLine)
        try scope.restage(piece, of: id)
        try scope.transaction.stage(faults, of: id)
        return (faults.count + unreadable.count, rows.count + unreadable.count)
    }
}
