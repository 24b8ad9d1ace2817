/// What a negative reply says, once its code, its enhanced code and its words have been weighed.
public enum ReplyMeaning: String, Sendable, Hashable, CaseIterable {
    /// The server cannot do it now; another attempt may succeed.
    case later
    /// The server lets a stranger wait some minutes (RFC 6647).
    case greylisted
    /// We are too fast, too many or too often: fewer connections, less speed. It says nothing about the message, so no
    /// attempt of it is spent. Some providers say it with 5yz.
    case slowDown
    /// For good, about this recipient or this message.
    case recipient
    /// For good, about us: login, address, content, reputation. Nobody fails; a person has to do something.
    case us

    public var consequence: SMTPFailure.Consequence {
        switch self {
        case .later, .greylisted, .slowDown: .temporary
        case .recipient: .permanent
        case .us: .senderFault
        }
    }
}
