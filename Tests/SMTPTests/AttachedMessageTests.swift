import Logging
import Mail
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import SMTP

@Suite struct `A message with files that many share` {
    private static func wire(_ framing: MessageFraming, _ head: String, _ rest: String) -> String {
        var buffer = ByteBuffer()
        framing.write(Array(head.utf8), before: rest.utf8.count, to: &buffer)
        buffer.writeString(rest)
        framing.writeEnd(to: &buffer)
        return String(buffer: buffer)
    }

    @Test func `has its dots doubled in what is its own, and one end`() {
        #expect(Self.wire(.dots, "a\r\n.b\r\n--x\r\n", "c\r\n--x--\r\n") == "a\r\n..b\r\n--x\r\nc\r\n--x--\r\n.\r\n")
        #expect(Self.wire(.chunk, "a\r\n.b\r\n", "c\r\n") == "BDAT 10 LAST\r\na\r\n.b\r\nc\r\n")
    }

    @Test(arguments: [0, 10, 128 * 1024, 128 * 1024 + 1, 1_000_000])
    func `arrives whole, one behind the other over one connection`(_ size: Int) async throws {
        let sink = try await RecordingSMTPSink.start()
        let line = String(repeating: "A", count: 76) + "\r\n"
        let text = String(repeating: line, count: size / line.utf8.count + 1)
        let shared = ByteBuffer(string: text)
        let connection = try await SMTPConnection.open(
            sink.server, on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"))
        var next: Envelope?
        for number in 1...3 {
            let head = "Subject: \(number)\r\n\r\n.dot\r\n"
            let envelope = Envelope(
                sender: try EmailAddress("a@example.com"), recipient: try EmailAddress("b\(number)@example.org"),
                size: head.utf8.count + shared.readableBytes)
            if next == nil {
                guard case .goAhead = await connection.offer(envelope) else { return #expect(Bool(false)) }
            }
            next =
                number < 3
                ? Envelope(
                    sender: envelope.sender, recipient: try EmailAddress("b\(number + 1)@example.org"), size: 1)
                : nil
            let (outcome, _) = await connection.deliver(Array(head.utf8), enclosure: shared, next: next)
            guard case .accepted = outcome else { return #expect(Bool(false), "\(outcome)") }
        }
        await connection.close()
        await sink.stop()
        #expect(sink.messages.count == 3)
        for (number, message) in sink.messages.enumerated() {
            #expect(
                String(decoding: message.bytes, as: UTF8.self) == "Subject: \(number + 1)\r\n\r\n.dot\r\n" + text)
        }
        #expect(shared.readableBytes == text.utf8.count)
    }
}
