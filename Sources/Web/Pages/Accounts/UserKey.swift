import Foundation
import Mail

/// A user name or address as it is compared: composed, without compatibility forms, in lower case. An address has the
/// mail module's own key, so that all ways to write one mailbox are one.
struct UserKey {
    let text: String

    init(_ name: String) {
        let trimmed = name.trimmed
        if trimmed.contains("@"), let address = try? EmailAddress(trimmed) {
            text = address.key
        } else {
            text = trimmed.precomposedStringWithCompatibilityMapping.lowercased()
        }
    }
}
