internal import Delivery
internal import Foundation
internal import Logging
internal import Mail
internal import NIOPosix
internal import Networks
internal import Persistence
internal import SMTP
internal import Synchronization
internal import Web

/// *Test connection* and *Send me a test mail*: a real conversation with the sender's server, with the short patience of
/// a person in front of a page.
struct SMTPSenderTesting: SenderTesting {
    let node: String
    let database: any Database
    let egress: EgressPolicy
    let logger: Logger

    func testConnection(_ settings: SenderSettings) async -> SenderTestResult {
        await converse(settings) { connection in
            await connection.close()
            let manner = settings.security == .none ? "without encryption" : "encrypted"
            let login = settings.userName.isEmpty ? "no login was needed" : "the login was accepted"
            return (true, "The connection to \(settings.host) works: \(manner), and \(login).")
        }
    }

    func sendTestMail(_ settings: SenderSettings, to address: String) async -> SenderTestResult {
        let from: EmailAddress
        let to: EmailAddress
        do { (from, to) = (try EmailAddress(settings.fromEmail), try EmailAddress(address)) } catch {
            return SenderTestResult(isSuccess: false, sentence: error.userMessage)
        }
        let mail = Self.mail(from: Mailbox(name: settings.fromName, address: from), to: to, host: settings.host)
        return await send(mail, from: from, to: to, by: settings)
    }

    func send(_ mail: [UInt8], to address: String, by settings: SenderSettings) async -> SenderTestResult {
        do {
            return await send(
                mail, from: try EmailAddress(settings.fromEmail), to: try EmailAddress(address), by: settings)
        } catch {
            return SenderTestResult(isSuccess: false, sentence: error.userMessage)
        }
    }

    private func send(
        _ mail: [UInt8], from: EmailAddress, to: EmailAddress, by settings: SenderSettings
    ) async -> SenderTestResult {
        await converse(settings) { connection in
            switch await connection.offer(Envelope(sender: from, recipient: to, size: mail.count)) {
            case .refused(let outcome):
                await connection.close()
                return (false, outcome.failure?.userMessage ?? "The server refused the mail.")
            case .goAhead:
                let outcome = await connection.deliver(mail).outcome
                await connection.close()
                if let failure = outcome.failure { return (false, failure.userMessage) }
                return (true, "The server accepted the mail to \(to). It said: \(outcome.reply?.description ?? "").")
            }
        }
    }

    private func converse(
        _ settings: SenderSettings, _ body: (SMTPConnection) async -> (isSuccess: Bool, sentence: String)
    ) async -> SenderTestResult {
        let transcript = Transcript()
        let isAdministrator: Bool
        do {
            isAdministrator = try await database.read { tx in try tx.account(settings.account).belongsToAdministrator()
            }
        } catch {
            logger.error("A sender could not be tested", metadata: ["error": "\(error)"])
            return SenderTestResult(
                isSuccess: false, sentence: "The database cannot be read at the moment. Please try again.")
        }
        do throws(SMTPFailure) {
            let connection = try await SMTPConnection.open(
                server(settings, egress.egress(isAdministrator: isAdministrator)),
                on: MultiThreadedEventLoopGroup.singleton, logger: logger,
                observe: { transcript.append($0) })
            let (isSuccess, sentence) = await body(connection)
            // The answer to the mail may name its recipient: that is for the page, not for the log.
            return report(
                settings, isSuccess, sentence, transcript, reason: isSuccess ? "" : "the mail was not accepted")
        } catch {
            return report(settings, false, error.userMessage, transcript, reason: error.userMessage)
        }
    }

    private func report(
        _ settings: SenderSettings, _ isSuccess: Bool, _ sentence: String, _ transcript: Transcript,
        reason: String
    ) -> SenderTestResult {
        logger.notice(
            "Sender tested",
            metadata: [
                "account.id": "\(settings.account)", "smtp.host": "\(settings.host)", "smtp.port": "\(settings.port)",
                "test.success": "\(isSuccess)", "reason": "\(reason)",
            ])
        return SenderTestResult(isSuccess: isSuccess, sentence: sentence, transcript: transcript.lines)
    }

    private func server(_ settings: SenderSettings, _ egress: EgressGuard) -> SMTPServer {
        SMTPServer(
            host: settings.host, port: settings.port, security: settings.security,
            verifiesCertificate: settings.verifiesCertificate, userName: settings.userName,
            password: settings.password, login: settings.login, node: node, timeouts: .interactive, egress: egress)
    }

    private static func mail(from: Mailbox, to: EmailAddress, host: String) -> [UInt8] {
        let text = """
            This is the test mail that you asked Martlet for.

            It was handed to \(host), so your sending settings work. If it landed among the spam, ask your provider \
            whether SPF, DKIM and DMARC are set up for \(from.address.asciiDomain).
            """
        let html = text.split(separator: "\n", omittingEmptySubsequences: true).map { "<p>\(escaped(String($0)))</p>" }
        return OutgoingMessage(
            from: from, to: Mailbox(name: "", address: to), replyTo: nil, subject: "A test mail from Martlet",
            date: Date(), messageID: "\(UUID().uuidString.lowercased())@\(from.address.asciiDomain)",
            html: Array(html.joined(separator: "\n").utf8), text: Array(text.utf8), headers: []
        ).bytes()
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}

/// The conversation, as lines for the page; the first 200 are enough.
private final class Transcript: Sendable {
    private let contents = Mutex<[String]>([])

    var lines: [String] { contents.withLock { $0 } }

    func append(_ line: SMTPTranscriptLine) {
        let mark =
            switch line.origin {
            case .client: "→ "
            case .server: "← "
            case .note: ""
            }
        contents.withLock { if $0.count < 200 { $0.append(mark + line.text) } }
    }
}
