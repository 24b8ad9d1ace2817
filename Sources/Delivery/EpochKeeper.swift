internal import Campaigns
internal import Logging
internal import Persistence
internal import Synchronization

/// Says again and again that this start is alive, takes over what dead ones had in hand, and notices when it was declared
/// dead itself.
struct EpochKeeper {
    let database: any Database
    let settings: DeliverySettings
    let epoch: Epoch.ID
    let lease: NodeLease
    let logger: Logger
    private let complaints = Complaints()

    init(database: any Database, settings: DeliverySettings, epoch: Epoch.ID, lease: NodeLease, logger: Logger) {
        self.database = database
        self.settings = settings
        self.epoch = epoch
        self.lease = lease
        self.logger = logger
    }

    /// Messages taken over in one transaction, at most.
    private static let piece = 2_000
    /// The first one is small: on a disk that fails now and then something is done in each try, and stays done.
    private static let firstPiece = 50

    /// Until the bell is stopped or the start declared dead.
    /// - Parameter onMessages: called when messages were taken over.
    func run(until bell: WorkSignal, onMessages: () -> Void) async {
        var renewed = ContinuousClock.now
        while true {
            _ = await bell.wait(after: bell.latest, atMost: settings.lease.look)
            if bell.isStopped || lease.isLost { return }
            do {
                if ContinuousClock.now - renewed >= settings.lease.renewal {
                    renewed = .now
                    try await renew()
                }
                if !lease.isLost, try await takeOver() { onMessages() }
            } catch {
                logger.error("The lease cannot be looked after", metadata: ["epoch": "\(epoch)", "error": "\(error)"])
            }
        }
    }

    /// Says that this start is alive, or notices that it was declared dead.
    func renew() async throws {
        let (epoch, asked) = (epoch, ContinuousClock.now)
        if try await database.write({ tx in try tx.renew(epoch) }) {
            lease.renew(asked: asked)
        } else {
            lease.lose()
        }
    }

    /// - Returns: whether anything was found in the hands of the dead.
    @discardableResult
    func takeOver() async throws -> Bool {
        let (epoch, identity, lifetime) = (epoch, settings.identity, settings.lease.lifetime)
        let candidates = try await database.read { tx in
            try tx.epochsToRescue(by: epoch, identity: identity, lifetime: lifetime)
        }
        var hasFound = false
        for dead in candidates {
            let isDead = try await database.write { tx in
                try tx.declareDead(dead, by: epoch, identity: identity, lifetime: lifetime)
            }
            guard isDead else { continue }
            let rescued = try await rescue(dead)
            guard rescued.ready + rescued.unknown + rescued.quarantined > 0 else { continue }
            hasFound = true
            logger.notice(
                "Took over from a dead start",
                metadata: [
                    "epoch": "\(epoch)", "epoch.dead": "\(dead)", "rescued.ready": "\(rescued.ready)",
                    "rescued.unknown": "\(rescued.unknown)", "rescued.quarantined": "\(rescued.quarantined)",
                ])
        }
        return hasFound
    }

    /// A message that the database refuses to change keeps nobody else: it is passed over, and tried again each time.
    private func rescue(_ dead: Epoch.ID) async throws -> Rescued {
        var sum = Rescued(isDone: false)
        var (limit, passed): (Int, Message.ID?) = (Self.firstPiece, nil)
        while !sum.isDone {
            let (most, last, suspects) = (limit, passed, sum.suspects)
            do {
                let piece = try await database.write { tx in
                    try tx.rescue(dead, limit: most, after: last, suspects: suspects)
                }
                sum = sum + piece
                if lease.isHalfOver { try await renew() }
                guard !lease.isLost else { return sum }
                limit = min(limit * 2, Self.piece)
            } catch let fault as DatabaseFault where fault.isAboutRows {
                limit /= 2
                guard limit == 0 else { continue }
                passed = try await database.read { tx in try tx.firstInHand(of: dead, after: last) }
                guard let message = passed else { throw fault }
                if complaints.isDue(about: message) {
                    logger.error(
                        "A message cannot be taken over; others go on without it",
                        metadata: ["epoch.dead": "\(dead)", "message.id": "\(message)", "error": "\(fault)"])
                }
                limit = 1
            }
        }
        return sum
    }
}

/// What was said of which message, and when: it is tried each second, and the log need not say so each time.
private final class Complaints: Sendable {
    private static let pause = Duration.seconds(600)

    private let latest = Mutex<[Message.ID: ContinuousClock.Instant]>([:])

    func isDue(about message: Message.ID) -> Bool {
        latest.withLock { latest in
            if let last = latest[message], ContinuousClock.now - last < Self.pause { return false }
            latest[message] = .now
            return true
        }
    }
}
