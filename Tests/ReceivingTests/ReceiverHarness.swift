import Campaigns
import Logging
import Persistence
import ServiceLifecycle
import TestSupport
import Vault

@testable import Receiving

/// A receiver at work on a database with one campaign that was delivered, until the body ends.
struct ReceiverHarness {
    let database: any Database
    let signer: Signer
    let figures: ReturnFigures
    let account: Account.ID
    let campaign: Campaign.ID
    let sender: Sender.ID
    let template: Template.ID
    /// In the order of recipients: person0@example.org …
    let messages: [Message.ID]
    let port: Int

    static let domain = "bounces.acme.example"

    func bounce(_ index: Int = 0) -> String {
        signer.localPart(of: .bounce(account: account.rawValue, message: messages[index].rawValue)) + "@" + Self.domain
    }

    func unsubscribe(_ index: Int = 0) async throws -> String {
        let recipient = try await recipient(index)
        return signer.localPart(
            of: .unsubscribe(account: account.rawValue, campaign: campaign.rawValue, recipient: recipient)) + "@"
            + Self.domain
    }

    var complaints: String { signer.localPart(of: .complaints(account: account.rawValue)) + "@" + Self.domain }

    func recipient(_ index: Int = 0) async throws -> Int64 {
        let message = messages[index]
        return try await database.read { tx in
            try tx.one("SELECT recipient_id FROM message WHERE id = \(message)") { try $0.int64(0) }
        }
    }

    /// Hands over one mail as a mail server does, and returns the answer to its end.
    func hand(over mail: [UInt8], to recipient: String, from sender: String = "") async throws -> String {
        let client = try Conversation(port: port)
        _ = await client.reply()
        _ = await client.ask("EHLO mx.example.net")
        _ = await client.ask("MAIL FROM:<\(sender)>")
        let answer = await client.ask("RCPT TO:<\(recipient)>")
        guard answer.hasPrefix("250") else { return answer }
        _ = await client.ask("DATA")
        client.send(bytes: mail)
        return await client.ask("\r\n.")
    }

    func history(_ index: Int = 0) async throws -> [AttemptRecord] {
        let (account, message) = (account, messages[index])
        return try await database.read { try $0.account(account).attempts(of: message) }
    }

    func readings() async throws -> ReadingTally {
        let (account, campaign) = (account, campaign)
        return try await database.read { try $0.account(account).readings(of: campaign) }
    }

    func suppression(_ index: Int = 0) async throws -> Suppression? {
        let account = account
        return try await database.read { try $0.account(account).suppression(ofKey: "person\(index)@example.org") }
    }

    func state(_ index: Int = 0) async throws -> MessageState {
        let message = messages[index]
        return try await database.read { tx in
            try tx.one("SELECT state FROM message WHERE id = \(message)") { try $0.value(0) }
        }
    }

    /// - Parameters:
    ///   - state: of all messages.
    ///   - wrap: what the receiver writes to, for one that fails.
    static func with(
        _ kind: TestDatabase = .sqlite, recipients: Int = 3, state: MessageState = .delivered,
        limits: ReceivingLimits = ReceivingLimits(), identity: ReceivingIdentity? = nil,
        logger: Logger = .silent, wrap: @escaping (any Database) -> any Database = { $0 },
        _ body: @escaping @Sendable (ReceiverHarness) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let signer = Signer(secret: "a secret for tests only, and long enough")
            let account = try await SeededAccount(database)
            try await account.addRecipients((0..<recipients).map { "person\($0)@example.org" })
            let campaign = try await account.startCampaign()
            let messages = try await database.write { tx in
                try Self.send(campaign, account, state, tx)
            }
            let figures = ReturnFigures()
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let desk = ReturnDesk(database: wrap(database), signer: signer, figures: figures, logger: logger)
            let service = try ReceivingService(
                addresses: [ListenAddress(host: "127.0.0.1", port: 0)], name: "mail.acme.example", identity: identity,
                desk: desk, limits: limits, logger: .silent
            ) { port.yield($0[0]) }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(services: [.init(service: service)], logger: .silent))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                var found = 0
                for await number in ports {
                    found = number
                    break
                }
                let harness = ReceiverHarness(
                    database: database, signer: signer, figures: figures, account: account.account, campaign: campaign,
                    sender: account.sender, template: account.template, messages: messages, port: found)
                do { try await body(harness) } catch {
                    await group.triggerGracefulShutdown()
                    try? await tasks.waitForAll()
                    throw error
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    /// As the engine would.
    private static func send(
        _ campaign: Campaign.ID, _ account: SeededAccount, _ state: MessageState, _ tx: any Transaction
    ) throws -> [Message.ID] {
        for due in try tx.dueCampaigns() { try tx.begin(due, expiry: .seconds(3600)) }
        _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 1000)
        let epoch = try tx.beginEpoch(node: "test")
        var batch = LedgerBatch()
        batch.claims = [Claim(sender: account.sender, limit: 1000)]
        let claimed = try tx.apply(batch, epoch: epoch).claimed[0]
        var intents = LedgerBatch()
        intents.intents = claimed
        _ = try tx.apply(intents, epoch: epoch)
        var outcomes = LedgerBatch()
        outcomes.outcomes = claimed.map {
            Outcome(
                message: $0, result: state == .unknown ? .unknown : .delivered, reachedTheDot: true, reply: "250 Ok",
                step: "message")
        }
        _ = try tx.apply(outcomes, epoch: epoch)
        return claimed.sorted { $0.recipientID < $1.recipientID }.map(\.id)
    }
}
