public import Campaigns

/// What the stage of an import has of one user and the profile.
public struct OriginUser: Sendable {
    public var id: Int64
    public var name, password, email, fullName: String
    public var isSuperuser, isActive: Bool
    public var joinedAt: Instant
    public var lastLoginAt: Instant?
    public var profile: OriginProfile?
}

public struct OriginProfile: Sendable {
    public var id: Int64
    public var host: String
    public var port: Int
    public var username, password: String
    public var usesTLS, usesSSL: Bool
    public var fromEmail: String
    public var maxPerHour: Int
    public var isDirect: Bool
}

public struct OriginTemplate: Sendable {
    public var id: Int64
    public var name, subject, body: String
}

public struct OriginRecipient: Sendable {
    public var id: Int64
    /// `EmailAddress.key` where ``problem`` is empty.
    public var match: String
    /// Packed `RecipientFields`.
    public var fields: String
    public var problem: String
}

/// A campaign with what its letters are together.
public struct OriginCampaign: Sendable {
    /// 0: what has no campaign.
    public var id: Int64
    public var name: String
    public var scheduledAt: Instant?
    public var template: Int64?
    /// Letters, and those that would still be sent.
    public var letters, open: Int
    public var tries: Int
    public var firstAt, lastAt: Instant?
    /// Whether the campaign belongs to the profile; what does not is left out.
    public var candidates: Int
}

public struct OriginLetter: Sendable {
    public var keeper: Int64
    public var state: MessageState
    public var deliveries, tries: Int
    public var firstAt, lastAt, sentAt: Instant?
    public var reason: String
    public var fields: String
}

public struct OriginLog: Sendable {
    public var id: Int64
    public var keeper: Int64
    public var at: Instant
    public var outcome: AttemptRecord.Outcome
    public var code: Int?
    public var reply: String
    public var email: String
}

/// An opening or a click.
public struct OriginReading: Sendable, Hashable {
    public var id, keeper: Int64
    public var isClick: Bool
    public var at: Instant
    /// Of a click; may be empty.
    public var url: String
    public var sign: MachineSign?
}

/// A bounce or complaint of the staged events.
public struct OriginComplaint: Sendable {
    public var id: Int64
    public var isComplaint: Bool
    public var at: Instant
    public var detail: String
    public var match: String
    public var email: String
}

/// Something to be told after an import.
public struct OriginFinding: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Imported, but not as it was.
        case changed
        /// Not imported.
        case leftOut = "left out"
        /// Something to know.
        case note
    }

    public var kind: Kind
    /// The origin's table, such as "recipient".
    public var entity: String
    public var originID: Int64
    /// The user whose it is.
    public var owner: String
    public var subject: String
    public var sentence: String

    public init(
        _ kind: Kind, _ entity: String, _ originID: Int64, owner: String, subject: String, _ sentence: String
    ) {
        self.kind = kind
        self.entity = entity
        self.originID = originID
        self.owner = owner
        self.subject = subject
        self.sentence = sentence
    }

    public var row: [SQLValue] {
        [
            .text(kind.rawValue), .text(entity), .integer(originID), .text(owner), .text(subject), .text(sentence),
        ]
    }
}
