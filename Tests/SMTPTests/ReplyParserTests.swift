import NIOCore
import Testing

@testable import SMTP

@Suite struct `Replies (RFC 5321 §4_2)` {
    static func parse(_ text: String) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer(string: text)
        var replies: [SMTPReply] = []
        while let reply = try parser.next(from: &buffer) { replies.append(reply) }
        return replies
    }

    @Test(arguments: [
        ("250 Ok\r\n", "250 Ok"), ("250\r\n", "250"), ("250 \r\n", "250"), ("250 Ok\n", "250 Ok"),
        ("550 5.1.1 No such user\r\n", "550 5.1.1 No such user"), ("550 5.1.1\r\n", "550 5.1.1"),
        ("550-5.1.1 No\r\n550 5.1.1 user\r\n", "550 5.1.1 No user"),
        ("550-5.7.1 a\r\n550-b\r\n550 5.7.1 c\r\n", "550 5.7.1 a b c"),
        ("550 4.1.1 odd class\r\n", "550 4.1.1 odd class"), ("550 5.1.1.1 x\r\n", "550 5.1.1.1 x"),
        ("250 2.1x\r\n", "250 2.1x"), ("421 4.7.0 Bye\r\n", "421 4.7.0 Bye"),
        ("550 \u{1B}[31mred\r\n", "550 \u{FFFD}[31mred"),
    ])
    func `codes, enhanced codes and texts are taken apart`(text: String, description: String) throws {
        let reply = try #require(try Self.parse(text).first)
        #expect(reply.description == description)
    }

    @Test func `an enhanced code is one only when its class fits`() throws {
        #expect(try Self.parse("550 5.1.1 x\r\n")[0].enhanced == EnhancedStatusCode(5, 1, 1))
        #expect(try Self.parse("550 4.1.1 x\r\n")[0].enhanced == nil)
        #expect(try Self.parse("550 5.1.1x\r\n")[0].enhanced == nil)
        #expect(try Self.parse("550 5.1111.1 x\r\n")[0].enhanced == nil)
    }

    @Test(arguments: [
        "hello\r\n", "25\r\n", "999 x\r\n", "199 x\r\n", "250x\r\n", "250-a\r\n550 b\r\n", "\r\n", "25O Ok\r\n",
    ])
    func `what is no reply is refused`(text: String) {
        #expect(throws: SMTPReplyParser.Problem.self) { try Self.parse(text) }
    }

    @Test func `of a text as long as may be the first part is read, shown and kept`() throws {
        // Marks that all belong to one character.
        let line = "550-5.1.1 User unknown " + String(repeating: "\u{301}", count: 900) + "\r\n"
        let reply = try #require(
            try Self.parse(String(repeating: line, count: 100) + "550 5.1.1 your IP is blocked\r\n").first)
        #expect(reply.text.unicodeScalars.count <= SMTPReply.textLimit && reply.description.utf8.count < 5_000)
        #expect(ReplyPolicy.judgement(of: reply, at: .recipient).meaning == .recipient)
        #expect(ReplyPolicy.judgement(of: reply, at: .recipient).saysAddressIsUnknown)
        // What a server can do is in all of its lines.
        let offers = (1...120).map { "250-X\($0) \(String(repeating: "x", count: 1000))\r\n" }.joined()
        #expect(SMTPExtensions(helloReply: try Self.parse("250-x\r\n" + offers + "250 PIPELINING\r\n")[0]).pipelining)
    }

    @Test func `a reply may come byte by byte`() throws {
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer()
        var replies: [SMTPReply] = []
        for byte in "250-a\r\n250-b\r\n250 c\r\n354 Go\r\n".utf8 {
            buffer.writeInteger(byte)
            if let reply = try parser.next(from: &buffer) { replies.append(reply) }
        }
        #expect(replies.map(\.lines) == [["a", "b", "c"], ["Go"]])
    }

    @Test func `random bytes never crash it nor fill memory`() {
        var state: UInt64 = 42
        func random(_ limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        let pieces = ["250", "550-", "5.1.1 ", " ", "\r\n", "\n", "-", "354 ", "2.", "999"]
        var replies = 0
        for _ in 0..<5_000 {
            var parser = SMTPReplyParser()
            var buffer = ByteBuffer()
            feeding: for _ in 0..<random(12) {
                if random(4) == 0 {
                    buffer.writeInteger(UInt8(random(256)))
                } else {
                    buffer.writeString(pieces[Int(random(UInt64(pieces.count)))])
                }
                do {
                    while let reply = try parser.next(from: &buffer) {
                        replies += 1
                        #expect((200...599).contains(reply.code))
                    }
                } catch {
                    break feeding
                }
            }
        }
        #expect(replies > 100)
    }

    @Test func `EHLO's lines say what the server can do`() throws {
        let reply = try Self.parse(
            "250-x Hello\r\n250-PIPELINING\r\n250-size 35882577\r\n250-8BITMIME\r\n250-AUTH plain LOGIN\r\n250-AUTH=XOAUTH2\r\n250-STARTTLS\r\n250-CHUNKING\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"
        )[0]
        let extensions = SMTPExtensions(helloReply: reply)
        #expect(extensions.pipelining && extensions.startTLS && extensions.smtpUTF8 && extensions.eightBitMIME)
        #expect(extensions.chunking && extensions.enhancedStatusCodes && extensions.size)
        #expect(extensions.sizeLimit == 35_882_577)
        #expect(extensions.authMechanisms == ["PLAIN", "LOGIN", "XOAUTH2"])
        #expect(SMTPExtensions(helloReply: try Self.parse("250 PIPELINING\r\n")[0]) == SMTPExtensions())
    }
}
