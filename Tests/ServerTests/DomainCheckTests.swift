import Campaigns
import DKIM
import DNS
import DomainChecks
import Foundation
import Logging
import Persistence
import PersistenceSQLite
import ServiceLifecycle
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct `Looking at a domain` {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Has the domain of `news@acme.example` looked at; gives the record once the look has ended.
    private func look(_ servers: [String], _ database: SQLiteDatabase, _ acme: SeededAccount) async throws
        -> DomainCheckRecord
    {
        let service = DomainCheckService(
            database: database, resolver: Resolver(ResolverSettings(servers: servers, anchors: [])), logger: logger)
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let account = acme.account
            let isBegun = try await database.write { try $0.account(account).beginDomainCheck("acme.example") }
            let isBegunTwice = try await database.write { try $0.account(account).beginDomainCheck("acme.example") }
            #expect(isBegun && !isBegunTwice)
            service.begin("acme.example", of: account)
            while true {
                let record = try await database.read {
                    try #require(try $0.account(account).domainCheck("acme.example"))
                }
                if record.checkedAt != nil {
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                    return record
                }
                // The processor is for the service.
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test func `writes down what it found about the account's own keys`() async throws {
        let server = try await KnotServer.start([
            "acme.example": """
            s._domainkey TXT "v=DKIM1; k=ed25519; p=QUJD"
            _dmarc TXT "v=DMARC1; p=none"
            @ TXT "v=spf1 -all"
            @ MX 10 mail
            """
        ])
        defer { server.stop() }
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            let eve = try await SeededAccount(database, name: "Eve")
            for (owner, selector) in [(acme, "s"), (eve, "e")] {
                try await database.write { tx in
                    let key = NewSigningKey(
                        domain: "acme.example", selector: selector, algorithm: .ed25519, bits: 256, publicKey: "QUJD")
                    let id = try #require(try tx.account(owner.account).addSigningKey(key, seal: { _ in [] }))
                    try tx.account(owner.account).startSigning(with: id)
                }
            }
            let record = try await look([server.address], database, acme)
            let report = try JSONDecoder().decode(DomainReport.self, from: Data(record.report.utf8))
            #expect(
                report.findings.prefix(5) == [
                    .key(selector: "s", .found), .spf(.good(lookups: 0)), .dmarc(.good(.none, at: "acme.example")),
                    .alignment(isSigned: true), .mailExchanger(.found(hosts: ["mail.acme.example"])),
                ])
            let eves = try await database.read { try $0.account(eve.account).domainCheck("acme.example") }
            #expect(eves == nil)
        }
    }

    @Test func `ends with a sentence when nobody answers`() async throws {
        let server = SilentDNSServer()
        defer { server.stop() }
        try await withDatabase { database in
            let record = try await look([server.address], database, try await SeededAccount(database))
            let report = try JSONDecoder().decode(DomainReport.self, from: Data(record.report.utf8))
            #expect(report.findings.contains(.spf(.failed(.timedOut))))
        }
    }
}
