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

    /// Rows of one transaction.
    private static let batch = 5_000
    /// Rows that are looked at together.
    private static let window = 40_000
    /// Addresses that are compared with each other at a time; 25 MB for a million. Larger files take several passes.
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
        if details.keyedColumn != details.mapping[.email] {
            guard try await key() else { return false }
        }
        (details.repeated, details.changed, details.same, details.done) = (0, 0, 0, 0)
        let good = details.rows - details.wrong
        let passes = max(1, (good + Self.addressesPerPass - 1) / Self.addressesPerPass)
        let account = record.accountID
        let compares = try await database.read { try $0.account(account).hasRecipients() }
        let seed = UInt64.random(in: .min ... .max)
        for pass in 0..<passes {
            var table = AddressTable(capacity: min(good, Self.addressesPerPass) + 1024)
            var line = Int64.max
            while true {
                if shouldStop() { return false }
                let before = line
                let rows = try await window(before: before, compares: compares)
                guard let last = rows.last else { break }
                line = last.line
                guard try await judge(rows, pass: UInt64(pass), of: UInt64(passes), seed: seed, &table) else {
                    return false
                }
                if rows.count < Self.window { break }
            }
        }
        details.new = good - details.repeated - details.changed - details.same
        details.done = details.rows
        let (id, json) = (record.id, details.json)
        return try await database.write { transaction in
            guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
            try transaction.setImport(id, state: .ready, cursor: 0, details: json)
            return true
        }
    }

    private struct Candidate {
        var line: Int64
        var key: String
        var verdict: ImportVerdict
        /// As the recipients say; `.new` where there is none.
        var found: ImportVerdict
    }

    /// The next window of rows. Addresses are looked up sorted, so that each page of the index is read once.
    private func window(before line: Int64, compares: Bool) async throws -> [Candidate] {
        let (record, mapping) = (record, mapping)
        return try await database.read { transaction in
            let rows = try transaction.stagedRows(
                of: record.id, before: line, withCells: compares, limit: Self.window)
            var candidates = rows.map { Candidate(line: $0.line, key: $0.key, verdict: $0.verdict, found: .new) }
            guard compares else { return candidates }
            let sorted = rows.indices.sorted { rows[$0].key < rows[$1].key }
            for start in stride(from: 0, to: sorted.count, by: Self.batch) {
                let slice = sorted[start..<min(start + Self.batch, sorted.count)]
                let existing = try transaction.account(record.accountID).recipients(
                    withKeys: slice.map { rows[$0].key })
                for index in slice {
                    guard let recipient = existing[rows[index].key] else { continue }
                    let fields = mapping.fields(rows[index].cells, over: recipient.fields)
                    candidates[index].found = fields == recipient.fields ? .same : .changed
                }
            }
            return candidates
        }
    }

    private mutating func judge(
        _ rows: [Candidate], pass: UInt64, of passes: UInt64, seed: UInt64, _ table: inout AddressTable
    ) async throws -> Bool {
        var changes: [(line: Int64, verdict: ImportVerdict, note: String)] = []
        for row in rows {
            let hash = AddressTable.hash(row.key, seed: seed)
            guard (hash >> 1) % passes == pass else { continue }
            var verdict = row.found
            var note = ""
            if let later = table.insert(hash, line: row.line) {
                verdict = .repeated
                note = "The same address comes again in line \(later); that line was imported instead."
            }
            switch verdict {
            case .repeated: details.repeated += 1
            case .changed: details.changed += 1
            case .same: details.same += 1
            default: break
            }
            if verdict != row.verdict || verdict == .repeated { changes.append((row.line, verdict, note)) }
        }
        details.done += rows.count / Int(passes)
        progress(details)
        return try await write(changes, details.json)
    }

    private func write(_ changes: [(line: Int64, verdict: ImportVerdict, note: String)], _ json: String) async throws
        -> Bool
    {
        let id = record.id
        // At least one transaction, which shows how far it is.
        var rest = changes[...]
        repeat {
            let slice = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            let isCurrent = try await database.write { transaction in
                guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
                for change in slice {
                    try transaction.judge(line: change.line, change.verdict, note: change.note, of: id)
                }
                try transaction.setImport(id, state: .analysing, cursor: 0, details: json)
                return true
            }
            guard isCurrent else { return false }
        } while !rest.isEmpty
        return true
    }

    /// Reads the addresses from the column that was chosen after the file had been staged.
    private mutating func key() async throws -> Bool {
        let (id, account, mapping) = (record.id, record.accountID, mapping)
        var line: Int64 = 0
        details.wrong = 0
        while !shouldStop() {
            let after = line
            let rows = try await database.read {
                try $0.account(account).stagedRows(of: id, after: after, limit: Self.batch)
            }
            guard let last = rows.last else {
                details.keyedColumn = details.mapping[.email]
                return true
            }
            line = last.line
            let judged = rows.map { row in
                var row = row
                guard row.verdict != .unreadable else { return row }
                let address = mapping.judged(StagedAddress(cells: row.cells))
                (row.cells, row.key, row.note) = (address.cells, address.key, address.problem ?? "")
                row.verdict = address.problem == nil ? .new : .wrong
                return row
            }
            details.wrong += judged.count { !$0.verdict.isApplied }
            details.done += rows.count
            progress(details)
            let isCurrent = try await database.write { transaction in
                guard try transaction.lockImport(id, in: .analysing) != nil else { return false }
                for row in judged where row.verdict != .unreadable { try transaction.judge(row, of: id) }
                return true
            }
            guard isCurrent else { return false }
        }
        return false
    }
}
