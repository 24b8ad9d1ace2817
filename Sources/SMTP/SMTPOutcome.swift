/// What became of one message on one connection. Four of the five are certain; `unknown` never is. Failures, which are large
/// and rare, are kept apart, so that success is small.
public enum SMTPOutcome: Sendable {
    /// 2yz to the final dot: the server has taken responsibility.
    case accepted(SMTPReply)
    /// Certainly not sent; worth another try later (4yz, no connection).
    indirect case temporary(SMTPFailure)
    /// Certainly not sent, and never will be: about the recipient or the message.
    indirect case permanent(SMTPFailure)
    /// Certainly not sent, because of us: failed login, blocked address, policy. It says nothing about the recipient;
    /// the sender is to be paused.
    indirect case senderFault(SMTPFailure)
    /// The final dot was written, and no reply came: the server may have taken the message or not.
    indirect case unknown(SMTPFailure)

    public var failure: SMTPFailure? {
        switch self {
        case .accepted: nil
        case .temporary(let failure), .permanent(let failure), .senderFault(let failure), .unknown(let failure): failure
        }
    }

    /// The server's reply, where there was one.
    public var reply: SMTPReply? {
        if case .accepted(let reply) = self { reply } else { failure?.reply }
    }
}
