import Campaigns
import Foundation
import Persistence
import TestValues
import Testing

@testable import Receiving

@Suite struct `Mail that comes back (RFC 3464, and those who never read it)` {
    private static func verdict(_ mail: ReturnedMail, about email: String = "ada@example.net") -> (String, Int?, String)
    {
        switch mail.kind {
        case .automaticReply: return ("away", nil, "")
        case .complaint: return ("complaint", nil, "")
        case .other: return ("unclear", nil, "")
        case .report: break
        }
        guard let notice = mail.notice(about: email) else { return ("unclear", nil, "") }
        let verdict =
            switch notice.kind {
            case .bounced(let kind): kind.rawValue
            case .delayed: "delayed"
            case .arrived: "arrived"
            case .complained: "complaint"
            }
        return (verdict, notice.code, notice.words)
    }

    @Test(arguments: BounceSample.all)
    func `says whether the address is gone, it was only this time, or the mail was not wanted`(_ sample: BounceSample) {
        let (verdict, code, words) = Self.verdict(ReturnedMail(sample.bytes))
        #expect(verdict == sample.verdict, "\(words)")
        #expect(code == sample.code, "\(words)")
        if !sample.words.isEmpty { #expect(words == sample.words) }
        // A mail server that hands it over through a pipe writes bare LF.
        let piped = Self.verdict(ReturnedMail(Array(sample.mail.utf8)))
        #expect(piped.0 == verdict && piped.2 == words)
    }

    @Test func `there are the formats of at least forty servers`() {
        #expect(BounceSample.all.filter { !["away", "unclear"].contains($0.verdict) }.count >= 40)
        #expect(Set(BounceSample.all.map(\.name)).count == BounceSample.all.count)
    }

    @Test func `of several recipients the one that the mail went to counts`() {
        let sample = BounceSample.report(
            "two", "", nil, from: "MAILER-DAEMON@mx.example", subject: "Undelivered", text: "",
            status: """
                Reporting-MTA: dns; mx.example

                Final-Recipient: rfc822; other@example.net
                Action: failed
                Status: 5.1.1

                Final-Recipient: rfc822; ADA@example.net
                Action: delayed
                Status: 4.2.2
                """)
        #expect(Self.verdict(ReturnedMail(sample.bytes)).0 == "delayed")
        #expect(Self.verdict(ReturnedMail(sample.bytes), about: "other@example.net").0 == "hard")
    }

    @Test func `what a stranger wrote is one line without controls, and not long`() throws {
        let sample = BounceSample.report(
            "hostile", "", nil, from: "MAILER-DAEMON@mx.example", subject: "Undelivered", text: "",
            status:
                "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 <script>\u{1B}[2J\u{202E}"
                + String(repeating: "x", count: 5000))
        let notice = try #require(ReturnedMail(sample.bytes).notice(about: "ada@example.net"))
        #expect(notice.words.unicodeScalars.count <= 501)
        #expect(notice.words.hasPrefix("5.1.1 550 <script> [2J xxx"))
        #expect(!notice.words.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }

    @Test(
        arguments: [
            ("550 5.1.1 gone", "5.1.1", 550), ("(#5.1.1)", "5.1.1", nil), ("host 192.5.1.1 said no", nil, nil),
            ("v5.1.1.3", nil, nil), ("x5.1.1", nil, nil), ("5.1.1234", nil, nil), ("at 550@example.org", nil, nil),
            ("550-5.7.26 no", "5.7.26", 550), ("price 199.99", nil, nil), ("Status: 5.2.2.", "5.2.2", nil),
            ("error 999", nil, nil), ("250 2.0.0", "2.0.0", nil),
        ] as [(String, String?, Int?)])
    func `codes are told from addresses, prices and versions (RFC 3463)`(
        _ text: String, _ status: String?, _ code: Int?
    ) {
        let scan = StatusScan(text)
        #expect(scan.enhanced?.description == status)
        #expect(scan.code == code)
    }

    // MARK: Anything at all

    @Test func `a mail that is cut anywhere, or has any bytes changed, is read without harm`() {
        var random = SeededGenerator(seed: 5)
        for sample in BounceSample.all {
            let bytes = sample.bytes
            for _ in 0..<20 {
                _ = Self.verdict(ReturnedMail(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))))
                var changed = bytes
                for _ in 0..<Int.random(in: 1...20, using: &random) where !changed.isEmpty {
                    changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                _ = Self.verdict(ReturnedMail(changed))
            }
        }
        for _ in 0..<200 {
            let count = Int.random(in: 0...2000, using: &random)
            _ = Self.verdict(ReturnedMail((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }))
        }
    }

    /// Mails that are made to take long: each part again and again.
    private static let tedious: [(name: String, head: String, unit: String)] = [
        ("fields", "Content-Type: message/delivery-status\r\n\r\n", "Action: failed\r\n"),
        ("groups", "Content-Type: message/delivery-status\r\n\r\n", "A: b\r\n\r\n"),
        ("folded", "Content-Type: message/delivery-status\r\n\r\nDiagnostic-Code: x\r\n", " y\r\n"),
        ("words", "From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\n", "550 5.1.1 5.1.1.1 \r\n"),
        ("one line", "From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\n", "5.1."),
        ("header", "Subject: ", "=?utf-8?b?"),
        ("header lines", "Subject: x\r\n", " =?a?q?b\r\n"),
        ("parts", "Content-Type: multipart/report; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n"),
        ("tags", "From: MAILER-DAEMON@x.example\r\nContent-Type: text/html\r\n\r\n", "<"),
    ]

    @Test func `what is made to take long takes time in proportion to its length`() {
        for (name, head, unit) in Self.tedious {
            func time(_ size: Int) -> Duration {
                let text = Array((head + String(repeating: unit, count: size / unit.utf8.count)).utf8)
                return (0..<3).map { _ in processorTime { _ = Self.verdict(ReturnedMail(text)) } }.min()!
            }
            let (small, large) = (time(32_768), time(262_144))
            // Eight times as long; squared would be 64.
            #expect(large < small * 24 + .milliseconds(2), "\(name): \(small), \(large)")
        }
    }
}
