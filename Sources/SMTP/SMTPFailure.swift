/// Why a message was not handed over, or a connection not made.
public struct SMTPFailure: Error, Hashable, Sendable {
    public enum Cause: Hashable, Sendable {
        /// The name has no address.
        case unknownHost
        /// The name server gave no answer.
        case resolverFailed(String)
        /// The egress guard allows none of the host's addresses.
        case forbiddenAddress
        case connectionRefused
        case unreachable(String)
        case timedOut(Duration)
        /// The server closed the connection or reset it.
        case connectionLost
        /// What answers is no SMTP server; the start of what it said.
        case notSMTP(String)
        /// A reply that breaks the protocol.
        case malformedReply(String)
        /// A reply where none was expected, or one of a class that the step cannot have.
        case outOfStep
        case certificate(CertificateFault)
        case tlsFailed(String)
        case noStartTLS
        /// Something came in clear text behind the reply to STARTTLS: an attack, or a broken server.
        case bytesBeforeTLS
        case noLoginOffered
        /// There is a token, and the server offers neither XOAUTH2 nor OAUTHBEARER.
        case noTokenLoginOffered
        /// The OAuth token has expired, was withdrawn, or is for something else.
        case tokenRefused
        case loginNeedsTLS
        /// A negative reply; see `reply`.
        case refused
        /// The address needs SMTPUTF8 and the server does not offer it.
        case noSMTPUTF8
        /// The server's limit in octets.
        case tooLarge(limit: Int)
        /// We gave up: shutdown.
        case cancelled
        case invalidSettings(String)
    }

    public enum CertificateFault: Hashable, Sendable {
        /// Expired, self-signed, or from an authority that is not trusted.
        case notTrusted
        /// Made out to another name.
        case otherName
    }

    /// What follows from a failure, for the message and for the sender.
    public enum Consequence: String, Sendable, Hashable, CaseIterable {
        case temporary, permanent, senderFault, unknown
    }

    public let step: SMTPStep
    public let cause: Cause
    public let consequence: Consequence
    /// The server's own words, where there were any.
    public let reply: SMTPReply?
    /// `host:port`, for sentences and logs.
    public let host: String
    public let port: Int
    /// What the server's reply says, where there was a negative one.
    private let judgement: ReplyJudgement?

    init(
        _ cause: Cause, step: SMTPStep, consequence: Consequence, reply: SMTPReply? = nil, host: String, port: Int
    ) {
        self.cause = cause
        self.step = step
        self.consequence = consequence
        self.reply = reply
        self.host = host
        self.port = port
        judgement = reply.flatMap { reply in
            reply.isTransient || reply.isPermanent ? ReplyPolicy.judgement(of: reply, at: step) : nil
        }
    }

    /// - Parameter reply: a negative one, from whose judgement it follows what becomes of the message.
    init(refusal reply: SMTPReply, step: SMTPStep, host: String, port: Int) {
        let judgement = ReplyPolicy.judgement(of: reply, at: step)
        cause = .refused
        self.step = step
        consequence = judgement.meaning.consequence
        self.reply = reply
        self.host = host
        self.port = port
        self.judgement = judgement
    }

    /// What the server's reply says, where there was a negative one.
    public var meaning: ReplyMeaning? { consequence == .unknown ? nil : judgement?.meaning }

    /// Whether the server said of the address that there is no such one, so that no mail ever reaches it.
    public var saysAddressIsUnknown: Bool {
        consequence == .permanent && cause == .refused && judgement?.saysAddressIsUnknown == true
    }

    /// Whether the server says in words that we are too many, too fast or too often.
    var asksForLess: Bool { judgement?.asksForLess == true }

    /// Whether the connection, and not this one message, failed: another message would have fared the same.
    public var concernsConnection: Bool {
        switch cause {
        case .refused: step.isBeforeTransaction || reply?.code == 421
        case .noSMTPUTF8, .tooLarge: false
        default: true
        }
    }

    public var outcome: SMTPOutcome {
        switch consequence {
        case .temporary: .temporary(self)
        case .permanent: .permanent(self)
        case .senderFault: .senderFault(self)
        case .unknown: .unknown(self)
        }
    }
}

extension SMTPStep {
    var isBeforeTransaction: Bool {
        switch self {
        case .resolve, .connect, .greeting, .hello, .startTLS, .tls, .login: true
        case .reset, .mail, .recipient, .data, .message, .acceptance, .quit: false
        }
    }
}
