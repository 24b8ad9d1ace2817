import Foundation
import Mail
import TestValues
import Testing

@Suite struct `Headers (RFC 5322, RFC 2047)` {
    static func headerLines(_ bytes: [UInt8]) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        let end = text.range(of: "\r\n\r\n")!
        return text[..<end.lowerBound].components(separatedBy: "\r\n")
    }

    static let names: Set<String> = [
        "Date", "From", "MIME-Version", "To", "Subject", "Message-ID", "Content-Type", "Reply-To", "List-ID",
    ]

    @Test(arguments: Samples.names)
    func `no name and no subject can add a header, and lines are short`(text: String) throws {
        let bytes = try Samples.message(from: text, to: text, subject: text).bytes()
        let lines = Self.headerLines(bytes)
        for line in lines where !line.hasPrefix(" ") {
            #expect(Self.names.contains(String(line.prefix { $0 != ":" })), "\(line)")
        }
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
        #expect(lines.allSatisfy { !$0.trimmingCharacters(in: .whitespaces).isEmpty })
    }

    @Test(arguments: Samples.names)
    func `a subject is read back as it was, line breaks made spaces`(text: String) throws {
        let message = ReceivedMessage(try Samples.message(subject: text).bytes())
        #expect(message.subject == HeaderText.clean(text).trimmingCharacters(in: .whitespaces))
    }

    @Test func `hundreds of random subjects are read back as they were`() throws {
        var generator = SeededGenerator(seed: 1)
        for length in 0..<400 {
            let text = Samples.randomText(length % 150, using: &generator)
            let bytes = try Samples.message(from: text, to: text, subject: text).bytes()
            let lines = Self.headerLines(bytes)
            #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
            let subject = ReceivedMessage(bytes).subject
            #expect(subject == HeaderText.clean(text).trimmingCharacters(in: .whitespaces))
        }
    }

    @Test func `an encoded word is at most 75 characters and ends between characters`() throws {
        var generator = SeededGenerator(seed: 2)
        let pattern = /=\?UTF-8\?([BQ])\?([^?]*)\?=/
        for length in 1..<150 {
            let text = Samples.randomText(length, using: &generator) + "ü"
            let header = Self.headerLines(try Samples.message(subject: text).bytes()).joined(separator: "\n")
            let words = header.matches(of: pattern)
            #expect(!words.isEmpty)
            for word in words {
                #expect(word.output.0.utf8.count <= 75)
                let single = ReceivedMessage(Array("Subject: \(word.output.0)\r\n\r\n".utf8)).subject
                #expect(!single.contains("\u{FFFD}"))
            }
        }
    }

    @Test func `plain text stays readable`() throws {
        let lines = Self.headerLines(
            try Samples.message(
                from: "Smith, \"Bob\"",
                subject: "A long subject of plain words that goes on and on until it has to be folded"
            ).bytes())
        #expect(lines.contains("Subject: A long subject of plain words that goes on and on until it has to be"))
        #expect(lines.contains(" folded"))
        #expect(lines.contains(#"From: "Smith, \"Bob\"" <ann@example.com>"#))
        #expect(lines.contains("To: Bob <bob@example.org>"))
        #expect(lines.contains("Message-ID: <0a1b2c@example.com>"))
    }

    @Test func `an international domain is written in A-labels`() throws {
        let mailbox = try Samples.mailbox("", "bob@bücher.example")
        var message = try Samples.message()
        message.to = mailbox
        #expect(Self.headerLines(message.bytes()).contains("To: bob@xn--bcher-kva.example"))
    }

    @Test func `a long address comes whole on a line of its own`() throws {
        let address = String(repeating: "a", count: 60) + "@" + String(repeating: "b", count: 60) + ".example"
        var message = try Samples.message()
        message.to = try Samples.mailbox("Somebody with a name", address)
        #expect(Self.headerLines(message.bytes()).contains(" <\(address)>"))
    }

    @Test func `extra headers keep their long words whole and cannot break out`() throws {
        let url = "<https://example.com/u/" + String(repeating: "a", count: 200) + ">,"
        let message = try Samples.message(headers: [
            HeaderField("List-Unsubscribe", "\(url) <mailto:u@example.com>"),
            HeaderField("List-ID", "News\r\nBcc: eve@example.com <news.example.com>"),
            HeaderField("X-Bad\r\nBcc", "x"),
            HeaderField("X-Long", String(repeating: "y", count: 5000)),
        ])
        let lines = Self.headerLines(message.bytes())
        #expect(lines.contains("List-Unsubscribe: \(url)"))
        #expect(lines.contains(" <mailto:u@example.com>"))
        #expect(lines.contains("List-ID: News Bcc: eve@example.com <news.example.com>"))
        #expect(lines.contains("X-BadBcc: x"))
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
    }

    @Test(arguments: [
        (0.0, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (1_795_374_027.9, "Sun, 22 Nov 2026 19:00:27 +0000"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
        (-5, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (Double.infinity, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (1e300, "Fri, 31 Dec 9999 23:59:59 +0000"),
    ])
    func `dates are those of RFC 5322, in UTC`(seconds: Double, text: String) {
        #expect(MessageDate.text(Date(timeIntervalSince1970: seconds)) == text)
    }
}
