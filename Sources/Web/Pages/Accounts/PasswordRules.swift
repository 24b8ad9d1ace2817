import Campaigns

/// What a password must be, beyond `PasswordRule`: also not near to the name, and none of those that everybody tries. Length is what counts (NIST SP 800-63B §5.1.1.2): no rules about kinds of characters.
struct PasswordRules {
    static let minimum = PasswordRule.shortest
    static let maximum = 200

    /// Names and addresses that the password must not be.
    let names: [String]

    /// What is wrong with the password; `nil` if nothing is.
    func problem(_ password: String) -> Phrase? {
        do {
            try PasswordRule.check(password, names: names)
        } catch {
            return Phrase(sentence: error.userMessage)
        }
        if password.count > Self.maximum { return "Please use at most \(Self.maximum) characters." }
        let folded = password.lowercased()
        let parts = names.flatMap { [$0.lowercased()] + $0.lowercased().split(separator: "@").map(String.init) }
        for part in parts where part.count >= 4 {
            if folded == part || folded.replacing(part, with: "").count < 4 {
                return "This is too close to your name or address. Please choose another password."
            }
        }
        if Self.isCommon(folded) {
            return "Many people use this password, so it is easy to guess. Please choose another."
        }
        return nil
    }

    /// The commonest words with digits or signs around them, one character over and over, and rows of the keyboard.
    private static func isCommon(_ folded: String) -> Bool {
        if Set(folded).count < 4 { return true }
        let letters = String(folded.drop { !$0.isLetter }.reversed().drop { !$0.isLetter }.reversed())
        if commonWords.contains(letters) || commonWords.contains(folded) { return true }
        return sequences.contains { $0.contains(folded) || String($0.reversed()).contains(folded) }
    }

    private static let sequences = [
        "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb",
    ]

    private static let commonWords: Set<String> = [
        "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "motdepasse", "contraseña", "letmein", "welcome",
        "willkommen", "iloveyou", "sunshine", "princess", "football", "baseball", "superman", "batman", "dragon",
        "master",
        "monkey", "shadow", "qwerty", "qwertz", "qwertyuiop", "asdfghjkl", "administrator", "admin", "martlet",
        "djangomailer", "changeme", "trustno", "whatever", "starwars", "computer", "internet", "michael", "jennifer",
        "passwordpassword", "qwertyqwerty", "letmeinletmein", "hallohallo", "geheim", "secret", "schatz", "default",
    ]
}
