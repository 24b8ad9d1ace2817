import Campaigns
import Delivery
import Networks
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Mail servers inside the network` {
    /// What a campaign over a server on this machine came to, and why its sender is paused.
    private func send(_ policy: EgressPolicy, asAdministrator: Bool) async throws -> (delivered: Int, reason: String) {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            if asAdministrator { try await acme.addUser("ada", isAdministrator: true) }
            try await acme.addRecipients(2)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass(EngineHarness.settings(egress: policy))
            let tally = try await acme.tally(campaign)
            #expect(tally[.failed] == 0 && tally[.unknown] == 0)
            #expect(sink.messages.count == tally[.delivered])
            if tally[.delivered] == 0 { #expect(sink.connections == 0) }
            await sink.stop()
            let (account, sender) = (acme.account, acme.sender)
            let reason = try await database.read { tx in try tx.account(account).sender(sender)?.pausedReason }
            return (tally[.delivered], try #require(reason))
        }
    }

    @Test func `are refused to an account of anybody: its sender pauses with a sentence, and nobody fails`()
        async throws
    {
        let (delivered, reason) = try await send(EgressPolicy(.administrators), asAdministrator: false)
        #expect(delivered == 0)
        #expect(reason.contains("\"127.0.0.1\" is in a network that this account may not connect to"))
        #expect(reason.contains("ALLOW_PRIVATE_RELAYS"))
    }

    @Test func `are open to an administrator's account`() async throws {
        let (delivered, reason) = try await send(EgressPolicy(.administrators), asAdministrator: true)
        #expect(delivered == 2 && reason.isEmpty)
    }

    @Test func `are open to everybody where their network is named`() async throws {
        let policy = try #require(EgressPolicy("127.0.0.0/8"))
        let (delivered, reason) = try await send(policy, asAdministrator: false)
        #expect(delivered == 2 && reason.isEmpty)
    }
}
