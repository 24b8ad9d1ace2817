import Campaigns
import Delivery
import Foundation
import Persistence
import PersistencePostgres
import SMTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Commits that break on their way` {
    @Test(arguments: CuttingProxy.Cut.allCases)
    func `nobody is mailed twice or left out, and each attempt is in the log once`(_ cut: CuttingProxy.Cut) async throws
    {
        let address = try await TestPostgres.shared.newDatabase()
        let port = try #require(URLComponents(string: address)?.port)
        let proxy = try CuttingProxy(to: port)
        defer { proxy.close() }
        let direct = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        let cuttable = try await PostgresDatabase(
            PostgresSettings(address: address.replacing(":\(port)/", with: ":\(proxy.port)/")), logger: .silent)
        let sink = try await RecordingSMTPSink.start()
        let acme = try await SeededAccount(direct)
        try await acme.sendOverSMTP(port: sink.port)
        try await acme.addRecipients(400)
        let campaign = try await acme.startCampaign()
        let engine = EngineHarness(database: cuttable)
        try await engine.run {
            // In the midst of it, again and again.
            for share in [40, 100, 160, 220, 280] {
                _ = try await engine.wait(for: acme, campaign) { $0[.delivered] >= share }
                let before = proxy.cuts
                proxy.cut(2, cut)
                _ = try await engine.wait(for: acme, campaign) { $0.open == 0 || proxy.cuts > before }
            }
            _ = try await engine.wait(for: acme, campaign) { $0.total == 400 && $0.open == 0 }
        }
        #expect(proxy.cuts >= 5)
        let tally = try await acme.tally(campaign)
        #expect(tally[.delivered] == 400)
        let counts = try await direct.read { tx in
            [
                try tx.count("SELECT COUNT(*) FROM attempt"),
                try tx.count("SELECT COUNT(DISTINCT message_id) FROM attempt"),
                try tx.count("SELECT SUM(messages) FROM sender_usage"), try tx.count("SELECT SUM(messages) FROM daily"),
            ]
        }
        #expect(counts == [400, 400, 400, 400])
        #expect(sink.messages.count == 400)
        await sink.stop()
        try await cuttable.close()
        try await direct.close()
        try await TestPostgres.shared.drop(address)
    }
}
