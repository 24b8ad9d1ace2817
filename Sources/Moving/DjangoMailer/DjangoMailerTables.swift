/// The tables of djangoMailer that are read, with the columns that must be there (migrations up to campaign.0006).
///
/// Sessions, permissions and statistics are left out: the first two mean nothing here, and the third are counted anew.
enum DjangoMailerTable: String, CaseIterable {
    case user = "auth_user"
    case migration = "django_migrations"
    case profile = "campaign_userprofile"
    case template = "campaign_emailtemplate"
    case recipient = "campaign_recipient"
    case campaign = "campaign_emailcampaign"
    case candidate = "campaign_emailsendcandidate"
    case log = "campaign_emaillog"
    case event = "campaign_emailevent"

    var columns: [String] {
        switch self {
        case .user:
            [
                "id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "email",
                "is_active", "date_joined",
            ]
        case .migration: ["app", "name", "applied"]
        case .profile:
            [
                "id", "user_id", "smtp_host", "smtp_port", "smtp_username", "smtp_password", "use_tls", "use_ssl",
                "from_email", "max_emails_per_hour",
            ]
        case .template: ["id", "user_profile_id", "name", "subject", "body"]
        case .recipient:
            [
                "id", "user_profile_id", "email", "first_name", "last_name", "company", "country", "city",
                "free_field1", "free_field2", "free_field3",
            ]
        case .campaign: ["id", "user_profile_id", "name", "scheduled_time", "template_id"]
        case .candidate: ["id", "user_profile_id", "campaign_id", "recipient_id", "sent", "sent_time"]
        case .log:
            ["id", "user_profile_id", "campaign_id", "recipient", "sent_time", "status", "error_message"]
        case .event: ["id", "email_candidate_id", "event_type", "timestamp", "metadata"]
        }
    }

    /// Columns that came with later migrations.
    var laterColumns: [String] {
        switch self {
        case .profile: ["direct_send"]
        case .event: ["user_agent"]
        default: []
        }
    }

    /// Whether an older djangoMailer may lack it.
    var isOptional: Bool { self == .event }
}

/// Where the rows of a djangoMailer database come from: a dump, or the database itself.
public protocol DjangoMailerSource: Sendable {
    /// Hands on the rows of these tables, in pieces, the tables in any order. Of a table without rows there is one
    /// piece; of one that is not there, none.
    func read(tables: [String: [String]], _ take: (CopyPiece) async throws -> Void) async throws
}

/// A row with its columns found by name.
struct DjangoMailerRow {
    let row: CopyRow
    let table: String
    let columns: [String]
    let places: [Int?]

    private func column(_ index: Int) throws -> Int {
        guard let place = places[index] else { throw CopyProblem.noColumn(table: table, column: columns[index]) }
        return place
    }

    func has(_ index: Int) -> Bool { places[index] != nil }

    func optionalText(_ index: Int) throws -> String? { try row.text(try column(index)) }
    func text(_ index: Int) throws -> String { try optionalText(index) ?? "" }

    func optionalNumber(_ index: Int) throws -> Int64? {
        guard let text = try optionalText(index) else { return nil }
        guard let number = Int64(text) else { throw unexpected(index) }
        return number
    }

    func number(_ index: Int) throws -> Int64 {
        guard let number = try optionalNumber(index) else { throw unexpected(index) }
        return number
    }

    /// An id; never below 1.
    func id(_ index: Int) throws -> Int64 {
        let number = try number(index)
        guard number > 0 else { throw unexpected(index) }
        return number
    }

    func optionalFlag(_ index: Int) throws -> Bool? {
        guard places[index] != nil else { return nil }
        switch try optionalText(index) {
        case "t": return true
        case "f": return false
        default: throw unexpected(index)
        }
    }

    func flag(_ index: Int) throws -> Bool {
        guard let flag = try optionalFlag(index) else { throw unexpected(index) }
        return flag
    }

    /// Microseconds since 1970.
    func optionalTime(_ index: Int) throws -> Int64? {
        guard let text = try optionalText(index) else { return nil }
        guard let time = PostgresTime.microseconds(text) else { throw unexpected(index) }
        return time
    }

    func time(_ index: Int) throws -> Int64 {
        guard let time = try optionalTime(index) else { throw unexpected(index) }
        return time
    }

    private func unexpected(_ index: Int) -> CopyProblem {
        .value(table: table, column: columns[index], line: row.line)
    }
}
