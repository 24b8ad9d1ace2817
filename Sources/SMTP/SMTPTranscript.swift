/// One line of a conversation, to be shown to the person who set the server up.
public struct SMTPTranscriptLine: Hashable, Sendable {
    public enum Origin: String, Sendable {
        case client, server
        /// Not a line of the conversation but what happened: "Connected to …".
        case note
    }

    public var origin: Origin
    /// Passwords are stars.
    public var text: String

    public init(_ origin: Origin, _ text: String) {
        self.origin = origin
        self.text = text
    }
}
