import Foundation

/// A user name or address as it is compared: composed, without compatibility forms, in lower case.
struct UserKey {
    let text: String

    init(_ name: String) { text = name.trimmed.precomposedStringWithCompatibilityMapping.lowercased() }
}
