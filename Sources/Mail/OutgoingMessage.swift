public import Foundation

/// A mail before it is bytes.
public struct OutgoingMessage: Sendable {
    public var from: Mailbox
    public var to: Mailbox
    public var replyTo: Mailbox?
    public var subject: String
    /// Whole seconds.
    public var date: Date
    /// Without angle brackets.
    public var messageID: String
    /// UTF-8, any line ends. Empty when there is no such part.
    public var html: [UInt8]
    public var text: [UInt8]
    public var headers: [HeaderField]

    public init(
        from: Mailbox, to: Mailbox, replyTo: Mailbox? = nil, subject: String, date: Date, messageID: String,
        html: [UInt8] = [], text: [UInt8], headers: [HeaderField] = []
    ) {
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = subject
        self.date = date
        self.messageID = messageID
        self.html = html
        self.text = text
        self.headers = headers
    }

    /// The whole message: CRLF line ends, 7-bit safe (but for an address that needs SMTPUTF8), the same bytes each time.
    public func bytes() -> [UInt8] {
        MessageBlueprint(from: from, replyTo: replyTo)
            .compose(
                to: to, subject: subject, date: date, messageID: messageID, html: html, text: text, headers: headers)
    }
}
