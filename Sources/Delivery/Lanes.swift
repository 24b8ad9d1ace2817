internal import Campaigns
internal import Foundation
internal import Logging
internal import NIOCore
internal import Networks
internal import Persistence
internal import Vault

/// Which senders are at work, and which ones wait a while after a server could not be reached.
actor Lanes {
    private let database: any Database
    private let settings: DeliverySettings
    private let writer: LedgerWriter
    private let signal: WorkSignal
    /// On which all conversations are had.
    private let loop: any EventLoop
    private let logger: Logger
    private let composer: Composer
    private var atWork: [Sender.ID: AtWork] = [:]
    private var rests: [Sender.ID: Rest] = [:]
    private var isEnded = false

    private struct AtWork {
        var feed: Feed?
        var revision: Int?
    }

    private struct Rest {
        var until: ContinuousClock.Instant
        var length: Duration
        /// The sender's revision when the rest began: a changed sender is tried at once.
        var revision: Int
    }

    init(
        database: any Database, settings: DeliverySettings, writer: LedgerWriter, signal: WorkSignal,
        loop: any EventLoop, logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.writer = writer
        self.signal = signal
        self.loop = loop
        self.logger = logger
        composer = Composer(database: database, settings: settings)
    }

    var areIdle: Bool { atWork.isEmpty }

    /// - Returns: whether nothing is at work any more; false when the time was up.
    func becomeIdle(within limit: Duration) async -> Bool {
        let end = ContinuousClock.now + limit
        while !atWork.isEmpty {
            guard ContinuousClock.now < end else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// Whether the sender may begin now; from then on it counts as being at work.
    func begin(_ sender: Sender.ID) -> Bool {
        guard !isEnded, atWork[sender] == nil else { return false }
        atWork[sender] = AtWork()
        return true
    }

    func end() async {
        isEnded = true
        for lane in atWork.values { await lane.feed?.end() }
    }

    /// Ends lanes whose sender was changed or paused; the next pass begins them anew with what holds now.
    func endChanged() async throws {
        for (id, lane) in atWork {
            guard let revision = lane.revision else { continue }
            let current = try await database.read { tx in try tx.anySender(id)?.revision }
            if current != revision { await lane.feed?.end() }
        }
    }

    /// Sends what the sender has to send now. What goes wrong with one sender is noted with it and stops no other.
    func run(_ id: Sender.ID) async throws {
        defer { atWork[id] = nil }
        guard let sender = try? await database.read({ tx in try tx.anySender(id) }), sender.pausedReason.isEmpty,
            !isResting(sender)
        else { return }
        do {
            guard let feed = try await feed(for: sender) else { return }
            let lane = Lane(
                sender: sender, transport: try await transport(for: sender), feed: feed, writer: writer,
                composer: composer,
                policy: settings.retries, logger: logger)
            let end = try await lane.run()
            if Task.isCancelled { return }
            try await note(end, of: sender)
            // There may be more: the lane's last claim is older than what was made ready since.
            signal.wake()
        } catch let problem as SealingProblem {
            let sentence = "The stored SMTP password cannot be read (\(problem.userMessage)). Enter it again."
            try await note(.fault(sentence), of: sender)
        } catch {
            if Task.isCancelled { return }
            logger.error("A sender's lane failed", metadata: ["sender.id": "\(id)", "error": "\(error)"])
            try await note(.unreachable, of: sender)
        }
    }

    /// `nil` when the limit lets nothing through now.
    private func feed(for sender: SenderRecord) async throws -> Feed? {
        let usage = try await database.read { tx in try tx.usage(of: sender.id, account: sender.accountID) }
        var window = RateWindow(limit: sender.maxPerHour, usage: usage.map { ($0.second, $0.messages) })
        guard window.available(at: Int64(Date().timeIntervalSince1970)) > 0 else { return nil }
        let feed = Feed(sender: sender.id, window: window, writer: writer, batch: settings.claimBatch)
        atWork[sender.id] = AtWork(feed: feed, revision: sender.revision)
        if isEnded { await feed.end() }
        return feed
    }

    private func isResting(_ sender: SenderRecord) -> Bool {
        guard let rest = rests[sender.id] else { return false }
        return rest.revision == sender.revision && ContinuousClock.now < rest.until
    }

    private func note(_ end: Lane.End, of sender: SenderRecord) async throws {
        switch end {
        case .idle:
            rests[sender.id] = nil
        case .unreachable:
            let length = min((rests[sender.id]?.length ?? .seconds(2)) * 2, .seconds(300))
            rests[sender.id] = Rest(until: .now + length, length: length, revision: sender.revision)
            logger.warning(
                "A mail server cannot be reached; waiting",
                metadata: ["sender.id": "\(sender.id)", "seconds": "\(length.components.seconds)"])
        case .fault(let sentence):
            try await database.write { tx in try tx.account(sender.accountID).pause(sender.id, because: sentence) }
            logger.warning("A sender was paused", metadata: ["sender.id": "\(sender.id)", "reason": "\(sentence)"])
        }
    }

    private func transport(for sender: SenderRecord) async throws -> any MailTransport {
        switch sender.kind {
        case .rehearsal: return RehearsalTransport()
        case .smtp:
            let isAdministrator = try await database.read { tx in
                try tx.account(sender.accountID).belongsToAdministrator()
            }
            let egress = settings.egress.egress(isAdministrator: isAdministrator)
            return SMTPTransport(server: try sender.server(settings, egress), loop: loop, logger: logger)
        }
    }
}
