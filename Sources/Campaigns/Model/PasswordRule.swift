/// Which passwords are taken: long ones that are not near to the user's name or address, and none of those that everybody
/// tries (after NIST SP 800-63B §3.1.1.2, which asks for length and for no mixture of kinds).
public enum PasswordRule {
    /// In characters.
    public static let shortest = 10
    /// In characters.
    public static let longest = 200
    /// In bytes of UTF-8; a single character may have dozens of them. What is hashed is bounded by it.
    public static let mostBytes = 1024

    public enum Problem: Error, Hashable, Sendable {
        case tooShort
        case tooLong
        case tooManyBytes
        case onlyDigits
        case nearName
        case common

        public var userMessage: String {
            switch self {
            case .tooShort: "The password is shorter than \(PasswordRule.shortest) characters; choose a longer one."
            case .tooLong: "The password is longer than \(PasswordRule.longest) characters; choose a shorter one."
            case .tooManyBytes:
                "The password takes more than \(PasswordRule.mostBytes) bytes, because some of its characters take many; choose a shorter one."
            case .onlyDigits: "The password has only digits; choose one with letters as well."
            case .nearName: "The password is too close to the user's name or address; choose another one."
            case .common: "Many people use this password, so it is easy to guess; choose another one."
            }
        }
    }

    /// - Parameter names: names and addresses that the password must not be.
    public static func check(_ password: String, names: [String]) throws(Problem) {
        guard password.count >= shortest else { throw .tooShort }
        guard password.count <= longest else { throw .tooLong }
        guard password.utf8.count <= mostBytes else { throw .tooManyBytes }
        guard !password.allSatisfy(\.isNumber) else { throw .onlyDigits }
        let folded = password.lowercased()
        guard !names.contains(where: { isNear(folded, $0.lowercased()) }) else { throw .nearName }
        guard !isCommon(folded) else { throw .common }
    }

    /// Whether hardly anything is left of the password without the name, the address, or what stands around its @.
    private static func isNear(_ password: String, _ name: String) -> Bool {
        let parts = [name] + name.split(separator: "@").map(String.init)
        return parts.contains { part in
            password == part || part.count >= 4 && password.replacing(part, with: "").count < 4
        }
    }

    /// The commonest words with digits or signs around them, a few characters over and over, and rows of the keyboard.
    private static func isCommon(_ folded: String) -> Bool {
        if Set(folded).count < 4 { return true }
        let letters = String(folded.drop { !$0.isLetter }.reversed().drop { !$0.isLetter }.reversed())
        if commonWords.contains(letters) || commonWords.contains(folded) { return true }
        return sequences.contains { $0.contains(folded) || String($0.reversed()).contains(folded) }
    }

    private static let sequences = [
        "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb",
    ]

    private static let commonWords: Set<String> = [
        "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "motdepasse", "contraseña", "letmein", "welcome",
        "willkommen", "iloveyou", "sunshine", "princess", "football", "baseball", "superman", "batman", "dragon",
        "master", "monkey", "shadow", "qwerty", "qwertz", "qwertyuiop", "asdfghjkl", "administrator", "admin",
        "martlet", "djangomailer", "changeme", "trustno", "whatever", "starwars", "computer", "internet", "michael",
        "jennifer", "passwordpassword", "qwertyqwerty", "letmeinletmein", "hallohallo", "geheim", "secret", "schatz",
        "default",
    ]
}
