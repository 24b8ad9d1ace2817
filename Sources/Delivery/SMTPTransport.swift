internal import Campaigns
internal import Logging
internal import Mail
internal import NIOCore
internal import Networks
internal import Persistence
internal import SMTP
internal import Vault

/// Mails over SMTP, as one sender's settings say.
struct SMTPTransport: MailTransport {
    let server: SMTPServer
    let loop: any EventLoop
    let logger: Logger

    func open() async throws(TransportFault) -> any MailConversation {
        do {
            return SMTPConversation(
                connection: try await SMTPConnection.open(server, on: loop, logger: logger))
        } catch {
            throw TransportFault(userMessage: error.userMessage, result: AttemptResult(opening: error))
        }
    }
}

private struct SMTPConversation: MailConversation {
    let connection: SMTPConnection

    func offer(_ letter: Letter) async -> Offer { Offer(await connection.offer(Envelope(letter)), connection) }

    func deliver(
        _ message: [UInt8], enclosure: ByteBuffer?, next: Letter?
    ) async -> (result: AttemptResult, next: Offer?) {
        let (outcome, verdict) = await connection.deliver(
            message, enclosure: enclosure, next: next.map(Envelope.init))
        return (AttemptResult(outcome, canContinue: connection.isUsable), verdict.map { Offer($0, connection) })
    }

    func abort() async { await connection.close() }
    func close() async { await connection.close() }
}

extension Envelope {
    init(_ letter: Letter) { self.init(sender: letter.from, recipient: letter.to, size: letter.size) }
}

extension Offer {
    fileprivate init(_ verdict: EnvelopeVerdict, _ connection: SMTPConnection) {
        self =
            switch verdict {
            case .goAhead: .goAhead
            case .refused(let outcome): .refused(AttemptResult(outcome, canContinue: connection.isUsable))
            }
    }
}

extension AttemptResult {
    init(_ outcome: SMTPOutcome, canContinue: Bool) {
        switch outcome {
        case .accepted(let reply):
            self.init(verdict: .delivered, code: reply.code, reply: reply.description, step: "message")
        case .temporary(let failure): self.init(.temporary, failure)
        case .permanent(let failure): self.init(.permanent, failure)
        case .senderFault(let failure): self.init(.senderFault, failure)
        case .unknown(let failure): self.init(.unknown, failure)
        }
        self.canContinue = canContinue && outcome.failure?.concernsConnection != true
    }

    fileprivate init(opening failure: SMTPFailure) {
        self.init(failure.consequence == .senderFault ? .senderFault : .temporary, failure)
        canContinue = false
    }

    private init(_ verdict: Verdict, _ failure: SMTPFailure) {
        self.init(
            verdict: verdict, code: failure.reply?.code, reply: failure.reply?.description ?? failure.userMessage,
            step: failure.step.rawValue, sentence: failure.userMessage, isGreylisting: failure.meaning == .greylisted,
            isLimit: failure.meaning == .slowDown, saysAddressIsUnknown: failure.saysAddressIsUnknown)
    }
}

extension SenderRecord {
    /// - Throws: when the password cannot be opened (another key).
    func server(_ settings: DeliverySettings, _ egress: EgressGuard) throws -> SMTPServer {
        let password = try sealedPassword.map { sealed in
            try settings.sealer.openText(
                sealed, at: .senderPassword(account: accountID.rawValue, sender: id.rawValue))
        }
        return SMTPServer(
            host: host, port: port, security: security, verifiesCertificate: verifiesCertificate, userName: username,
            password: password ?? "", login: login, node: helloName.isEmpty ? settings.node : helloName, egress: egress)
    }
}
