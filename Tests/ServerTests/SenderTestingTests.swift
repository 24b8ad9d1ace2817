import Campaigns
import Logging
import Networks
import Persistence
import TestSupport
import Testing
import Web

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct `Testing a sender` {
    @Test func `asks the egress guard with the account's rights before it connects`() async throws {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            let testing = SMTPSenderTesting(
                node: "client.example", database: database, egress: EgressPolicy(.administrators),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let settings = SenderSettings(
                account: acme.account, host: "127.0.0.1", port: sink.port, security: .none, userName: "", password: "",
                verifiesCertificate: true, fromName: "Ada", fromEmail: "ada@example.org")

            let refused = await testing.testConnection(settings)
            #expect(!refused.isSuccess && refused.transcript.isEmpty)
            #expect(refused.sentence.contains("is in a network that this account may not connect to"))
            let unsent = await testing.sendTestMail(settings, to: "bob@example.org")
            #expect(unsent.sentence == refused.sentence)
            // The same address in the clothes that getaddrinfo knows.
            for host in ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::1", "::ffff:127.0.0.1"] {
                var other = settings
                other.host = host
                let result = await testing.testConnection(other)
                #expect(!result.isSuccess && result.transcript.isEmpty, "\(host): \(result.sentence)")
            }
            #expect(sink.connections == 0)

            try await acme.addUser("ada", isAdministrator: true)
            let allowed = await testing.testConnection(settings)
            #expect(allowed.isSuccess, "\(allowed.sentence)")
            #expect(sink.connections == 1)
            await sink.stop()
        }
    }

    @Test func `never reaches the metadata service of a cloud provider`() async throws {
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            try await acme.addUser("ada", isAdministrator: true)
            let testing = SMTPSenderTesting(
                node: "client.example", database: database, egress: EgressPolicy(.everyone),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            for host in ["169.254.169.254", "::ffff:169.254.169.254"] {
                let result = await testing.testConnection(
                    SenderSettings(
                        account: acme.account, host: host, port: 80, security: .none, userName: "", password: "",
                        verifiesCertificate: true, fromName: "Ada", fromEmail: "ada@example.org"))
                #expect(result.sentence.contains("may not connect to"), "\(result.sentence)")
            }
        }
    }
}
