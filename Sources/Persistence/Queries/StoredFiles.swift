public import Campaigns

/// A stored file, and what it is kept for.
public struct StoredFile: Sendable {
    /// A template with it.
    public struct InTemplate: Sendable, Hashable {
        public var id: Template.ID
        public var name: String
    }

    /// A campaign, or a single mail, that was or will be sent with it.
    public struct InCampaign: Sendable, Hashable {
        public var id: Campaign.ID
        public var name: String
        public var isSingle: Bool
        /// Whether mails with it may still leave.
        public var isHeld: Bool
        public var state: CampaignState

        /// Whether it has ended but for mails that a person has to decide about.
        public var isUndecided: Bool { isHeld && state == .finished }
    }

    public var file: FileRecord
    /// The first of them by name, at most ``mostShown``.
    public var templates: [InTemplate] = []
    public var templateCount = 0
    /// The newest, those that may still send before the others, at most ``mostShown``.
    public var campaigns: [InCampaign] = []
    public var campaignCount = 0

    public static let mostShown = 3

    /// Whether it may be given up.
    public var isFree: Bool { templateCount == 0 && campaigns.first?.isHeld != true }
}

/// What was given up, and what was not because it is needed.
public struct FilesGivenUp: Sendable, Hashable {
    public var files: Int
    /// Octets.
    public var size: Int
    public var kept: Int

    public init(files: Int = 0, size: Int = 0, kept: Int = 0) {
        self.files = files
        self.size = size
        self.kept = kept
    }
}

/// A file that mails were sent with, and that is no longer stored.
public struct FreedFile: Sendable, Hashable {
    public var kind: FileUse.Kind
    public var name: String
    /// Octets.
    public var size: Int
    public var at: Instant
}

extension AccountScope {
    /// The largest files with their uses.
    public func storedFiles(limit: Int) throws -> [StoredFile] {
        var files = try transaction.rows(
            """
            SELECT \(FileRecord.columns) FROM file f WHERE f.account_id = \(id) ORDER BY f.size DESC, f.id LIMIT \(limit)
            """
        ) { StoredFile(file: try FileRecord($0)) }
        let places = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1.file.id, $0) })
        let chosen = transaction.dialect.integers(files.map(\.file.id.rawValue))
        try transaction.forEach(
            """
            SELECT * FROM (
                SELECT x.file_id, t.id, t.name, COUNT(*) OVER (PARTITION BY x.file_id) AS uses,
                    ROW_NUMBER() OVER (PARTITION BY x.file_id ORDER BY t.name, t.id) AS place
                FROM (SELECT DISTINCT file_id, template_id FROM template_file
                    WHERE account_id = \(id) AND file_id IN (\(chosen))) x
                JOIN template t ON t.account_id = \(id) AND t.id = x.template_id) y
            WHERE y.place <= \(StoredFile.mostShown) ORDER BY y.file_id, y.place
            """
        ) { row in
            guard let place = places[try row.id(0)] else { return }
            files[place].templates.append(.init(id: try row.id(1), name: try row.string(2)))
            files[place].templateCount = try row.int(3)
        }
        try transaction.forEach(
            """
            SELECT * FROM (
                SELECT z.*, COUNT(*) OVER (PARTITION BY z.file_id) AS uses,
                    ROW_NUMBER() OVER (PARTITION BY z.file_id ORDER BY z.held DESC, z.id DESC) AS place
                FROM (SELECT x.file_id, c.id, c.name, c.kind, \(Self.isHeld) AS held, c.state
                    FROM (\(campaignUses(of: chosen))) x
                    JOIN campaign c ON c.account_id = \(id) AND c.id = x.campaign_id) z) y
            WHERE y.place <= \(StoredFile.mostShown) ORDER BY y.file_id, y.place
            """
        ) { row in
            guard let place = places[try row.id(0)] else { return }
            let kind: CampaignRecord.Kind = try row.value(3)
            files[place].campaigns.append(
                .init(
                    id: try row.id(1), name: try row.string(2), isSingle: kind == .single, isHeld: try row.bool(4),
                    state: try row.value(5)))
            files[place].campaignCount = try row.int(6)
        }
        return files
    }

    /// How many files the account has stored.
    public func countFiles() throws -> Int {
        try transaction.count("SELECT COUNT(*) FROM file WHERE account_id = \(id)")
    }

    /// Gives files up that no template has and no campaign will send any more. Those that were sent with them are known
    /// by their names from then on.
    public func giveUp(_ files: [File.ID]) throws -> FilesGivenUp {
        let asked = transaction.dialect.integers(Set(files.map(\.rawValue)).sorted())
        let campaigns = try transaction.rows("SELECT x.campaign_id FROM (\(campaignUses(of: asked))) x") {
            try $0.int64(0)
        }
        // In the order in which campaigns begin: first they, then the files. Nobody decides about their mails meanwhile.
        _ = try transaction.rows(
            """
            SELECT 1 FROM campaign WHERE account_id = \(id)
                AND \(transaction.dialect.among("id", Set(campaigns).sorted())) ORDER BY id \(transaction.dialect.lockingRows)
            """
        ) { _ in true }
        let found = try transaction.rows(
            """
            SELECT f.id, f.size FROM file f WHERE f.account_id = \(id) AND f.id IN (\(asked)) ORDER BY f.id
            \(transaction.dialect.lockingRows)
            """
        ) { (try $0.int64(0), try $0.int(1)) }
        let needed = Set(
            try transaction.rows(
                """
                SELECT file_id FROM template_file WHERE account_id = \(id) AND file_id IN (\(asked))
                UNION SELECT x.file_id FROM (\(campaignUses(of: asked))) x
                JOIN campaign c ON c.account_id = \(id) AND c.id = x.campaign_id WHERE \(Self.isHeld) = 1
                """
            ) { try $0.int64(0) })
        let free = found.filter { !needed.contains($0.0) }
        let chosen = transaction.dialect.integers(free.map(\.0))
        let now = try transaction.now
        try transaction.run(
            """
            INSERT INTO freed_file (account_id, content_id, file_id, kind, name, media_type, size, freed_at)
            SELECT u.account_id, u.content_id, u.file_id, u.kind, u.name, u.media_type, f.size, \(now)
            FROM content_file u JOIN file f ON f.account_id = u.account_id AND f.id = u.file_id
            WHERE u.account_id = \(id) AND u.file_id IN (\(chosen))
            """)
        for table: SQL in ["content_file", "campaign_file"] {
            try transaction.run("DELETE FROM \(table) WHERE account_id = \(id) AND file_id IN (\(chosen))")
        }
        try removeIfUnused(free.map { File.ID(rawValue: $0.0) })
        return FilesGivenUp(files: free.count, size: free.reduce(0) { $0 + $1.1 }, kept: found.count - free.count)
    }

    /// What mails of a content had with them and is no longer stored.
    public func freedFiles(of content: Content.ID) throws -> [FreedFile] {
        try transaction.rows(
            """
            SELECT kind, name, size, freed_at FROM freed_file WHERE account_id = \(id) AND content_id = \(content)
            ORDER BY kind, name, file_id
            """
        ) { FreedFile(kind: try $0.value(0), name: try $0.string(1), size: try $0.int(2), at: try $0.instant(3)) }
    }

    /// The files of a content that no other campaign sends; its own campaign is being deleted.
    func removeFiles(of content: Content.ID) throws {
        let isSent = try transaction.first(
            "SELECT 1 FROM campaign WHERE account_id = \(id) AND content_id = \(content)"
        ) { _ in true }
        guard isSent == nil else { return }
        let files = try files(of: .content(content)).map(\.file.id)
        try transaction.run("DELETE FROM content_file WHERE account_id = \(id) AND content_id = \(content)")
        try removeIfUnused(files)
    }

    /// Pairs of file_id and campaign_id.
    private func campaignUses(of files: SQL) -> SQL {
        """
        SELECT u.file_id, k.id AS campaign_id FROM content_file u
            JOIN campaign k ON k.account_id = u.account_id AND k.content_id = u.content_id
            WHERE u.account_id = \(id) AND u.file_id IN (\(files))
        UNION SELECT u.file_id, u.campaign_id FROM campaign_file u
            WHERE u.account_id = \(id) AND u.file_id IN (\(files))
        """
    }

    /// 1 for a campaign `c` of which mails may still leave: one that has not ended, or of which a person may still decide to send
    /// some again.
    private static let isHeld: SQL = """
        CASE WHEN c.state NOT IN ('finished', 'cancelled') OR EXISTS (
            SELECT 1 FROM campaign_tally y
            WHERE y.account_id = c.account_id AND y.campaign_id = c.id AND y.messages > 0
                AND (y.state IN ('ready', 'claimed', 'dotted')
                    OR c.state = 'finished' AND y.state IN ('unknown', 'quarantined')))
        THEN 1 ELSE 0 END
        """
}
