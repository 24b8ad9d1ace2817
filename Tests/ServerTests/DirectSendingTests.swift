import Foundation
import Networks
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(2))) struct `Sending directly, from the page to the recipients' servers` {
    private static let names = """
        @ MX 10 mail.host.example.

        """

    private static let host = """
        mail A 127.0.0.2
        mail6 AAAA ::1

        """

    @Test func `somebody chooses it, is warned about names, and each domain's own server gets its mails`() async throws
    {
        let sinks = try await RecordingSMTPSink.start(["127.0.0.2": .init(), "127.0.0.3": .init(), "::1": .init()])
        let port = try #require(sinks.values.first?.port)
        let knot = try await KnotServer.start([
            "one.example": Self.names, "two.example": "@ MX 10 mail6.host.example.\n",
            "three.example": "@ A 127.0.0.3\n",
            "null.example": "@ MX 0 .\n", "host.example": Self.host, "acme.example": "mail A 192.0.2.1\n",
        ])
        defer { knot.stop() }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try MartletProcess(
            ["serve", "--port", "0", "--print-port"], in: folder,
            environment: [
                "DNS_SERVERS": knot.address, "MX_PORT": "\(port)", "ALLOW_PRIVATE_RELAYS": "everyone",
            ])
        let person = FormPerson(port: try #require(await server.nextLine().flatMap { Int($0) }))
        try await person.post(
            "/accounts/register/",
            [("username", "ada"), ("email", "ada@acme.example"), ("password1", phrase), ("password2", phrase)])
        try await person.post(
            "/profile/edit/",
            [
                ("kind", "direct"), ("smtp_port", "587"), ("from_email", "ada@acme.example"), ("from_name", "Ada"),
                ("max_emails_per_hour", "1000"), ("hello_name", "mail.acme.example"),
                ("return_domain", "bounces.acme.example"),
            ])
        let page = try await person.get("/profile/edit/")
        #expect(page.contains("hx-get=\"/profile/edit/names/\""))
        // The DNS has three seconds for an answer, which a busy machine may need longer for: then one asks again.
        var names = ""
        while !names.contains("leads to 192.0.2.1, which is no address of this machine") {
            names = try await person.get("/profile/edit/names/")
        }
        #expect(names.contains("whose names are not in order"))

        try Data("Email\na@one.example\nb@two.example\nc@three.example\nd@null.example\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("people.csv")))
        let imported = try await MartletProcess.run(
            ["recipients", "import", "people.csv", "--user", "ada"], in: folder)
        #expect(imported.output.contains("4 new"), "\(imported.errors)")
        try await person.post(
            "/templates/create/",
            [("name", "Offer"), ("subject", "Hello"), ("body", "<p>Dear you</p>"), ("plain_text", "")])
        try await person.post(
            "/campaigns/create/",
            [
                ("name", "Spring"), ("template", "1"), ("selection", "all"), ("scheduled_time", ""),
                ("time_zone", "UTC"), ("action", "start"),
            ])
        for sink in sinks.values { await sink.waitForMessages(1) }
        #expect(sinks["127.0.0.2"]?.messages.map(\.recipient) == ["a@one.example"])
        #expect(sinks["::1"]?.messages.map(\.recipient) == ["b@two.example"])
        #expect(sinks["127.0.0.3"]?.messages.map(\.recipient) == ["c@three.example"])
        #expect(sinks["127.0.0.3"]?.messages.first?.sender.hasSuffix("@bounces.acme.example") == true)
        #expect(sinks["127.0.0.3"]?.commands.first == "EHLO mail.acme.example")
        var log = ""
        // The processor is for the server; the test's time limit is the limit.
        while !log.contains("takes no mail at all") || !log.contains("mail6.host.example [::1]")
            || !log.contains("mail.host.example [127.0.0.2]:\(port), not encrypted")
        {
            log = try await person.get("/logs/")
            try await Task.sleep(for: .milliseconds(50))
        }
        server.send(SIGTERM)
        let end = try await server.end()
        #expect(end.status == 0, "\(end.errors)")
        for sink in sinks.values { await sink.stop() }
    }
}
