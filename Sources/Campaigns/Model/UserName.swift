internal import Foundation

/// The name a person logs in with: 1 to 150 letters, digits and `@ . + - _` (djangoMailer's rule).
public struct UserName: Hashable, Sendable, CustomStringConvertible {
    /// As it was typed, without spaces around it.
    public let text: String
    /// The same for every way to write the name (``UserKey``). Unique, together with the keys of addresses.
    public let key: String

    public var description: String { text }

    public static let longest = 150

    public init(_ text: String) throws(UserNameProblem) {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard !trimmed.isEmpty else { throw .empty }
        guard trimmed.unicodeScalars.count <= Self.longest else { throw .tooLong }
        guard trimmed.unicodeScalars.allSatisfy(Self.isAllowed) else { throw .badCharacter }
        self.text = trimmed.precomposedStringWithCanonicalMapping
        key = UserKey(trimmed).text
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .nonspacingMark, .spacingMark:
            true
        default: "@.+-_".unicodeScalars.contains(scalar)
        }
    }
}

public enum UserNameProblem: Error, Hashable, Sendable {
    case empty
    case tooLong
    case badCharacter

    public var userMessage: String {
        switch self {
        case .empty: "The user name is empty; choose one."
        case .tooLong: "The user name is longer than \(UserName.longest) characters; choose a shorter one."
        case .badCharacter: "A user name has only letters, digits and @ . + - _; choose another one."
        }
    }
}
