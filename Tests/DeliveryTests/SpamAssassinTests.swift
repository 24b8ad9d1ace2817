import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

/// A filter that many receivers use looks at what we send: nothing about the mails' build may displease it.
@Suite(.timeLimit(.minutes(2))) struct `SpamAssassin and our mails` {
    /// What it may say of a mail that has just left: nobody has handed it on yet, it is HTML, it is signed or not.
    private static let harmless: Set<String> = [
        "NO_RECEIVED", "NO_RELAYS", "HTML_MESSAGE", "DKIM_SIGNED", "T_DKIM_INVALID", "DKIM_INVALID",
        "UNPARSEABLE_RELAY",
        "T_SCC_BODY_TEXT_LINE", "HEADER_FROM_DIFFERENT_DOMAINS", "MAILING_LIST_MULTI", "URIBL_BLOCKED",
    ]

    private static let templates: [(subject: String, html: String)] = [
        (
            "News of {company}",
            "<html><body><p>Dear {first_name|friend},</p><p>here is what is new this month.</p></body></html>"
        ),
        (
            "Neuigkeiten für {company}: größer, schöner, weiter",
            """
            <h1>Grüße aus Köln</h1><table><tr><td>Montag</td><td>9 Uhr</td></tr><tr><td>Dienstag</td><td>10 Uhr</td></tr>
            </table><ul><li>Erstens</li><li>Zweitens</li></ul><p><a href="https://acme.example/plan?a=1&amp;b=2">Der Plan</a></p>
            """
        ),
        ("新しいお知らせ", "<p>皆様、こんにちは。</p><p>今月のお知らせです。</p><p><a href=\"{view_url}\">ブラウザで見る</a></p>"),
        (
            "أخبار جديدة لكم جميعا",
            "<p dir=\"rtl\">السلام عليكم {first_name}</p><p><a href=\"{unsubscribe_url}\">إلغاء</a></p>"
        ),
        (
            "A long letter",
            "<p>" + String(repeating: "This is a sentence about gardens and rain. ", count: 400) + "</p>"
        ),
        (
            "🌻 Sunflowers 👨‍👩‍👧‍👦 for everybody in your house, and some more words so that the line is folded",
            "<p>Hello 🌻</p>"
        ),
    ]

    /// The names of the rules that each mail of a mailbox met.
    private func rules(_ mails: [[UInt8]]) throws -> [[String]] {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var mailbox = Data()
        for mail in mails {
            mailbox += Data("From news@acme.example Wed Nov 25 20:00:00 2026\n".utf8)
            mailbox += Data(mail.filter { $0 != 0x0D }) + Data("\n".utf8)
        }
        try mailbox.write(to: URL(filePath: folder.file("mbox")))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/spamassassin")
        // Nothing is asked of the network, nothing learnt, no preferences of whoever runs the test.
        process.arguments = ["-L", "-t", "-x", "--prefspath=/dev/null", "--mbox", folder.file("mbox")]
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readAll(), as: UTF8.self)
        process.waitUntilExit()
        return text.components(separatedBy: "Content analysis details:").dropFirst().map { report in
            report.split(separator: "\n").dropFirst(3).prefix { !$0.isEmpty && !$0.hasPrefix("--=") }.compactMap {
                line in
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                guard words.count > 1, Double(words[0]) != nil else { return nil }
                return String(words[1])
            }
        }
    }

    @Test func `it has nothing to say about their build, in any script and length`()
        async throws
    {
        var mails: [[UInt8]] = []
        for template in Self.templates {
            mails += try await withDatabase { database in
                let sink = try await RecordingSMTPSink.start()
                let acme = try await SeededAccount(database, subject: template.subject, html: template.html)
                try await acme.addRecipients(1, company: "Müller & Söhne")
                try await acme.sendOverSMTP(port: sink.port)
                // The picture that tells an opening, beside a few words, is a matter of taste and not of how a mail is built.
                if template.html.utf8.count < 4000 {
                    try await database.write { [account = acme.account] tx in
                        try tx.account(account).setTracking(
                            TrackingChoices(opens: false, clicks: false, networks: false))
                    }
                }
                _ = try await acme.startCampaign()
                try await EngineHarness(database: database).runOnePass()
                await sink.stop()
                return sink.messages.map(\.bytes)
            }
        }
        #expect(mails.count == Self.templates.count)
        let found = try rules(mails)
        #expect(found.count == mails.count, "spamassassin is missing: apt-get install spamassassin")
        for (rules, template) in zip(found, Self.templates) {
            #expect(Set(rules).subtracting(Self.harmless) == [], "\(template.subject)")
        }
    }

    @Test func `nor about attachments and pictures`() async throws {
        let png = try #require(
            Data(
                base64Encoded:
                    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))
        let key = PictureKey(hash: [UInt8](repeating: 3, count: 32))
        let mails = try await withDatabase { database in
            let text = String(
                repeating: "<p>This is a sentence about gardens and rain, and another one about wind.</p>", count: 60)
            let acme = try await SeededAccount(
                database, subject: "News of {company}",
                html: "<p>Dear {first_name}</p>\(text)<p><img src=\"\(key.address)\" alt=\"Our garden\"></p>")
            let (account, template) = (acme.account, acme.template)
            try await database.write { tx in
                let scope = tx.account(account)
                try scope.setTracking(TrackingChoices(opens: false, clicks: false, networks: false))
                let files: [(String, [UInt8], UInt8, FileUse.Kind)] = [
                    ("garden.png", Array(png), 3, .picture),
                    ("Jahresübersicht.txt", Array("Rain: much.\n".utf8), 4, .attachment),
                ]
                for (name, content, hash, kind) in files {
                    var rest: [[UInt8]] = [content]
                    let id = try scope.storeFile(
                        NewFile(
                            hash: [UInt8](repeating: hash, count: 32), size: content.count,
                            mediaType: kind == .picture ? "image/png" : "text/plain", name: name,
                            isPicture: kind == .picture)
                    ) { rest.popLast() }
                    try scope.use(id, as: kind, named: name, in: .template(template))
                }
            }
            let sink = try await RecordingSMTPSink.start()
            try await acme.addRecipients(1, company: "Müller & Söhne")
            try await acme.sendOverSMTP(port: sink.port)
            _ = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            await sink.stop()
            return sink.messages.map(\.bytes)
        }
        let rules = try #require(try rules(mails).first)
        #expect(Set(rules).subtracting(Self.harmless) == [])
    }

    @Test func `it would have something to say about a mail that is built badly`() throws {
        let bad = "Subject: =?utf-8?q?=FF?=\nContent-Type: text/html\n\n<html><body>click"
        let found = try rules([Array(bad.utf8)])
        #expect(!Set(found.first ?? []).subtracting(Self.harmless).isEmpty)
    }
}
