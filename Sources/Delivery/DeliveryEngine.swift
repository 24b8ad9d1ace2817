internal import Campaigns
internal import Foundation
public import Logging
internal import NIOCore
internal import NIOPosix
public import Persistence
internal import SMTP
public import ServiceLifecycle

/// Starts what is due, plans audiences, and keeps a ``Lane`` at work for every sender that has something to send.
///
/// It reads what is to be done from the database and writes what was done there; a signal only makes it look sooner.
public final class DeliveryEngine: Service {
    /// When the engine ends by itself.
    public enum Mode: Sendable {
        /// Not before it is told to.
        case untilStopped
        /// After one pass over what is due (djangoMailer's `send_emails`).
        case onePass
    }

    /// How often the node says that it is alive (DESIGN §4.4).
    private static let renewal = Duration.seconds(5)
    /// How often counts are removed that no limit needs any more.
    private static let forgetting = Duration.seconds(3600)

    private let database: any Database
    private let settings: DeliverySettings
    private let mode: Mode
    private let signal: WorkSignal
    private let status: DeliveryStatus
    private let logger: Logger

    public init(
        database: any Database, settings: DeliverySettings, mode: Mode = .untilStopped,
        signal: WorkSignal = WorkSignal(), status: DeliveryStatus = DeliveryStatus(), logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.mode = mode
        self.signal = signal
        self.status = status
        self.logger = logger
    }

    /// Runs until graceful shutdown (then begins nothing new, ends what is under way, gives the rest back) or, in one
    /// pass, until nothing is due.
    ///
    /// All of it runs on one event loop of its own: conversations, feeds and the ledger's queue then hand over to each
    /// other without waking a thread, which cost more than everything else about a message.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            try await withTaskExecutorPreference(EventLoopTaskExecutor(loop)) { try await run(on: loop) }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func run(on loop: any EventLoop) async throws {
        let begun = try await withGracefulShutdownHandler {
            try await self.begin()
        } onGracefulShutdown: {
            self.signal.stop()
        }
        guard let epoch = begun else { return }
        let signal = signal
        let writer = LedgerWriter(database: database, epoch: epoch, logger: logger) { signal.isStopped }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await writer.run() }
            do {
                try await withGracefulShutdownHandler {
                    try await self.work(writer: writer, epoch: epoch, on: loop)
                } onGracefulShutdown: {
                    self.signal.stop()
                }
            } catch {
                await writer.giveUpOnFailure()
                await writer.stop()
                throw error
            }
            await writer.stop()
            try await group.waitForAll()
        }
        try await database.write { tx in try tx.end(epoch) }
        logger.info("Delivery ended", metadata: ["epoch": "\(epoch)"])
    }

    /// Enters this start into the book, and takes back what a dead process had in hand. Waits while the database cannot be
    /// used: the pages may still be read, and nothing is lost.
    /// - Returns: nil when it was told to end meanwhile.
    private func begin() async throws -> Epoch.ID? {
        let node = settings.node
        while true {
            do {
                let (epoch, rescued) = try await database.write { tx in
                    let epoch = try tx.beginEpoch(node: node)
                    return (epoch, try tx.rescue(except: epoch))
                }
                logger.info(
                    "Delivery begins",
                    metadata: [
                        "epoch": "\(epoch)", "rescued.ready": "\(rescued.ready)",
                        "rescued.unknown": "\(rescued.unknown)", "rescued.quarantined": "\(rescued.quarantined)",
                    ])
                return epoch
            } catch {
                try await rest(after: error)
                if signal.isStopped { return nil }
            }
        }
    }

    private func work(writer: LedgerWriter, epoch: Epoch.ID, on loop: any EventLoop) async throws {
        let lanes = Lanes(
            database: database, settings: settings, writer: writer, signal: signal, status: status, loop: loop,
            logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.plan() }
            var seen = 0
            var served: Set<Sender.ID> = []
            var renewed = ContinuousClock.now
            var forgotten: ContinuousClock.Instant?
            while !signal.isStopped {
                do {
                    if ContinuousClock.now - renewed > Self.renewal {
                        try await database.write { tx in try tx.renew(epoch) }
                        renewed = .now
                    }
                    if forgotten.map({ ContinuousClock.now - $0 > Self.forgetting }) ?? true {
                        try await database.write { tx in try tx.forgetOldUsage() }
                        forgotten = .now
                    }
                    let isPlanned = try await self.isPlanned()
                    try await lanes.endChanged()
                    let senders = try await database.read { tx in try tx.sendersWithDueMessages() }
                    if mode == .onePass, isPlanned, await lanes.areIdle, served.isSuperset(of: senders) { break }
                    for sender in senders where await lanes.begin(sender) {
                        group.addTask { try await lanes.run(sender) }
                        if isPlanned { served.insert(sender) }
                    }
                } catch {
                    try await rest(after: error)
                }
                seen = await signal.wait(after: seen, atMost: settings.poll)
            }
            signal.stop()
            await lanes.end()
            // A server that does not answer may take ten minutes: then the mail is unknown, and we are gone.
            if await !lanes.becomeIdle(within: settings.patienceAtTheEnd) { group.cancelAll() }
        }
    }

    // MARK: Planning

    private func plan() async throws {
        let planner = Planner(database: database, settings: settings, logger: logger)
        var seen = 0
        while !signal.isStopped {
            var isBusy = false
            do {
                isBusy = try await planner.step { self.signal.wake() }
            } catch {
                try await rest(after: error)
            }
            if !isBusy { seen = await signal.wait(after: seen, atMost: settings.poll) }
        }
    }

    /// The database could not be used (a full disk, a lock). Nothing is lost by waiting.
    private func rest(after error: any Error) async throws {
        try Task.checkCancellation()
        if mode == .onePass { throw error }
        logger.error("Delivery cannot use the database; waiting", metadata: ["error": "\(error)"])
        _ = await signal.wait(after: signal.latest, atMost: .seconds(5))
    }

    /// Nothing scheduled for now, nothing being planned.
    private func isPlanned() async throws -> Bool {
        try await database.read { tx in try tx.dueCampaigns().isEmpty && tx.campaignsBeingPlanned().isEmpty }
    }
}
