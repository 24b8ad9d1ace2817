internal import Foundation

/// The name a person logs in with: 1 to 150 letters, digits and `@ . + - _` (djangoMailer's rule).
public struct UserName: Hashable, Sendable, CustomStringConvertible {
    /// As it was typed, without spaces around it.
    public let text: String
    /// The same for every way to write the name: NFKC, lower case. Unique, together with the keys of addresses.
    public let key: String

    public var description: String { text }

    public static let longest = 150

    public init(_ text: String) throws(UserNameProblem) {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard !trimmed.isEmpty else { throw .empty }
        guard trimmed.unicodeScalars.count <= Self.longest else { throw .tooLong }
        guard trimmed.unicodeScalars.allSatisfy(Self.isAllowed) else { throw .badCharacter }
        self.text = trimmed.precomposedStringWithCanonicalMapping
        key = trimmed.precomposedStringWithCompatibilityMapping.lowercased()
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

/// Which passwords are taken: at least ten characters, not digits alone, not the user's name or address (after
/// NIST SP 800-63B §3.1.1.2, which asks for length and for no mixture of kinds).
public enum PasswordRule {
    public static let shortest = 10

    public enum Problem: Error, Hashable, Sendable {
        case tooShort
        case onlyDigits
        case isName

        public var userMessage: String {
            switch self {
            case .tooShort: "The password is shorter than \(PasswordRule.shortest) characters; choose a longer one."
            case .onlyDigits: "The password has only digits; choose one with letters as well."
            case .isName: "The password is the user's name or address; choose another one."
            }
        }
    }

    public static func check(_ password: String, names: [String]) throws(Problem) {
        guard password.count >= shortest else { throw .tooShort }
        guard !password.allSatisfy(\.isNumber) else { throw .onlyDigits }
        let folded = password.lowercased()
        guard !names.contains(where: { $0.lowercased() == folded }) else { throw .isName }
    }
}
