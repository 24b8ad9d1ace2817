public import Campaigns

/// A file of an account: its content is stored once, however often it is used.
public struct FileRecord: Sendable, Hashable {
    public var id: File.ID
    /// SHA-256 of the content.
    public var hash: [UInt8]
    /// Octets.
    public var size: Int
    public var mediaType: String
    /// As it was last uploaded, made safe.
    public var name: String
    /// Whether mails can show it.
    public var isPicture: Bool

    static let columns: SQL = "f.id, f.hash, f.size, f.media_type, f.name, f.is_picture"

    init(_ row: any Row) throws {
        id = try row.id(0)
        hash = try row.bytes(1)
        size = try row.int(2)
        mediaType = try row.string(3)
        name = try row.string(4)
        isPicture = try row.bool(5)
    }

    /// What HTML calls it when it shows it.
    public var pictureKey: PictureKey { PictureKey(hash: hash) }
}

/// A file before it is stored.
public struct NewFile: Sendable {
    public var hash: [UInt8]
    public var size: Int
    public var mediaType: String
    public var name: String
    public var isPicture: Bool

    public init(hash: [UInt8], size: Int, mediaType: String, name: String, isPicture: Bool) {
        self.hash = hash
        self.size = size
        self.mediaType = mediaType
        self.name = name
        self.isPicture = isPicture
    }
}

/// A content that the account has no room for.
public struct FileRoomExceeded: Error, Hashable {
    public var name: String
    /// Octets of the content.
    public var size: Int
    /// What the account has stored.
    public var used: Int
    /// What it may have.
    public var limit: Int
}

/// How a content is cut for the database.
public enum FilePiece {
    /// Whole lines of base64 (57 octets each), so that each piece is encoded by itself.
    public static let length = 57 * 4096
}

extension AccountScope {
    /// Stores a content, or finds it stored and calls it by its new name. Nothing refers to it yet: what is not used within a day goes.
    ///
    /// - Parameters:
    ///   - limit: octets that all files of the account may have. What is stored already needs no room.
    ///   - piece: the content's next piece of ``FilePiece/length`` octets, the last one shorter, then nil; asked for only
    ///     where the content is new.
    /// - Throws: ``FileRoomExceeded``.
    public func storeFile(
        _ file: NewFile, within limit: Int = .max, piece: () throws -> [UInt8]?
    ) throws -> File.ID {
        let now = try transaction.now
        if let known = try storedFile(file, at: now) { return known }
        // Of two uploads at once the second one waits, and sees what the first one took.
        _ = try transaction.first("SELECT 1 FROM account WHERE id = \(id) \(transaction.dialect.lockingRows)") { _ in
            true
        }
        if let known = try storedFile(file, at: now) { return known }
        try makeRoom(for: file, within: limit)
        let made: File.ID = try transaction.one(
            """
            INSERT INTO file (account_id, hash, size, media_type, name, is_picture, used_at)
            VALUES (\(id), \(file.hash), \(file.size), \(file.mediaType), \(file.name), \(file.isPicture), \(now))
            RETURNING id
            """
        ) { try $0.id(0) }
        var number = 0
        while let octets = try piece() {
            try transaction.run(
                """
                INSERT INTO file_piece (account_id, file_id, number, octets) VALUES (\(id), \(made), \(number), \(octets))
                """)
            number += 1
        }
        return made
    }

    private func storedFile(_ file: NewFile, at now: Instant) throws -> File.ID? {
        let known = try transaction.first(
            """
            SELECT f.id FROM file f WHERE f.account_id = \(id) AND f.hash = \(file.hash)
            \(transaction.dialect.lockingRows)
            """
        ) { try $0.id(0, as: File.ID.self) }
        guard let known else { return nil }
        // Whoever uploads it knows it by this name; where it is used already, it has a name of its own.
        try transaction.run(
            """
            UPDATE file SET used_at = \(now), name = \(file.name), media_type = \(file.mediaType)
            WHERE account_id = \(id) AND id = \(known)
            """)
        return known
    }

    private func makeRoom(for file: NewFile, within limit: Int) throws {
        try removeUnusedFiles()
        let used = try sizeOfFiles()
        guard used + file.size > limit else { return }
        throw FileRoomExceeded(name: file.name, size: file.size, used: used, limit: limit)
    }

    /// Octets of all files of the account, each counted once; what nothing uses is not counted a day after it was uploaded.
    public func sizeOfFiles() throws -> Int {
        let moment = try transaction.now + Self.unusedFor
        return try transaction.count(
            """
            SELECT CAST(COALESCE(SUM(f.size), 0) AS BIGINT) FROM file f
            WHERE f.account_id = \(id) AND (f.used_at >= \(moment) OR NOT (\(Self.isUnused)))
            """)
    }

    /// The files of the account, the newest first.
    public func files(before: File.ID?, limit: Int) throws -> [FileRecord] {
        let older: SQL = before.map { "AND f.id < \($0)" } ?? ""
        return try transaction.rows(
            "SELECT \(FileRecord.columns) FROM file f WHERE f.account_id = \(id) \(older) ORDER BY f.id DESC LIMIT \(limit)",
            FileRecord.init)
    }

    public func file(_ file: File.ID) throws -> FileRecord? {
        try transaction.first(
            "SELECT \(FileRecord.columns) FROM file f WHERE f.account_id = \(id) AND f.id = \(file)", FileRecord.init)
    }

    /// Pictures by what HTML calls them; those that the account does not have are left out.
    public func pictures(_ keys: some Sequence<PictureKey>) throws -> [FileRecord] {
        try Set(keys).sorted().compactMap { key in
            let (first, last) = key.hashes
            return try transaction.first(
                """
                SELECT \(FileRecord.columns) FROM file f
                WHERE f.account_id = \(id) AND f.hash >= \(first) AND f.hash <= \(last) AND f.is_picture = 1
                """, FileRecord.init)
        }
    }

    /// A piece of a content, from 0; nil behind the last one.
    public func piece(_ number: Int, of file: File.ID) throws -> [UInt8]? {
        try transaction.first(
            """
            SELECT octets FROM file_piece WHERE account_id = \(id) AND file_id = \(file) AND number = \(number)
            """
        ) { try $0.bytes(0) }
    }

    /// Removes what nothing refers to, and nobody uploaded since the moment.
    /// - Parameter some: only among these.
    /// - Returns: how many files that were.
    @discardableResult
    public func removeUnusedFiles(before moment: Instant, among some: [File.ID]? = nil) throws -> Int {
        let chosen: SQL = some.map { "\(transaction.dialect.among("f.id", $0.map(\.rawValue))) AND" } ?? ""
        // Whoever is about to use one holds its row: it is waited for, and then looked at once more.
        let files = try transaction.rows(
            """
            SELECT f.id FROM file f WHERE f.account_id = \(id) AND \(chosen) f.used_at < \(moment) AND \(Self.isUnused) ORDER BY f.id
            \(transaction.dialect.lockingRows)
            """
        ) { try $0.int64(0) }
        guard !files.isEmpty else { return 0 }
        return try transaction.run(
            """
            DELETE FROM file AS f WHERE f.account_id = \(id) AND \(transaction.dialect.among("f.id", files))
                AND f.used_at < \(moment) AND \(Self.isUnused)
            """)
    }

    private static let isUnused: SQL = """
        NOT EXISTS (SELECT 1 FROM template_file u WHERE u.account_id = f.account_id AND u.file_id = f.id)
        AND NOT EXISTS (SELECT 1 FROM campaign_file u WHERE u.account_id = f.account_id AND u.file_id = f.id)
        AND NOT EXISTS (SELECT 1 FROM content_file u WHERE u.account_id = f.account_id AND u.file_id = f.id)
        """

    /// From an upload to now, backwards: long enough for whoever uploads first and writes then.
    static let unusedFor: Duration = .seconds(-24 * 3600)
}
