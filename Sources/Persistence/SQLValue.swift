public import Campaigns

/// What a column holds.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A value that may be bound.
public protocol SQLConvertible {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLConvertible { public var sqlValue: SQLValue { self } }
extension Int64: SQLConvertible { public var sqlValue: SQLValue { .integer(self) } }
extension Int: SQLConvertible { public var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Double: SQLConvertible { public var sqlValue: SQLValue { .real(self) } }
extension String: SQLConvertible { public var sqlValue: SQLValue { .text(self) } }
/// 0 or 1, in both databases.
extension Bool: SQLConvertible { public var sqlValue: SQLValue { .integer(self ? 1 : 0) } }
extension [UInt8]: SQLConvertible { public var sqlValue: SQLValue { .blob(self) } }
extension Instant: SQLConvertible { public var sqlValue: SQLValue { .integer(rawValue) } }
extension MessageState: SQLConvertible { public var sqlValue: SQLValue { .text(rawValue) } }
extension CampaignState: SQLConvertible { public var sqlValue: SQLValue { .text(rawValue) } }
extension Account.ID: SQLConvertible {}
extension User.ID: SQLConvertible {}
extension Sender.ID: SQLConvertible {}
extension Recipient.ID: SQLConvertible {}
extension Template.ID: SQLConvertible {}
extension File.ID: SQLConvertible {}
extension Content.ID: SQLConvertible {}
extension SigningKey.ID: SQLConvertible {}
extension Campaign.ID: SQLConvertible {}
extension Message.ID: SQLConvertible {}
extension Import.ID: SQLConvertible {}
extension Epoch.ID: SQLConvertible {}

extension SQLConvertible where Self: Identifier { public var sqlValue: SQLValue { .integer(rawValue) } }
