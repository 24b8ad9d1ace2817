import Foundation
import Logging
import Mail
import NIOCore
import NIOPosix
import SMTP
import TestSupport
import Testing

/// One server's behaviour, and what must come of it.
struct Scenario: CustomTestStringConvertible, Sendable {
    enum Certificate: Sendable { case none, trusted, unknown, otherName }

    var name: String
    var security = SMTPServer.Security.plaintext
    var certificate = Certificate.none
    var verifies = true
    var login = false
    /// Whether the secret of the login is an OAuth token.
    var token = false
    var messages = 1
    var recipient = "bob@example.org"
    /// The step that has only a tenth of a second. All others have long: a busy machine is not a slow server.
    var impatient: SMTPStep?
    /// One line for each message, or one that begins with "open:".
    var expected: [String]
    /// What the sentence for the person must contain.
    var sentence = ""
    var script: String

    var testDescription: String { name }

    static let message = Array("Subject: x\r\n\r\nHello\r\n".utf8)

    /// Runs the client against the script: what came of each message, and the last sentence.
    func run() async throws -> (results: [String], sentence: String, server: ScriptedSMTPServer) {
        let pair: TestCertificate? =
            switch certificate {
            case .none: nil
            case .trusted, .unknown: try TestCertificate.localhost()
            case .otherName: try TestCertificate.make(subject: "other.example", names: "DNS:other.example")
            }
        let peer = try await ScriptedSMTPServer.start(
            script, certificate: pair, implicitTLS: security == .implicitTLS && pair != nil)
        var timeouts = SMTPTimeouts()
        switch impatient {
        case .greeting: timeouts.greeting = .milliseconds(100)
        // Longer than the others: one scene has an answer before the silence, which a busy machine may give late.
        case .mail: timeouts.mail = .seconds(3)
        case .acceptance: timeouts.acceptance = .milliseconds(100)
        case .tls: timeouts.command = .seconds(3)
        default: break
        }
        timeouts.quit = .milliseconds(100)
        let server = SMTPServer(
            host: "localhost", port: peer.port, security: security, verifiesCertificate: verifies,
            credentials: login || token
                ? SMTPCredentials(user: "ann", password: "s3cret", kind: token ? .token : .password) : nil,
            helloName: "client.example",
            timeouts: timeouts,
            trustedCertificatesPEM: certificate == .trusted || certificate == .otherName ? pair?.certificatePEM : nil,
            allowsAddress: { $0.protocol == .inet })
        let result = await converse(server)
        await peer.stop()
        return (result.0, result.1, peer)
    }

    private func converse(_ server: SMTPServer) async -> ([String], String) {
        let connection: SMTPConnection
        do throws(SMTPFailure) {
            connection = try await SMTPConnection.open(
                server, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
        } catch {
            return (["open: " + Self.summary(error.outcome)], error.userMessage)
        }
        let envelope = Envelope(
            sender: try? EmailAddress("ann@example.com"), recipient: try! EmailAddress(recipient),
            size: Self.message.count)
        var results: [String] = []
        var sentence = ""
        var verdict = await connection.offer(envelope)
        for left in (0..<messages).reversed() {
            let outcome: SMTPOutcome
            var next: EnvelopeVerdict?
            switch verdict {
            case .refused(let refusal):
                outcome = refusal
                if left > 0 { next = await connection.offer(envelope) }
            case .goAhead: (outcome, next) = await connection.deliver(Self.message, next: left > 0 ? envelope : nil)
            }
            results.append(Self.summary(outcome))
            sentence = outcome.failure?.userMessage ?? sentence
            if let next { verdict = next }
        }
        await connection.close()
        return (results, sentence)
    }

    static func summary(_ outcome: SMTPOutcome) -> String {
        guard let failure = outcome.failure else { return "accepted \(outcome.reply?.code ?? 0)" }
        let cause = String(describing: failure.cause).prefix { $0 != "(" }
        let code = failure.reply.map { " \($0.code)" } ?? ""
        return "\(failure.consequence) at \(failure.step): \(cause)\(code)"
    }
}
