public import Campaigns

/// A template, as stored: HTML already sanitised.
public struct TemplateRecord: Sendable, Hashable {
    public var id: Template.ID
    public var name: String
    public var subject: String
    /// What mail programs show behind the subject; empty for none.
    public var previewText: String
    public var html: String
    /// Empty: made from the HTML when a mail is written.
    public var plainText: String
    public var updatedAt: Instant
    /// Whether the rules of its style sheets are copied into style attributes when a mail is made of it.
    public var inlinesStyles: Bool

    static let columns: SQL = "id, name, subject, html, plain_text, updated_at, inlines_styles, preview_text"

    init(_ row: any Row) throws {
        id = try row.id(0)
        name = try row.string(1)
        subject = try row.string(2)
        html = try row.string(3)
        plainText = try row.string(4)
        updatedAt = try row.instant(5)
        inlinesStyles = try row.bool(6)
        previewText = try row.string(7)
    }
}

/// What a person writes.
public struct TemplateText: Sendable, Hashable {
    public var name: String
    public var subject: String
    /// What mail programs show behind the subject; empty for none.
    public var previewText: String
    public var html: String
    public var plainText: String
    public var inlinesStyles: Bool

    public init(
        name: String, subject: String, previewText: String = "", html: String, plainText: String,
        inlinesStyles: Bool = true
    ) {
        self.name = name
        self.subject = subject
        self.previewText = previewText
        self.html = html
        self.plainText = plainText
        self.inlinesStyles = inlinesStyles
    }
}

/// A line of the list: without the bodies, which may be large.
public struct TemplateSummary: Sendable, Hashable {
    public var id: Template.ID
    public var name: String
    public var subject: String
    public var updatedAt: Instant
    /// Campaigns that were made with it and still name it.
    public var campaigns: Int
}

/// How a deletion ended.
public enum TemplateDeletion: Sendable, Hashable {
    case deleted
    case missing
    /// These drafts and scheduled campaigns still need it; at most twenty of them, newest first.
    case usedBy([CampaignName])
}

/// A campaign by its name, for sentences and links.
public struct CampaignName: Sendable, Hashable {
    public var id: Campaign.ID
    public var name: String
}

extension AccountScope {
    public func template(_ template: Template.ID) throws -> TemplateRecord? {
        try transaction.first(
            "SELECT \(TemplateRecord.columns) FROM template WHERE account_id = \(id) AND id = \(template)",
            TemplateRecord.init)
    }

    /// Newest first, `limit` of them, older than `before`.
    /// - Parameter search: part of the name or the subject, in any case.
    public func templates(before: Template.ID? = nil, limit: Int, search: String = "") throws -> [TemplateSummary] {
        let dialect = transaction.dialect
        let older: SQL = before.map { "AND t.id < \($0)" } ?? ""
        let matching: SQL =
            search.isEmpty
            ? ""
            : """
            AND (\(dialect.contains("t.name", folding: search)) OR \(dialect.contains("t.subject", folding: search)))
            """
        return try transaction.rows(
            """
            SELECT t.id, t.name, t.subject, t.updated_at, (
                SELECT COUNT(*) FROM campaign c WHERE c.account_id = t.account_id AND c.template_id = t.id AND c.kind = 'campaign')
            FROM template t WHERE t.account_id = \(id) \(older) \(matching) ORDER BY t.id DESC LIMIT \(limit)
            """
        ) {
            TemplateSummary(
                id: try $0.id(0), name: try $0.string(1), subject: try $0.string(2), updatedAt: try $0.instant(3),
                campaigns: try $0.int(4))
        }
    }

    public func createTemplate(_ text: TemplateText) throws -> Template.ID {
        let now = try transaction.now
        return try transaction.one(
            """
            INSERT INTO template (account_id, name, subject, preview_text, html, plain_text, inlines_styles, created_at, updated_at)
            VALUES (\(id), \(text.name), \(text.subject), \(text.previewText), \(text.html), \(text.plainText), \(text.inlinesStyles), \(now), \(now))
            RETURNING id
            """
        ) { try $0.id(0) }
    }

    /// - Returns: whether there is such a template.
    public func updateTemplate(_ template: Template.ID, _ text: TemplateText) throws -> Bool {
        let now = try transaction.now
        return try transaction.run(
            """
            UPDATE template SET name = \(text.name), subject = \(text.subject), preview_text = \(text.previewText), html = \(text.html),
                plain_text = \(text.plainText), inlines_styles = \(text.inlinesStyles), updated_at = \(now)
            WHERE account_id = \(id) AND id = \(template)
            """) > 0
    }

    /// Removes a template that no draft or scheduled campaign needs. Campaigns that have begun keep the content that was
    /// frozen then; they only forget which template it came from.
    public func deleteTemplate(_ template: Template.ID) throws -> TemplateDeletion {
        let users = try campaignsWaiting(for: template, limit: 20)
        guard users.isEmpty else { return .usedBy(users) }
        let files = try files(of: .template(template)).map(\.file.id)
        try transaction.run(
            "UPDATE campaign SET template_id = NULL WHERE account_id = \(id) AND template_id = \(template)")
        let removed = try transaction.run("DELETE FROM template WHERE account_id = \(id) AND id = \(template)")
        try removeIfUnused(files)
        return removed > 0 ? .deleted : .missing
    }

    /// Campaigns with this template that have not begun: what is changed in it is what they will send.
    public func campaignsWaiting(for template: Template.ID, limit: Int) throws -> [CampaignName] {
        try transaction.rows(
            """
            SELECT id, name FROM campaign
            WHERE account_id = \(id) AND template_id = \(template)
                AND (state IN ('draft', 'scheduled') OR state = 'paused' AND started_at IS NULL)
            ORDER BY id DESC LIMIT \(limit)
            """
        ) { CampaignName(id: try $0.id(0), name: try $0.string(1)) }
    }
}
