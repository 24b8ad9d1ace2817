internal import Campaigns
internal import Logging
internal import Persistence

/// Writes the ledger in group commits: while one transaction is on its way to the disk, what others ask for gathers and
/// goes into the next. So the intent and the outcome of every message are durable at the cost of one flush for many.
///
/// A commit that fails (a full disk) is tried again with patience: an outcome is never dropped, and nothing new is sent
/// while nothing can be written.
actor LedgerWriter {
    private struct Ask {
        var outcome: Outcome?
        var intent: ClaimedMessage?
        var claim: Claim?
        var answer: CheckedContinuation<Reply, any Error>
    }

    private struct Reply {
        var granted = false
        var claimed = Claimed()
    }

    /// What a claim has brought.
    struct Claimed: Sendable {
        var messages: [ClaimedMessage] = []
        /// How many more messages may be ended.
        var more = 0
    }

    private let database: any Database
    private let epoch: Epoch.ID
    /// Each commit renews it; its loss is noticed here first.
    private let lease: NodeLease
    private let logger: Logger
    private let clock: ContinuousClock
    /// Whether the process is told to end: then patience ends soon, too.
    private let isStopping: @Sendable () -> Bool
    private var waiting: [Ask] = []
    private var idle: CheckedContinuation<Void, Never>?
    private var isStopped = false
    private var givesUp = false
    /// The number of the last commit.
    private var number = 0
    /// What was claimed and has not ended: for finding out what a broken connection left open.
    private var inHand: Set<Message.ID> = []

    init(
        database: any Database, epoch: Epoch.ID, lease: NodeLease, logger: Logger,
        clock: ContinuousClock = ContinuousClock(), isStopping: @escaping @Sendable () -> Bool
    ) {
        self.database = database
        self.epoch = epoch
        self.lease = lease
        self.logger = logger
        self.clock = clock
        self.isStopping = isStopping
    }

    /// Makes an outcome durable and, in the same commit, the intent to end the next message.
    /// - Returns: whether the next message may be ended; `false` when it was cancelled or taken over meanwhile.
    func record(_ outcome: Outcome?, then intent: ClaimedMessage?) async throws -> Bool {
        try await ask(outcome: outcome, intent: intent, claim: nil).granted
    }

    /// Whether the final dot of a message whose intent is durable may be written at this moment: not after a pause in
    /// which this start may have been declared dead.
    nonisolated var mayEnd: Bool { lease.mayEnd() }

    /// Whether this start was declared dead: nothing more is to be begun.
    nonisolated var isOver: Bool { lease.isLost }

    func claim(_ claim: Claim) async throws -> Claimed {
        try await ask(outcome: nil, intent: nil, claim: claim).claimed
    }

    /// From now on a commit that fails is not tried again. For the end of the process, when patience has no use.
    func giveUpOnFailure() { givesUp = true }

    /// Writes until ``stop()``, and what is asked for until then.
    func run() async {
        while true {
            while !waiting.isEmpty {
                // At once, with whoever waits: while this group is on its way to the disk, those of the last one write their
                // mails. A larger group would have both wait for each other.
                let group = waiting
                waiting.removeAll(keepingCapacity: true)
                await write(group)
            }
            if isStopped { return }
            await withCheckedContinuation { idle = $0 }
        }
    }

    /// Ends ``run()`` after what is already asked for. Nobody may ask afterwards.
    func stop() {
        isStopped = true
        wake()
    }

    private func wake() {
        idle?.resume()
        idle = nil
    }

    private func ask(outcome: Outcome?, intent: ClaimedMessage?, claim: Claim?) async throws -> Reply {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Ask(outcome: outcome, intent: intent, claim: claim, answer: continuation))
            wake()
        }
    }

    private func write(_ group: [Ask]) async {
        var batch = LedgerBatch()
        for ask in group {
            if let outcome = ask.outcome { batch.outcomes.append(outcome) }
            if let intent = ask.intent { batch.intents.append(intent) }
            if let claim = ask.claim { batch.claims.append(claim) }
        }
        do {
            let answer = try await commit(batch)
            for outcome in batch.outcomes { inHand.remove(outcome.message.id) }
            for claimed in answer.claimed { inHand.formUnion(claimed.lazy.map(\.id)) }
            var claims = zip(answer.claimed, answer.extensions).makeIterator()
            for ask in group {
                var reply = Reply()
                if let intent = ask.intent { reply.granted = answer.granted.contains(intent.id) }
                if ask.claim != nil, let (messages, more) = claims.next() {
                    reply.claimed = Claimed(messages: messages, more: more)
                }
                ask.answer.resume(returning: reply)
            }
        } catch {
            for ask in group { ask.answer.resume(throwing: error) }
        }
    }

    private func commit(_ batch: LedgerBatch) async throws -> LedgerAnswer {
        var pause = Duration.milliseconds(50)
        var triesAtTheEnd = 0
        number += 1
        var commit = LedgerCommit(epoch: epoch, number: number, batch: batch)
        while true {
            do {
                let (attempt, asked) = (commit, ContinuousClock.now)
                let answer = try await database.write { tx in try tx.write(attempt) }
                if answer.isEpochOver { lease.lose() } else { lease.renew(asked: asked) }
                batch.passAfterCommit()
                return answer
            } catch {
                commit.inHand = inHand
                // What is not written then is found at the next start: its dot is in the ledger, its outcome is unknown.
                if isStopping() { triesAtTheEnd += 1 }
                guard !givesUp, !Task.isCancelled, triesAtTheEnd < 3 else { throw error }
                logger.error("The ledger cannot be written; sending waits", metadata: ["error": "\(error)"])
                try await clock.sleep(for: pause)
                pause = min(pause * 2, .seconds(isStopping() ? 1 : 5))
            }
        }
    }
}
