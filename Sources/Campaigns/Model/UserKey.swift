internal import Foundation
internal import Mail

/// A user name or address as it is compared: composed, without compatibility forms, in lower case. An address has the
/// mail module's own key, so that all ways to write one mailbox are one, and nobody takes another one's address for a
/// name.
public struct UserKey: Hashable, Sendable {
    public let text: String

    /// - Parameter name: as somebody typed it; whether it can be a name at all is another question (``UserName``).
    public init(_ name: String) {
        let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
        if trimmed.utf8.contains(UInt8(ascii: "@")), let address = try? EmailAddress(trimmed) {
            text = address.key
        } else {
            text = trimmed.precomposedStringWithCompatibilityMapping.lowercased()
        }
    }
}
