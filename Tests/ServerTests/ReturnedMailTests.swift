import Foundation
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(3))) struct `What comes back, from the mail server to the page` {
    private static func report(_ words: String) -> String {
        """
        From: MAILER-DAEMON@mx.example.net
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="part"

        --part
        Content-Type: text/plain

        I'm sorry.
        --part
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.net

        Final-Recipient: rfc822; somebody@example.net
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; \(words)
        --part--

        """
    }

    private static func complaint(about mail: String) -> String {
        """
        From: fbl@mailbox.example
        Subject: FW: Offer
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="part"

        --part
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        Version: 1
        User-Agent: Test/1

        --part
        Content-Type: message/rfc822

        \(mail)
        --part--

        """
    }

    private static let smtplib = """
        import smtplib, sys
        port, recipient, text = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
            try:
                print("taken", server.sendmail("", [recipient], text.replace("\\n", "\\r\\n").encode()))
            except smtplib.SMTPRecipientsRefused as refused:
                print("refused", list(refused.recipients.values())[0])
        """

    private func hand(_ text: String, to recipient: String, at port: Int) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.smtplib, "\(port)", recipient, text]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private static let campaign = [
        ("template", "1"), ("selection", "all"), ("scheduled_time", ""), ("time_zone", "UTC"), ("action", "start"),
    ]

    @Test(arguments: TestDatabase.allCases)
    func `a bounce, a complaint and a mail that unsubscribes are on the pages, and the next campaign knows`(
        _ kind: TestDatabase
    ) async throws {
        let sinks = try await RecordingSMTPSink.start(["127.0.0.1": .init()])
        let sink = try #require(sinks.values.first)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var environment = ["RETURN_MAIL": "127.0.0.1:0", "ALLOW_PRIVATE_RELAYS": "everyone", "LOG_FORMAT": "json"]
        if kind == .postgres { environment["DATABASE_URL"] = try await TestPostgres.shared.emptyDatabase() }
        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder, environment: environment)
        let person = FormPerson(port: try #require(await server.nextLine().flatMap { Int($0) }))
        try await server.untilItSays("Listening for returned mail")
        let port = try #require(
            try server.log().firstMatch(of: /"return.addresses":"127.0.0.1:([0-9]+)"/).flatMap { Int($0.output.1) })
        try await person.post(
            "/accounts/register/",
            [("username", "ada"), ("email", "ada@acme.example"), ("password1", phrase), ("password2", phrase)])
        let empty = try await person.get("/profile/edit/")
        #expect(empty.contains("What comes back is read as soon as there is a domain for it"))
        try await person.post(
            "/profile/edit/",
            [
                ("kind", "smtp"), ("smtp_host", "127.0.0.1"), ("smtp_port", "\(sink.port)"),
                ("from_email", "ada@acme.example"), ("from_name", "Ada"), ("max_emails_per_hour", "1000"),
                ("return_domain", "bounces.acme.example"),
            ])
        let page = try await person.get("/profile/edit/")
        #expect(page.contains("What comes back is read") && page.contains("complaints+"))
        try Data("Email\na@one.example\nb@two.example\nc@three.example\nd@four.example\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("people.csv")))
        _ = try await MartletProcess.run(
            ["recipients", "import", "people.csv", "--user", "ada"], in: folder, environment: environment)
        try await person.post(
            "/templates/create/",
            [("name", "Offer"), ("subject", "Hello"), ("body", "<p>Dear you</p>"), ("plain_text", "")])
        try await person.post("/campaigns/create/", [("name", "Spring")] + Self.campaign)
        await sink.waitForMessages(4)
        let mails = sink.messages.sorted { $0.recipient < $1.recipient }

        // A bounce in hostile words.
        let words = "550 5.1.1 <script>alert(1)</script> unknown user"
        #expect(try hand(Self.report(words), to: mails[0].sender, at: port).hasPrefix("taken {}"))
        #expect(try hand(Self.report(words), to: "ada@acme.example", at: port).contains("550, b'5.1.1"))
        // A complaint, by what stands in the mail.
        let complaints = try #require(page.firstMatch(of: /complaints\+[0-9a-v]+@bounces.acme.example/)).output
        let returned =
            "Return-Path: <\(mails[1].sender)>\n"
            + String(decoding: mails[1].bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        #expect(try hand(Self.complaint(about: returned), to: String(complaints), at: port).hasPrefix("taken {}"))
        // The address of the header unsubscribes.
        let header = String(decoding: mails[2].bytes, as: UTF8.self).replacing("\r\n ", with: " ")
        let way = try #require(
            header.firstMatch(
                of:
                    /List-Unsubscribe: <(http[^>]+)>, <mailto:(unsubscribe\+[0-9a-v]+@bounces.acme.example)\?subject=unsubscribe>/
            ))
        #expect(header.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
        #expect(
            try hand("Subject: unsubscribe\n\n", to: String(way.output.2), at: port).hasPrefix("taken {}"))

        // What it says was durable before it was answered, so it is there at once.
        let log = try await person.get("/logs/")
        #expect(log.contains("&lt;script&gt;alert(1)&lt;/script&gt; unknown user") && !log.contains("<script>alert"))
        let statistics = try await person.get("/campaigns/1/statistics/")
        #expect(statistics.contains("came back later 1"))
        let readers = try await person.get("/campaigns/1/statistics/recipients/?show=bounced")
        #expect(
            readers.contains("a@one.example") && !readers.contains("b@two.example")
                && readers.contains("&lt;script&gt;"))
        #expect(try await person.get("/campaigns/1/statistics/recipients/?show=complained").contains("b@two.example"))
        let list = try await person.get("/suppressions/")
        for email in ["a@one.example", "b@two.example", "c@three.example"] { #expect(list.contains(email)) }
        let csv = try await person.get("/campaigns/1/statistics/export/")
        #expect(csv.contains("unknown user"))

        try await person.post("/campaigns/create/", [("name", "Summer")] + Self.campaign)
        await sink.waitForMessages(5)
        #expect(sink.messages.count == 5 && sink.messages.last?.recipient == "d@four.example")

        // The same by a pipe.
        func pipe(_ recipient: String, _ other: [String: String] = [:]) async throws -> Int32 {
            try await MartletProcess.run(
                ["receive-mail", recipient], in: folder, environment: environment.merging(other) { $1 },
                input: Self.report("550 5.1.1 gone")
            ).status
        }
        #expect(try await pipe(mails[3].sender) == 0)
        #expect(try await pipe("ada@acme.example") == 67)
        #expect(try await pipe(mails[3].sender, ["DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"]) == 75)
        #expect(try await pipe(mails[3].sender, ["MARTLET_PORT": "wrong"]) == 75)
        #expect(try await person.get("/suppressions/").contains("d@four.example"))

        server.send(SIGTERM)
        let end = try await server.end()
        #expect(end.status == 0, "\(end.errors)")
        await sink.stop()
        if let address = environment["DATABASE_URL"] { try await TestPostgres.shared.drop(address) }
    }

    @Test func `a port that is taken, and settings that are wrong, are said in a sentence`() async throws {
        let sinks = try await RecordingSMTPSink.start(["127.0.0.1": .init()])
        let sink = try #require(sinks.values.first)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let taken = try await MartletProcess.run(
            ["serve", "--port", "0"], in: folder, environment: ["RETURN_MAIL": "127.0.0.1:\(sink.port)"])
        #expect(taken.status == 69 && taken.errors.contains("is in use by another program, most often a mail server"))
        await sink.stop()
        let wrong = try await MartletProcess.run(
            ["check-config"], in: folder, environment: ["RETURN_MAIL": "25", "RETURN_MAIL_CERTIFICATE": "c.pem"])
        #expect(wrong.status == 78)
        #expect(wrong.errors.contains("use addresses with commas between them, such as 0.0.0.0:25"))
        #expect(wrong.errors.contains("a certificate and its key go together"))
        let missing = try await MartletProcess.run(
            ["serve", "--port", "0"], in: folder,
            environment: [
                "RETURN_MAIL": "127.0.0.1:0", "RETURN_MAIL_CERTIFICATE": "c.pem", "RETURN_MAIL_KEY": "k.pem",
            ])
        #expect(missing.status == 77 && missing.errors.contains("c.pem cannot be read"))
    }
}
