public import Campaigns

/// A piece of a file, as it is staged.
public struct StagedPiece: Sendable {
    /// From 1, in the file's order.
    public var number: Int64
    /// The last line that it or its faults hold.
    public var lastLine: Int64
    /// How many rows are packed.
    public var count: Int
    /// Rows in Importing's own form.
    public var packed: [UInt8]
    /// An octet for each row; nil where all are new.
    public var verdicts: [UInt8]?

    public init(number: Int64, lastLine: Int64, count: Int, packed: [UInt8]) {
        self.number = number
        self.lastLine = lastLine
        self.count = count
        self.packed = packed
    }

    static let columns: SQL = "p.number, p.last_line, p.row_count, p.packed, v.verdicts"
    static let source: SQL = """
        import_piece p LEFT JOIN import_verdict v
            ON v.account_id = p.account_id AND v.import_id = p.import_id AND v.number = p.number
        """

    init(_ row: any Row) throws {
        number = try row.int64(0)
        lastLine = try row.int64(1)
        count = try row.int(2)
        packed = try row.bytes(3)
        verdicts = try row.optionalBytes(4)
    }
}

/// The pieces of an import's file.
extension AccountScope {
    public func stage(_ piece: StagedPiece, of importID: Import.ID) throws {
        try transaction.run(
            """
            INSERT INTO import_piece (account_id, import_id, number, last_line, row_count, packed)
            VALUES (\(id), \(importID), \(piece.number), \(piece.lastLine), \(piece.count), \(piece.packed))
            """)
    }

    /// Replaces the rows of a piece.
    public func restage(_ piece: StagedPiece, of importID: Import.ID) throws {
        try transaction.run(
            """
            UPDATE import_piece SET row_count = \(piece.count), packed = \(piece.packed)
            WHERE account_id = \(id) AND import_id = \(importID) AND number = \(piece.number)
            """)
    }

    /// Pieces behind `number`, in order: as many as have no more than `octets` together.
    /// - Parameter orOne: whether the first one is there however large it is.
    public func stagedPieces(
        of importID: Import.ID, after number: Int64, limit: Int, octets: Int = .max, orOne: Bool = true
    ) throws -> [StagedPiece] {
        let limit = try count(
            of: """
                SELECT LENGTH(packed) FROM import_piece
                WHERE account_id = \(id) AND import_id = \(importID) AND number > \(number) ORDER BY number LIMIT \(limit)
                """, limit, octets, orOne: orOne)
        return try transaction.rows(
            """
            SELECT \(StagedPiece.columns) FROM \(StagedPiece.source)
            WHERE p.account_id = \(id) AND p.import_id = \(importID) AND p.number > \(number)
            ORDER BY p.number LIMIT \(limit)
            """, StagedPiece.init)
    }

    /// Pieces before `number`, the last one first: as many as have no more than `octets` together, at least one.
    public func stagedPieces(
        of importID: Import.ID, before number: Int64, limit: Int, octets: Int = .max
    ) throws -> [StagedPiece] {
        let limit = try count(
            of: """
                SELECT LENGTH(packed) FROM import_piece
                WHERE account_id = \(id) AND import_id = \(importID) AND number < \(number) ORDER BY number DESC LIMIT \(limit)
                """, limit, octets, orOne: true)
        return try transaction.rows(
            """
            SELECT \(StagedPiece.columns) FROM \(StagedPiece.source)
            WHERE p.account_id = \(id) AND p.import_id = \(importID) AND p.number < \(number)
            ORDER BY p.number DESC LIMIT \(limit)
            """, StagedPiece.init)
    }

    /// How many pieces of these lengths have no more than `octets` together.
    private func count(of lengths: SQL, _ limit: Int, _ octets: Int, orOne: Bool) throws -> Int {
        guard octets < .max else { return limit }
        var (count, room) = (0, octets)
        for length in try transaction.rows(lengths, { try $0.int(0) }) {
            guard length <= room || count == 0 && orOne else { break }
            room -= length
            count += 1
        }
        return count
    }

    public func hasStagedPieces(of importID: Import.ID, after number: Int64) throws -> Bool {
        try transaction.first(
            "SELECT 1 FROM import_piece WHERE account_id = \(id) AND import_id = \(importID) AND number > \(number) LIMIT 1"
        ) { _ in true } ?? false
    }

    /// The number of the piece that ends before a line, 0 for the first.
    public func pieceBefore(line: Int64, of importID: Import.ID) throws -> Int64 {
        try transaction.one(
            """
            SELECT COALESCE(MAX(number), 0) FROM import_piece
            WHERE account_id = \(id) AND import_id = \(importID) AND last_line < \(line)
            """
        ) { try $0.int64(0) }
    }

    public func setVerdicts(_ verdicts: [UInt8], of number: Int64, _ importID: Import.ID) throws {
        try transaction.run(
            """
            INSERT INTO import_verdict (account_id, import_id, number, verdicts)
            VALUES (\(id), \(importID), \(number), \(verdicts))
            ON CONFLICT (account_id, import_id, number) DO UPDATE SET verdicts = EXCLUDED.verdicts
            """)
    }

    /// What was found of each row that is not in a piece of new ones only.
    public func forEachVerdict(of importID: Import.ID, _ body: (UInt8) -> Void) throws {
        try transaction.forEach(
            "SELECT verdicts FROM import_verdict WHERE account_id = \(id) AND import_id = \(importID)"
        ) { row in
            for octet in try row.bytes(0) { body(octet) }
        }
    }

    /// Takes back what an analysis found.
    public func forgetVerdicts(of importID: Import.ID) throws {
        try transaction.run("DELETE FROM import_verdict WHERE account_id = \(id) AND import_id = \(importID)")
        try transaction.run("DELETE FROM import_row WHERE import_id = \(importID) AND verdict = 'repeated'")
    }

    /// Removes about `limit` pieces behind `number` with their verdicts.
    /// - Returns: the piece up to which they are gone; nil if no more follow.
    public func unstagePieces(of importID: Import.ID, after number: Int64, limit: Int) throws -> Int64? {
        let end = number + Int64(limit)
        for table in ["import_piece", "import_verdict"] as [SQL] {
            try transaction.run(
                """
                DELETE FROM \(table) WHERE account_id = \(id) AND import_id = \(importID)
                    AND number > \(number) AND number <= \(end)
                """)
        }
        let hasMore = try transaction.first(
            "SELECT 1 FROM import_piece WHERE account_id = \(id) AND import_id = \(importID) AND number > \(end) LIMIT 1"
        ) { _ in true }
        return hasMore == true ? end : nil
    }
}

extension Transaction {
    /// Removes all pieces at once where every one of them is of an import that has ended: PostgreSQL takes a second to delete
    /// a million rows of a file, and keeps their room. It does nothing where somebody else is at them; then they are to be
    /// removed one by one.
    public func unstageAllOfEndedImports() throws {
        guard dialect == .postgres else { return }
        try run(
            """
            DO $$ BEGIN
                SET LOCAL lock_timeout = '50ms';
                LOCK TABLE import_piece, import_verdict IN ACCESS EXCLUSIVE MODE;
                IF NOT EXISTS (
                    SELECT FROM import_piece p JOIN import i ON i.account_id = p.account_id AND i.id = p.import_id
                    WHERE i.state NOT IN ('finished', 'cancelled', 'failed')
                ) THEN TRUNCATE import_piece, import_verdict; END IF;
            EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN NULL;
            END $$
            """)
    }
}
