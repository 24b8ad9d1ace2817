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
    private let status: DeliveryStatus
    private let logger: Logger
    private let composer: Composer
    private var atWork: [Sender.ID: AtWork] = [:]
    private var rests: [Sender.ID: Rest] = [:]
    /// What is known of how many connections each sender's server takes.
    private var budgets: [Sender.ID: ConnectionBudget] = [:]
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
        status: DeliveryStatus, loop: any EventLoop, logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.writer = writer
        self.signal = signal
        self.loop = loop
        self.status = status
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
            let crew = crew(for: sender)
            status.begins(id)
            defer {
                budgets[id] = crew.budget
                status.ends(id)
            }
            let lane = Lane(
                sender: sender, transport: try await transport(for: sender), feed: feed, crew: crew, writer: writer,
                composer: composer,
                policy: settings.retries, logger: logger)
            let end = try await lane.run()
            if Task.isCancelled { return }
            try await note(end, of: sender, crew.hasProgressed)
            // There may be more: the lane's last claim is older than what was made ready since.
            signal.wake()
        } catch let problem as SealingProblem {
            let sentence = "The stored SMTP password cannot be read (\(problem.userMessage)). Enter it again."
            try await note(.fault(sentence), of: sender, false)
        } catch {
            if Task.isCancelled { return }
            logger.error("A sender's lane failed", metadata: ["sender.id": "\(id)", "error": "\(error)"])
            try await note(.unreachable("Something went wrong here; it will be tried again."), of: sender, false)
        }
    }

    /// `nil` when the limit lets nothing through now.
    private func feed(for sender: SenderRecord) async throws -> Feed? {
        var (allowance, pace) = try await database.read { tx in try Self.limits(of: sender, tx) }
        guard allowance.available(at: Int64(Date().timeIntervalSince1970)) > 0 else { return nil }
        let feed = Feed(sender: sender.id, allowance: allowance, writer: writer, batch: settings.claimBatch, pace: pace)
        atWork[sender.id] = AtWork(feed: feed, revision: sender.revision)
        if isEnded { await feed.end() }
        return feed
    }

    /// What the ledger says that a sender may still send, and how far apart.
    private static func limits(
        of sender: SenderRecord, _ tx: any Transaction
    ) throws -> (SendAllowance, Pace?) {
        let now = try tx.now
        let usage = try tx.usage(of: sender.id, account: sender.accountID)
        let warmUp = try sender.warmUp.map { plan in
            let used = try tx.account(sender.accountID).messagesEnded(by: sender.id, since: plan.dayBegan(at: now))
            return (plan: plan, used: used, now: now.rawValue / 1_000_000)
        }
        let allowance = SendAllowance(limit: sender.maxPerHour, usage: usage, warmUp: warmUp)
        guard sender.spreadsEvenly else { return (allowance, nil) }
        let sinceLast = usage.last.map { now - Instant(rawValue: $0.second * 1_000_000) }
        return (allowance, Pace(limit: sender.maxPerHour, sinceLast: sinceLast, now: .now))
    }

    private func crew(for sender: SenderRecord) -> Crew {
        var budget = budgets[sender.id] ?? ConnectionBudget(ceiling: sender.maxConnections)
        budget.ceiling = sender.maxConnections
        return Crew(budget: budget) { [status, id = sender.id] in status.changed(id, to: $0) }
    }

    private func isResting(_ sender: SenderRecord) -> Bool {
        guard let rest = rests[sender.id] else { return false }
        return rest.revision == sender.revision && ContinuousClock.now < rest.until
    }

    /// - Parameter hasProgressed: whether the server answered any message of this lane: then the next rest is short.
    private func note(_ end: Lane.End, of sender: SenderRecord, _ hasProgressed: Bool) async throws {
        switch end {
        case .idle, .crowded:
            rests[sender.id] = nil
        case .unreachable(let sentence):
            let last = hasProgressed ? nil : rests[sender.id]?.length
            let length = min((last ?? .seconds(2)) * 2, .seconds(300))
            rests[sender.id] = Rest(until: .now + length, length: length, revision: sender.revision)
            let until = Instant(secondsSince1970: Date().timeIntervalSince1970) + length
            status.rests(sender.id, until: until, because: sentence)
            logger.warning(
                "A mail server cannot be reached; waiting",
                metadata: [
                    "sender.id": "\(sender.id)", "seconds": "\(length.components.seconds)", "reason": "\(sentence)",
                ])
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
