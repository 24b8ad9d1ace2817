public import Mail

/// Who sends to whom, and how large the message is: one SMTP transaction with one recipient.
public struct Envelope: Sendable, Hashable {
    /// The return path; nil is the null reverse path `<>`.
    public var sender: EmailAddress?
    public var recipient: EmailAddress
    /// Octets of the message, for SIZE (RFC 1870). Zero when not known.
    public var size: Int

    public init(sender: EmailAddress?, recipient: EmailAddress, size: Int = 0) {
        self.sender = sender
        self.recipient = recipient
        self.size = size
    }

    var needsSMTPUTF8: Bool { recipient.needsSMTPUTF8 || (sender?.needsSMTPUTF8 ?? false) }
}

/// Whether the server lets a message be sent for an envelope.
public enum EnvelopeVerdict: Sendable {
    /// DATA was answered by 354: `deliver` may send the message.
    case goAhead
    /// Certainly nothing was sent.
    case refused(SMTPOutcome)
}
