/// Where the account can be reached by post: it stands below its mails.
public struct PostalAddress: Sendable, Hashable {
    /// Lines without space around them.
    public let text: String

    public static let mostLines = 8
    /// Characters, line breaks included.
    public static let longest = 400

    public enum Problem: Error, Hashable {
        case tooManyLines(Int)
        case tooLong(Int)
        /// Braces are merge tags in a mail.
        case braces

        public var userMessage: String {
            switch self {
            case .tooManyLines(let count): "These are \(count) lines; \(PostalAddress.mostLines) are possible."
            case .tooLong(let count): "This is \(count) characters long; \(PostalAddress.longest) are possible."
            case .braces: "An address has no braces: { and } stand for fields in a mail."
            }
        }
    }

    public init(_ text: String) throws(Problem) {
        let lines = text.split(whereSeparator: \.isNewline).map { RecipientFields.normalised(String($0), limit: .max) }
            .filter { !$0.isEmpty }
        let joined = lines.joined(separator: "\n")
        if lines.count > Self.mostLines { throw .tooManyLines(lines.count) }
        if joined.count > Self.longest { throw .tooLong(joined.count) }
        if joined.contains(where: { $0 == "{" || $0 == "}" }) { throw .braces }
        self.text = joined
    }
}
