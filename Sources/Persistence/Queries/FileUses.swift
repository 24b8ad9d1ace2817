public import Campaigns

/// What a file goes with.
public enum FileOwner: Sendable, Hashable {
    case template(Template.ID)
    /// A single mail.
    case campaign(Campaign.ID)
    /// Frozen: never changed.
    case content(Content.ID)

    var table: SQL {
        switch self {
        case .template: "template_file"
        case .campaign: "campaign_file"
        case .content: "content_file"
        }
    }

    var column: SQL {
        switch self {
        case .template: "template_id"
        case .campaign: "campaign_id"
        case .content: "content_id"
        }
    }

    var number: Int64 {
        switch self {
        case .template(let id): id.rawValue
        case .campaign(let id): id.rawValue
        case .content(let id): id.rawValue
        }
    }
}

/// A file and how a mail uses it.
public struct FileUse: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case attachment, picture
    }

    public var file: FileRecord
    public var kind: Kind
    /// What its readers see.
    public var name: String
    /// By its content and the name it has here.
    public var mediaType: String

    static let columns: SQL = "\(FileRecord.columns), u.kind, u.name, u.media_type"

    init(_ row: any Row) throws {
        file = try FileRecord(row)
        kind = try row.value(6)
        name = try row.string(7)
        mediaType = try row.string(8)
    }
}

extension AccountScope {
    /// Pictures first, then attachments in the order in which they came.
    public func files(of owner: FileOwner) throws -> [FileUse] {
        try transaction.rows(
            """
            SELECT \(FileUse.columns) FROM \(owner.table) u
            JOIN file f ON f.account_id = u.account_id AND f.id = u.file_id
            WHERE u.account_id = \(id) AND u.\(owner.column) = \(owner.number)
            ORDER BY CASE u.kind WHEN 'picture' THEN 0 ELSE 1 END, u.position, u.file_id
            """, FileUse.init)
    }

    /// Puts a file to use, or gives it another name there.
    /// - Parameter mediaType: nil: that which it was uploaded with.
    /// - Returns: false where the account has no such file.
    @discardableResult
    public func use(
        _ file: File.ID, as kind: FileUse.Kind, named name: String, mediaType: String? = nil, in owner: FileOwner
    ) throws -> Bool {
        // Held, so that it is not removed at the same moment.
        let uploaded = try transaction.first(
            """
            SELECT f.media_type FROM file f WHERE f.account_id = \(id) AND f.id = \(file) \(transaction.dialect.lockingRows)
            """
        ) { try $0.string(0) }
        guard let uploaded else { return false }
        try transaction.run(
            """
            INSERT INTO \(owner.table) (account_id, \(owner.column), file_id, kind, name, media_type, position)
            VALUES (\(id), \(owner.number), \(file), \(kind.rawValue), \(name), \(mediaType ?? uploaded), (
                SELECT COALESCE(MAX(u.position), 0) + 1 FROM \(owner.table) u
                WHERE u.account_id = \(id) AND u.\(owner.column) = \(owner.number)))
            ON CONFLICT (account_id, \(owner.column), file_id, kind) DO UPDATE
                SET name = EXCLUDED.name, media_type = EXCLUDED.media_type
            """)
        return true
    }

    /// Takes a file away; its content goes too where nothing else uses it.
    /// - Returns: whether it was there.
    public func stopUsing(_ file: File.ID, as kind: FileUse.Kind, in owner: FileOwner) throws -> Bool {
        let removed = try transaction.run(
            """
            DELETE FROM \(owner.table) WHERE account_id = \(id) AND \(owner.column) = \(owner.number)
                AND file_id = \(file) AND kind = \(kind.rawValue)
            """)
        guard removed > 0 else { return false }
        try removeIfUnused([file])
        return true
    }

    /// Makes the pictures of a template those that its HTML shows.
    public func setPictures(_ keys: [PictureKey], of template: Template.ID) throws {
        let owner = FileOwner.template(template)
        let wanted = try pictures(keys)
        for use in try files(of: owner) where use.kind == .picture && !wanted.contains(where: { $0.id == use.file.id })
        {
            try transaction.run(
                """
                DELETE FROM template_file WHERE account_id = \(id) AND template_id = \(template)
                    AND file_id = \(use.file.id) AND kind = 'picture'
                """)
        }
        for picture in wanted { try use(picture.id, as: .picture, named: picture.name, in: owner) }
        try removeUnusedFiles()
    }

    /// Gives an owner what another one has, behind what it has already.
    public func copyFiles(from source: FileOwner, to owner: FileOwner) throws {
        // Held, so that none is removed at the same moment; one that is just being taken away is not copied.
        _ = try transaction.rows(
            """
            SELECT f.id FROM file f WHERE f.account_id = \(id) AND f.id IN (
                SELECT u.file_id FROM \(source.table) u WHERE u.account_id = \(id) AND u.\(source.column) = \(source.number))
            ORDER BY f.id \(transaction.dialect.lockingRows)
            """
        ) { _ in true }
        try transaction.run(
            """
            INSERT INTO \(owner.table) (account_id, \(owner.column), file_id, kind, name, media_type, position)
            SELECT u.account_id, \(owner.number), u.file_id, u.kind, u.name, u.media_type, u.position + (
                SELECT COALESCE(MAX(o.position), 0) FROM \(owner.table) o
                WHERE o.account_id = u.account_id AND o.\(owner.column) = \(owner.number))
            FROM \(source.table) u
            WHERE u.account_id = \(id) AND u.\(source.column) = \(source.number)
            ON CONFLICT (account_id, \(owner.column), file_id, kind) DO NOTHING
            """)
    }

    /// Those of these files that nothing refers to any more.
    func removeIfUnused(_ files: [File.ID]) throws {
        try removeUnusedFiles(before: try transaction.now + .seconds(1), among: files)
    }

    /// What was uploaded a day ago and nothing refers to.
    public func removeUnusedFiles() throws {
        // A node of a version before 25 leaves these behind when a campaign is deleted.
        try transaction.run(
            """
            DELETE FROM content_file WHERE account_id = \(id) AND NOT EXISTS (
                SELECT 1 FROM campaign c
                WHERE c.account_id = content_file.account_id AND c.content_id = content_file.content_id)
            """)
        try removeUnusedFiles(before: try transaction.now + Self.unusedFor)
    }
}
