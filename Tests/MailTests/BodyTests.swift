import Foundation
import Mail
import TestValues
import Testing

@Suite struct `Bodies (RFC 2045, RFC 2046)` {
    static let bodies = [
        "", "x", "Hi\n", "a\nb", "a\r\nb\r\n", "a\rb", "\r\r\n\n", ".\n..\n.", "From me\n", "trailing  \nspace \n",
        "tab\t\n", "Grüße, wie geht es?\n", "Здравствуйте\nмир\n", "漢字かな交じり文\n", "👨‍👩‍👧‍👦\n", "nul\0here\n", "= equals =3D\n",
        String(repeating: "x", count: 998) + "\n", String(repeating: "x", count: 999) + "\n",
        String(repeating: "ü", count: 500), String(repeating: "漢", count: 3000),
        String(repeating: "line of text\n", count: 500),
        String(repeating: " ", count: 200) + "\n", "--=_0\n--\n", "a\n\n\n\nb\n\n",
    ]

    static func crlf(_ text: String) -> String {
        text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
            .replacingOccurrences(of: "\n", with: "\r\n")
    }

    static func check(_ text: String, _ html: String) throws {
        let bytes = try Samples.message(text: text, html: html).bytes()
        #expect(bytes.allSatisfy { $0 < 0x80 && $0 != 0 })
        #expect(linesAreSound(bytes))
        #expect(bytes.suffix(2) == [0x0D, 0x0A])
        let message = ReceivedMessage(bytes)
        if text.isEmpty || html.isEmpty {
            let wanted = crlf(text + html)
            #expect(message.parts.count == 1)
            #expect(message.parts[0].text == wanted || message.parts[0].text == wanted + "\r\n")
        } else {
            #expect(message.parts.map(\.contentType) == ["text/plain", "text/html"])
            #expect(message.parts.map(\.text) == [crlf(text), crlf(html)])
        }
    }

    /// Every CR with its LF, every LF with its CR, no line of more than 998 octets.
    static func linesAreSound(_ bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        var length = 0
        for byte in bytes {
            if (byte == 0x0A) != (previous == 0x0D) { return false }
            length = byte == 0x0A ? 0 : length + 1
            if length > 999 { return false }
            previous = byte
        }
        return true
    }

    @Test(arguments: bodies)
    func `every body is read back as it was, with CRLF`(body: String) throws {
        try Self.check(body, "<p>\(body)</p>")
        try Self.check(body, "")
    }

    @Test func `hundreds of random bodies are read back as they were`() throws {
        var generator = SeededGenerator(seed: 3)
        for length in 0..<400 {
            let text = Samples.randomText(length % 300 + 1, using: &generator)
            try Self.check(text, text + "ü")
        }
    }

    @Test func `plain ASCII goes as it is and mostly ASCII as quoted-printable`() throws {
        func encodings(_ text: String) throws -> [String] {
            String(decoding: try Samples.message(text: text, html: "").bytes(), as: UTF8.self)
                .components(separatedBy: "\r\n").filter { $0.hasPrefix("Content-Transfer-Encoding") }
        }
        #expect(try encodings("Hello\n") == ["Content-Transfer-Encoding: 7bit"])
        #expect(try encodings("Grüße aus der Stadt\n") == ["Content-Transfer-Encoding: quoted-printable"])
        #expect(try encodings("漢字漢字漢字") == ["Content-Transfer-Encoding: base64"])
        #expect(try encodings(String(repeating: "x", count: 1000)) == ["Content-Transfer-Encoding: quoted-printable"])
    }

    @Test func `the same message has the same bytes, another Message-ID another boundary`() throws {
        let message = try Samples.message()
        #expect(message.bytes() == message.bytes())
        var other = message
        other.messageID = "0a1b2d@example.com"
        let boundaries = [message, other].map { ReceivedMessage($0.bytes()).header("Content-Type") }
        #expect(boundaries[0] != boundaries[1])
    }

    @Test func `a body that contains its own boundary gets another one`() throws {
        var message = try Samples.message()
        let type = try #require(ReceivedMessage(message.bytes()).header("Content-Type"))
        let boundary = try #require(type.split(separator: "\"").dropFirst().first)
        message.text = Array("before\r\n--\(boundary)--\r\nafter\r\n".utf8)
        let read = ReceivedMessage(message.bytes())
        #expect(read.text == "before\r\n--\(boundary)--\r\nafter\r\n")
        #expect(read.parts.count == 2)
        #expect(read.header("Content-Type") != type)
    }

    @Test func `a message id that tries to break out is cleaned`() throws {
        var message = try Samples.message()
        message.messageID = "x>\r\nBcc: <eve@example.com"
        #expect(ReceivedMessage(message.bytes()).header("Message-ID") == "<xBcc:eve@example.com>")
        #expect(ReceivedMessage(message.bytes()).header("Bcc") == nil)
    }
}
