public import Mail
public import NIOCore

/// Where mails go: an SMTP server, or nowhere (a rehearsal). Two real implementations ship.
public protocol MailTransport: Sendable {
    /// Opens a conversation that is ready for mail.
    func open() async throws(TransportFault) -> any MailConversation
}

/// One conversation, used by one task at a time.
public protocol MailConversation: Sendable {
    /// Names sender and recipient and asks to send; nothing of a message is on the wire afterwards.
    func offer(_ letter: Letter) async -> Offer

    /// Writes the message with its end and waits for the answer; when there is a next letter it is offered on the way.
    /// Only here does a final dot go out: the caller has made that intent durable.
    /// - Parameter enclosure: what belongs behind the message, ready for the wire: CRLF line ends, no line that begins with a dot.
    func deliver(_ message: [UInt8], enclosure: ByteBuffer?, next: Letter?) async -> (
        result: AttemptResult, next: Offer?
    )

    /// Ends in the middle, at once: whatever was offered is not sent.
    func abort() async

    /// Ends politely.
    func close() async
}

/// Who it is from and to, and how long it is.
public struct Letter: Sendable {
    public var from: EmailAddress
    public var to: EmailAddress
    /// Octets, for the SIZE extension.
    public var size: Int
}

public enum Offer: Sendable {
    case goAhead
    case refused(AttemptResult)
}

/// How an attempt went, in the ledger's words.
public struct AttemptResult: Sendable {
    public enum Verdict: Sendable {
        case delivered
        /// Certainly not sent; worth another try.
        case temporary
        /// Certainly not sent, and never will be to this recipient.
        case permanent
        /// About us, not about the recipient (login, blocked address): the sender pauses, nobody fails.
        case senderFault
        /// After the dot, without an answer.
        case unknown
    }

    public var verdict: Verdict
    public var code: Int?
    /// The server's words, or ours when it had none.
    public var reply: String
    public var step: String
    /// What happened and what to do, for the person; empty when there is nothing to say.
    public var sentence = ""
    /// The server asked for patience with a first contact.
    public var isGreylisting = false
    /// The server wants fewer connections or less speed: about us all, so no attempt of this message is spent.
    public var isLimit = false
    /// The server says that there is no such address.
    public var saysAddressIsUnknown = false
    /// Whether the conversation can go on with another letter.
    public var canContinue = true
}

/// No conversation could be had.
public struct TransportFault: Error, Sendable {
    /// For the person: what is wrong and what to do.
    public var userMessage: String
    public var result: AttemptResult
}
