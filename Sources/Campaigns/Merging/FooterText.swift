/// What an account writes into the footer of its mails: lines of its own, and what the link to unsubscribe is called there.
public enum FooterText {
    public static let mostLines = 8
    /// Characters, line breaks included.
    public static let longest = 600
    public static let longestWords = 60

    public enum Problem: Error, Hashable {
        case tooManyLines(Int)
        case tooLong(Int, most: Int)
        /// Braces are merge tags in a mail, and there are none in a footer.
        case braces

        public var userMessage: String {
            switch self {
            case .tooManyLines(let count): "These are \(count) lines; \(FooterText.mostLines) are possible."
            case .tooLong(let count, let most): "This is \(count) characters long; \(most) are possible."
            case .braces: "There are no fields in a footer: please leave out { and }. The link is added by itself."
            }
        }
    }

    /// Lines without space around them.
    public static func lines(_ text: String) throws(Problem) -> String {
        let lines = text.split(whereSeparator: \.isNewline).map { RecipientFields.normalised(String($0), limit: .max) }
            .filter { !$0.isEmpty }
        if lines.count > mostLines { throw .tooManyLines(lines.count) }
        return try checked(lines.joined(separator: "\n"), most: longest)
    }

    /// One line; empty for the default.
    public static func linkWords(_ text: String) throws(Problem) -> String {
        try checked(RecipientFields.normalised(text, limit: .max), most: longestWords)
    }

    private static func checked(_ text: String, most: Int) throws(Problem) -> String {
        if text.count > most { throw .tooLong(text.count, most: most) }
        if text.contains(where: { $0 == "{" || $0 == "}" }) { throw .braces }
        return text
    }
}
