internal import Campaigns

/// Where a search looks (``TextGrams``): kept in the transaction that writes the recipients, so that it always knows of
/// all of them.
extension AccountScope {
    /// Adds what was written. Only after ``lockRecipients()``: it reads what is there, and writes it with its own.
    func add(_ changes: GramChanges) throws {
        var written: [[SQLValue]] = []
        for segment in changes.segments {
            var parts: [Int: [(place: UInt8, mask: UInt64)]] = [:]
            for (bucket, mask) in segment.masks.enumerated() where mask != 0 {
                parts[TextGrams.part(of: bucket), default: []].append((TextGrams.place(of: bucket), mask))
            }
            var known: [Int: GramRow] = [:]
            try transaction.forEach(
                """
                SELECT part, grams FROM recipient_gram WHERE account_id = \(id)
                    AND \(transaction.dialect.among("part", parts.keys.map { Int64($0) })) AND segment = \(segment.number)
                """
            ) { known[try $0.int(0)] = GramRow(try $0.bytes(1)) }
            var former: [Int64] = []
            for (part, entries) in parts.sorted(by: { $0.key < $1.key }) {
                var row = known[part] ?? GramRow()
                guard row.add(entries) else { continue }
                if known[part] != nil { former.append(Int64(part)) }
                written.append([id.sqlValue, .integer(Int64(part)), .integer(segment.number), .blob(row.bytes)])
            }
            guard !former.isEmpty else { continue }
            try transaction.runLater(
                """
                DELETE FROM recipient_gram WHERE account_id = \(id)
                    AND \(transaction.dialect.among("part", former)) AND segment = \(segment.number)
                """)
        }
        try transaction.insert(
            into: "recipient_gram", columns: ["account_id", "part", "segment", "grams"], rows: written)
    }

    /// The first ids of the blocks of 64 that may hold what the filter's texts ask for, the newest first; nil where all
    /// have to be looked through, or so many of this number of recipients that looking through all is as fast.
    func blocks(for filter: AudienceFilter, among recipients: Int) throws -> [Int64]? {
        guard !filter.picksSome, let blocks = try blocks(holding: filter.needles) else { return nil }
        return blocks.count << Int(TextGrams.blockBits) > recipients / 2 ? nil : blocks
    }

    /// The same for folded texts, however many blocks they are; nil where the texts tell nothing.
    func blocks(holding needles: [String]) throws -> [Int64]? {
        var wanted: [Int: [UInt8]] = [:]
        var buckets: Set<Int> = []
        for text in needles { buckets.formUnion(TextGrams.telling(text)) }
        guard !buckets.isEmpty else { return nil }
        for bucket in buckets { wanted[TextGrams.part(of: bucket), default: []].append(TextGrams.place(of: bucket)) }
        // By hashes, so in no order: the first ones usually leave few segments in which to look for the others.
        let parts = wanted.keys.sorted()
        let first = parts.prefix(Self.partsAtFirst)
        var masks: [Int64: UInt64] = [:]
        try forEachMask(of: first, wanted) { masks[$0] = $1 }
        let rest = parts.dropFirst(Self.partsAtFirst)
        if !rest.isEmpty, !masks.isEmpty {
            var further: [Int64: UInt64] = [:]
            // Looked up one by one only where they are few.
            let some = masks.count > Self.fewSegments ? nil : masks.keys.sorted()
            try forEachMask(of: rest, wanted, in: some) { further[$0] = $1 }
            masks = masks.reduce(into: [:]) { $0[$1.key] = $1.value & (further[$1.key] ?? 0) }
        }
        var blocks: [Int64] = []
        for (segment, mask) in masks.sorted(by: { $0.key > $1.key }) {
            for bit in (0..<64).reversed() where mask & (1 << UInt64(bit)) != 0 {
                blocks.append(segment << TextGrams.segmentBits | Int64(bit) << TextGrams.blockBits)
            }
        }
        return blocks
    }

    private static var partsAtFirst: Int { 4 }
    private static var fewSegments: Int { 32 }

    /// Calls `body` with the segments that have all that is wanted of these parts in one block at least, and the bits of these blocks.
    private func forEachMask(
        of parts: ArraySlice<Int>, _ wanted: [Int: [UInt8]], in segments: [Int64]? = nil,
        _ body: (Int64, UInt64) -> Void
    ) throws {
        let dialect = transaction.dialect
        let some: SQL = segments.map { "AND \(dialect.among("segment", $0))" } ?? ""
        var found: [Int64: (mask: UInt64, parts: Int)] = [:]
        try transaction.forEach(
            """
            SELECT part, segment, grams FROM recipient_gram
            WHERE account_id = \(id) AND \(dialect.among("part", parts.map { Int64($0) })) \(some)
            """
        ) { row in
            let grams = try row.bytes(2)
            var state = found[try row.int64(1)] ?? (.max, 0)
            for place in wanted[try row.int(0)] ?? [] { state.mask &= GramRow.mask(of: place, in: grams) }
            state.parts += 1
            found[try row.int64(1)] = state
        }
        for (segment, state) in found where state.parts == parts.count && state.mask != 0 { body(segment, state.mask) }
    }

    /// Before recipients of this account are written: one transaction at a time. Whoever writes rows beside others
    /// (``write(_:)``) is waited for first, because it needs the account for its end, and holds addresses that we may want.
    /// - Throws: ``DatabaseFault/constraint(_:)`` where the account is gone. On PostgreSQL nothing else refuses its rows.
    public func lockRecipients() throws {
        try settleRecipients()
        try lockRecipientsBeside()
    }

    /// The same for whoever has taken its place beside others (``shareRecipients()``).
    public func lockRecipientsBeside() throws {
        let isThere = try transaction.first(
            "SELECT 1 FROM account WHERE id = \(id) \(transaction.dialect.lockingRows)"
        ) { _ in true }
        guard isThere == true else { throw DatabaseFault.constraint("the account is gone") }
    }

    /// Once nobody is left: who imports everybody anew each day would have an index of all days. From here on the messages to
    /// those who went are looked through.
    func forgetGrams() throws {
        let last = try transaction.first("SELECT MAX(segment) FROM recipient_gram WHERE account_id = \(id)") {
            try $0.optionalInt64(0)
        }
        guard let segment = last ?? nil else { return }
        try transaction.run(
            "UPDATE account SET unsearched_to = \((segment + 1) << TextGrams.segmentBits - 1) WHERE id = \(id)")
        try transaction.run("DELETE FROM recipient_gram WHERE account_id = \(id)")
    }

    /// Up to which recipient the index may not know the address that a message went to: nothing is known of recipients from
    /// before it, and no longer of those who went when nobody was left.
    func unsearchedEnd() throws -> Int64 {
        try transaction.first("SELECT unsearched_to, unindexed_to FROM account WHERE id = \(id)") {
            max(try $0.int64(0), try $0.int64(1))
        } ?? 0
    }

    /// How far recipients from before this index are not in it; 0 for none.
    func unindexedEnd() throws -> Int64 {
        try transaction.first("SELECT unindexed_to FROM account WHERE id = \(id)") { try $0.int64(0) } ?? 0
    }
}

extension Transaction {
    /// Whether recipients from before the index wait for it.
    public func hasUnindexedRecipients() throws -> Bool {
        try first("SELECT 1 FROM account WHERE unindexed_to > 0 LIMIT 1") { _ in true } ?? false
    }

    /// Takes up to `limit` recipients of one account into the index, the newest first.
    public func indexOlderRecipients(limit: Int) throws {
        let waiting = try first("SELECT id FROM account WHERE unindexed_to > 0 ORDER BY id LIMIT 1") {
            try $0.id(0, as: Account.ID.self)
        }
        guard let waiting else { return }
        let scope = account(waiting)
        try scope.lockRecipients()
        let end = try scope.unindexedEnd()
        let older = try rows(
            """
            SELECT id, search FROM recipient WHERE account_id = \(waiting) AND id <= \(end) ORDER BY id DESC LIMIT \(limit)
            """
        ) { (id: try $0.int64(0), search: try $0.string(1)) }
        var changes = GramChanges()
        for recipient in older { changes.add(recipient.search, id: recipient.id) }
        try scope.add(changes)
        let left = older.count < limit ? 0 : (older.last?.id ?? 1) - 1
        try run("UPDATE account SET unindexed_to = \(left) WHERE id = \(waiting)")
    }
}

extension AudienceFilter {
    /// What must occur in `search`, folded.
    var needles: [String] {
        var needles = RecipientField.allCases.map { RecipientFields.folded(self[$0]) }
        needles.append(RecipientFields.folded(search))
        return needles.filter { !$0.isEmpty }
    }
}
