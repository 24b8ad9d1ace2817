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
        try await withGracefulShutdownHandler {
            // A start that another node has declared dead begins anew.
            while try await self.live(on: loop) {}
        } onGracefulShutdown: {
            self.signal.stop()
        }
    }

    /// One epoch, from its entry into the book to its end.
    /// - Returns: whether it was declared dead, and another one is to begin.
    private func live(on loop: any EventLoop) async throws -> Bool {
        guard let keeper = try await begin() else { return false }
        let (epoch, lease, signal) = (keeper.epoch, keeper.lease, signal)
        let writer = LedgerWriter(
            database: database, epoch: epoch, lease: lease, logger: logger,
            pausesAfterRefusal: settings.pausesAfterRefusal
        ) { signal.isStopped }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await writer.run() }
            do {
                try await work(writer: writer, keeper: keeper, on: loop)
            } catch {
                writer.giveUpOnFailure()
                writer.stop()
                throw error
            }
            writer.stop()
            try await group.waitForAll()
        }
        if lease.isLost {
            logger.warning("This node was taken for dead; it begins anew", metadata: ["epoch": "\(epoch)"])
            return !signal.isStopped
        }
        try await end(epoch)
        logger.info("Delivery ended", metadata: ["epoch": "\(epoch)"])
        return false
    }

    /// Ended twice is ended once: where nobody knows whether the commit took place, it is made again.
    private func end(_ epoch: Epoch.ID) async throws {
        for _ in 1..<5 {
            do {
                return try await database.write { tx in try tx.end(epoch) }
            } catch DatabaseFault.outcomeUnknown {
                logger.warning("The database went away as this start ended; its end is written again")
            }
        }
        try await database.write { tx in try tx.end(epoch) }
    }

    /// Enters this start into the book, and takes back what dead ones had in hand, an earlier one of this node first of all.
    /// Waits while the database cannot be used: the pages may still be read, and nothing is lost.
    /// - Returns: nil when it was told to end meanwhile.
    private func begin() async throws -> EpochKeeper? {
        var pause = GrowingPause()
        var keeper: EpochKeeper?
        while !signal.isStopped {
            do {
                // Should taking over fail, the same start tries again: another one would have this one to take over too.
                try await keeper?.renew()
                if keeper?.lease.isLost ?? true { keeper = try await enter() }
                try await keeper?.takeOver()
                return keeper
            } catch {
                try await rest(pause.take(), after: error)
            }
        }
        return nil
    }

    private func enter() async throws -> EpochKeeper {
        let (node, identity, signal) = (settings.node, settings.identity, signal)
        let asked = ContinuousClock.now
        let epoch = try await database.write { tx in try tx.beginEpoch(node: node, identity: identity) }
        let lease = NodeLease(patience: settings.lease.patience, renewed: asked) { signal.wake() }
        logger.info("Delivery begins", metadata: ["epoch": "\(epoch)"])
        return EpochKeeper(database: database, settings: settings, epoch: epoch, lease: lease, logger: logger)
    }

    private func work(writer: LedgerWriter, keeper: EpochKeeper, on loop: any EventLoop) async throws {
        let (signal, lease) = (signal, keeper.lease)
        let isOver: @Sendable () -> Bool = { signal.isStopped || lease.isLost }
        let lanes = Lanes(
            database: database, settings: settings, epoch: keeper.epoch, writer: writer, signal: signal,
            status: status, loop: loop, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            // Conversations that end are still ours: the lease is kept until there are none.
            let bell = WorkSignal()
            defer { bell.stop() }
            group.addTask { await keeper.run(until: bell) { signal.wake() } }
            group.addTask { try await self.plan(until: isOver) }
            var seen = 0
            var forgotten: ContinuousClock.Instant?
            var pause = GrowingPause()
            while !isOver() {
                do {
                    if forgotten.map({ ContinuousClock.now - $0 > Self.forgetting }) ?? true {
                        try await database.write { tx in
                            try tx.forgetOldUsage()
                            try tx.forgetFormerAddresses()
                        }
                        forgotten = .now
                    }
                    let isPlanned = try await self.isPlanned()
                    try await lanes.balance()
                    let senders = try await database.read { tx in try tx.sendersWithDueMessages() }
                    if mode == .onePass, isPlanned, await lanes.areIdle, await lanes.served.isSuperset(of: senders) {
                        break
                    }
                    for sender in senders where await lanes.begin(sender) {
                        group.addTask { try await lanes.run(sender, isPlanned: isPlanned) }
                    }
                    pause.reset()
                } catch {
                    try await rest(pause.take(), after: error)
                }
                seen = await signal.wait(after: seen, atMost: settings.poll)
            }
            if !lease.isLost { signal.stop() }
            await lanes.end()
            // A server that does not answer may take ten minutes: then the mail is unknown, and we are gone.
            if await !lanes.becomeIdle(within: settings.patienceAtTheEnd) { group.cancelAll() }
        }
        if mode == .onePass, let outage = await lanes.outage { throw outage }
    }

    // MARK: Planning

    private func plan(until isOver: () -> Bool) async throws {
        let planner = Planner(database: database, settings: settings, logger: logger)
        var seen = 0
        var pause = GrowingPause()
        while !isOver() {
            var isBusy = false
            do {
                isBusy = try await planner.step { self.signal.wake() }
                pause.reset()
            } catch {
                try await rest(pause.take(), after: error)
            }
            if !isBusy { seen = await signal.wait(after: seen, atMost: settings.poll) }
        }
    }

    /// The database could not be used (a full disk, a lock). Nothing is lost by waiting.
    private func rest(_ pause: Duration, after error: any Error) async throws {
        try Task.checkCancellation()
        if mode == .onePass { throw error }
        logger.error(
            "Delivery cannot use the database; waiting",
            metadata: ["error": "\(error)", "seconds": "\(pause / .seconds(1))"])
        _ = await signal.wait(after: signal.latest, atMost: pause)
    }

    /// Nothing scheduled for now, nothing being planned.
    private func isPlanned() async throws -> Bool {
        try await database.read { tx in try tx.dueCampaigns().isEmpty && tx.campaignsBeingPlanned().isEmpty }
    }
}
