import Foundation
import Logging
import Mail
import NIOPosix
import SMTP
import Testing

@Suite struct `A receiver that is not ours: aiosmtpd` {
    @Test(arguments: ["", "PLAIN"])
    func `takes ten mails over STARTTLS after a login, byte for byte`(excluded: String) async throws {
        let receiver = try await AiosmtpdReceiver.start(withoutMechanism: excluded)
        defer { receiver.stop() }
        let connection = try await SMTPConnection.open(
            receiver.server, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
        let recipients =
            try (0..<9).map { try EmailAddress("r\($0)@bücher.example") } + [EmailAddress("ünal@example.org")]
        for (index, recipient) in recipients.enumerated() {
            let message = OutgoingMessage(
                from: Mailbox(name: "Änn", address: try EmailAddress("ann@example.com")),
                to: Mailbox(address: recipient), subject: "№ \(index)", date: Date(timeIntervalSince1970: 0),
                messageID: "\(index)@example.com", html: Array("<p>.</p>\n.\n".utf8), text: Array(".\n..\n.ü\n.".utf8))
            let bytes = message.bytes()
            let envelope = Envelope(
                sender: try EmailAddress("bounce+\(index)@example.com"), recipient: recipient, size: bytes.count)
            guard case .goAhead = await connection.offer(envelope) else {
                Issue.record("refused")
                return
            }
            let outcome = await connection.deliver(bytes).outcome
            guard case .accepted = outcome else {
                Issue.record("\(outcome)")
                return
            }
            let received = try #require(try await receiver.next())
            #expect(Array(received.content) == bytes)
            #expect(received.recipient == recipient.wireForm)
            #expect(received.sender == "bounce+\(index)@example.com")
            #expect(received.user == "ann")
        }
        await connection.close()
    }

    @Test func `says when the password is wrong`() async throws {
        let receiver = try await AiosmtpdReceiver.start(password: "wrong")
        defer { receiver.stop() }
        let report = await SMTPProbe(receiver.server).testConnection(
            on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
        #expect(!report.isSuccess)
        #expect(report.failure?.reply?.code == 535)
        #expect(report.sentence.contains("does not accept this user name and password"))
    }
}
