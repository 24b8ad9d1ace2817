import Campaigns
import Delivery
import Logging
import Networks
import Persistence
import ServiceLifecycle
import TestSupport
import Vault

/// An engine at work on a database, until the body ends.
struct EngineHarness {
    let database: any Database
    var logger = quietLogger()
    let signal = WorkSignal()

    static func settings(egress: EgressPolicy = EgressPolicy(.everyone)) throws -> DeliverySettings {
        var settings = DeliverySettings(
            node: "test.example", siteURL: "https://mail.example", signer: Signer(secret: "a secret for tests only"),
            sealer: try Sealer(keyText: SealingKey.random()), egress: egress)
        settings.poll = .milliseconds(50)
        settings.planningChunk = 100
        settings.firstPlanningChunk = 100
        settings.claimBatch = 64
        return settings
    }

    /// Runs the engine beside `body`, then stops it gracefully.
    func run(
        _ settings: DeliverySettings? = nil, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let engine = DeliveryEngine(
            database: database, settings: try settings ?? Self.settings(), signal: signal, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: engine, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: quietLogger()))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                try? await tasks.waitForAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Runs one pass and returns.
    func runOnePass(_ settings: DeliverySettings? = nil) async throws {
        try await DeliveryEngine(
            database: database, settings: try settings ?? Self.settings(), mode: .onePass, signal: WorkSignal(),
            logger: quietLogger()
        ).run()
    }

    /// Waits until the campaign's tally is as wanted, and returns it; the test's time limit is the limit.
    func wait(
        for account: SeededAccount, _ campaign: Campaign.ID, until isReached: @Sendable (Tally) -> Bool
    ) async throws -> Tally {
        while true {
            let tally = try await account.tally(campaign)
            if isReached(tally) { return tally }
            // The processor is for the engine.
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

func quietLogger() -> Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}

extension RecordingSMTPSink {
    /// Refuses, with these replies, those whose addresses begin so: at RCPT, or at the end of the mail.
    func refuse(atRecipient: [String: String] = [:], atDot: [String: String] = [:]) {
        react { envelope in
            func reply(_ replies: [String: String]) -> String? {
                replies.first { envelope.recipient.hasPrefix($0.key) }?.value
            }
            var reactions = Reactions()
            if let text = reply(atRecipient) { reactions.recipient = .reply(text) }
            if let text = reply(atDot) { reactions.dot = .reply(text) }
            return reactions
        }
    }
}
