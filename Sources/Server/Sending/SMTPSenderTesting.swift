internal import DNS
internal import Delivery
internal import DomainChecks
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
    var direct: DirectSending?
    var resolver: DNS.Resolver?
    /// What the receiver of returned mail calls itself; nil where none is known.
    var receiver: String?
    let logger: Logger

    func testConnection(_ settings: SenderSettings) async -> SenderTestResult {
        await converse(settings, recipient: settings.fromEmail) { connection, place in
            await connection.close()
            if settings.kind == .direct {
                return (true, "A mail server of the From address’s own domain answers: \(place).")
            }
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
        return await send(from: from, to: to, by: settings) { place in
            Self.mail(from: Mailbox(name: settings.fromName, address: from), to: to, host: place)
        }
    }

    func send(_ mail: [UInt8], to address: String, by settings: SenderSettings) async -> SenderTestResult {
        do {
            return await send(from: try EmailAddress(settings.fromEmail), to: try EmailAddress(address), by: settings) {
                _ in mail
            }
        } catch {
            return SenderTestResult(isSuccess: false, sentence: error.userMessage)
        }
    }

    /// - Parameter mail: made for the server that takes it.
    private func send(
        from: EmailAddress, to: EmailAddress, by settings: SenderSettings, _ mail: (_ place: String) -> [UInt8]
    ) async -> SenderTestResult {
        await converse(settings, recipient: to.description) { connection, place in
            let mail = mail(place)
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
        _ settings: SenderSettings, recipient: String,
        _ body: (SMTPConnection, _ place: String) async -> (isSuccess: Bool, sentence: String)
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
        if settings.kind == .direct {
            return await converseDirectly(
                settings, recipient, egress.egress(isAdministrator: isAdministrator), transcript, body)
        }
        do throws(SMTPFailure) {
            let connection = try await SMTPConnection.open(
                server(settings, egress.egress(isAdministrator: isAdministrator)),
                on: MultiThreadedEventLoopGroup.singleton, logger: logger,
                observe: { transcript.append($0) })
            let (isSuccess, sentence) = await body(connection, settings.host)
            // The answer to the mail may name its recipient: that is for the page, not for the log.
            return report(
                settings, isSuccess, sentence, transcript, reason: isSuccess ? "" : "the mail was not accepted")
        } catch {
            return report(settings, false, error.userMessage, transcript, reason: error.userMessage)
        }
    }

    /// With the servers of the recipient's domain.
    private func converseDirectly(
        _ settings: SenderSettings, _ recipient: String, _ egress: EgressGuard, _ transcript: Transcript,
        _ body: (SMTPConnection, _ place: String) async -> (isSuccess: Bool, sentence: String)
    ) async -> SenderTestResult {
        guard let direct else {
            return SenderTestResult(isSuccess: false, sentence: "This Martlet cannot send directly.")
        }
        let address: EmailAddress
        do { address = try EmailAddress(recipient) } catch {
            return SenderTestResult(isSuccess: false, sentence: error.userMessage)
        }
        let door = DirectDoor(
            direct, helloName: settings.helloName.isEmpty ? node : settings.helloName, egress: egress,
            on: MultiThreadedEventLoopGroup.singleton, logger: logger, timeouts: .interactive)
        switch await door.open(to: address.asciiDomain, direct.routes, observe: { transcript.append($0) }) {
        case .failure(let problem):
            return report(settings, false, problem.userMessage, transcript, reason: problem.userMessage)
        case .success(let opened):
            let (isSuccess, sentence) = await body(opened.connection, opened.route)
            return report(
                settings, isSuccess, sentence, transcript, reason: isSuccess ? "" : "the mail was not accepted")
        }
    }

    func checkNames(_ settings: SenderSettings) async -> [NameFinding] {
        guard let resolver else { return [] }
        return await DomainInspector(resolver: resolver, limit: .seconds(3)).inspectNames(
            helloName: settings.helloName.isEmpty ? node : settings.helloName, returnDomain: settings.returnDomain,
            receiver: receiver, own: Set(NetworkAddress.ofThisMachine().map(\.octets)))
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
