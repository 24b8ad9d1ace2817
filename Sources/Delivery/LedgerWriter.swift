internal import Campaigns
internal import Logging
internal import Persistence
internal import Synchronization

/// Writes the ledger in group commits: while one transaction is on its way to the disk, what others ask for gathers and
/// goes into the next. So the intent and the outcome of every message are durable at the cost of one flush for many.
///
/// A commit that fails (a full disk) is tried again with patience: an outcome is never dropped, and nothing new is sent
/// while nothing can be written. One that is refused for what is in it is divided until it is known which part of it that is:
/// no row of one account keeps the others from sending (what becomes of that part: `LedgerWriter+Refusals`).
///
/// A lock and not an actor: each message passes here, and on the engine's event loop every call of an actor is put off by
/// a turn of the loop.
final class LedgerWriter: Sendable {
    private struct Ask {
        var outcome: Outcome?
        var intent: ClaimedMessage?
        var claim: Claim?
        /// It was refused before: it is written by itself, so that no other has to be written twice for it.
        var isAlone: Bool
        var answer: UnsafeContinuation<Reply, any Error>
    }

    struct Reply {
        var granted = false
        var claimed = Claimed()
    }

    /// What a claim has brought.
    struct Claimed: Sendable {
        var messages: [ClaimedMessage] = []
        /// How many more messages may be ended.
        var more = 0
    }

    private struct State {
        var waiting: [Ask] = []
        var idle: CheckedContinuation<Void, Never>?
        var isStopped = false
        var givesUp = false
        /// The number of the last commit.
        var number = 0
        /// What was claimed and has not ended: for finding out what a broken connection left open.
        var inHand: Set<Message.ID> = []

        /// Who is to be resumed once the lock is free.
        mutating func takeIdle() -> CheckedContinuation<Void, Never>? {
            defer { idle = nil }
            return idle
        }
    }

    let database: any Database
    private let epoch: Epoch.ID
    /// Each commit renews it; its loss is noticed here first.
    private let lease: NodeLease
    let logger: Logger
    /// How long to wait before each further try of an outcome that the database refuses.
    let pausesAfterRefusal: [Duration]
    private let clock: ContinuousClock
    /// Whether the process is told to end: then patience ends soon, too.
    private let isStopping: @Sendable () -> Bool
    private let state = Mutex(State())

    init(
        database: any Database, epoch: Epoch.ID, lease: NodeLease, logger: Logger, pausesAfterRefusal: [Duration],
        clock: ContinuousClock = ContinuousClock(), isStopping: @escaping @Sendable () -> Bool
    ) {
        self.database = database
        self.epoch = epoch
        self.lease = lease
        self.logger = logger
        self.pausesAfterRefusal = pausesAfterRefusal
        self.clock = clock
        self.isStopping = isStopping
    }

    /// Whether the final dot of a message whose intent is durable may be written at this moment: not after a pause in
    /// which this start may have been declared dead.
    var mayEnd: Bool { lease.mayEnd() }

    /// Whether this start was declared dead: nothing more is to be begun.
    var isOver: Bool { lease.isLost }

    func claim(_ claim: Claim) async throws -> Claimed {
        try await ask(claim: claim).claimed
    }

    /// From now on a commit that fails is not tried again. For the end of the process, when patience has no use.
    func giveUpOnFailure() { state.withLock { $0.givesUp = true } }

    /// Whether there is time for patience.
    var isPatient: Bool { !isStopping() && !state.withLock { $0.givesUp } }

    /// Writes until ``stop()``, and what is asked for until then.
    func run() async {
        while true {
            // At once, with whoever waits: while this group is on its way to the disk, those of the last one write their
            // mails. A larger group would have both wait for each other.
            let asked = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            if asked.isEmpty {
                guard await isAskedAgain() else { return }
                continue
            }
            await write(asked)
        }
    }

    /// Ends ``run()`` after what is already asked for. Nobody may ask afterwards.
    func stop() {
        let idle = state.withLock { state in
            state.isStopped = true
            return state.takeIdle()
        }
        idle?.resume()
    }

    /// Waits until somebody asks; false when nobody will.
    private func isAskedAgain() async -> Bool {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.waiting.isEmpty || state.isStopped { return true }
                state.idle = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
        return state.withLock { !$0.waiting.isEmpty || !$0.isStopped }
    }

    /// - Throws: what the database said to a part that it refuses also when it is written by itself.
    func ask(
        outcome: Outcome? = nil, intent: ClaimedMessage? = nil, claim: Claim? = nil, isAlone: Bool = false
    ) async throws -> Reply {
        try await withUnsafeThrowingContinuation { continuation in
            let idle = state.withLock { state in
                state.waiting.append(
                    Ask(outcome: outcome, intent: intent, claim: claim, isAlone: isAlone, answer: continuation))
                return state.takeIdle()
            }
            idle?.resume()
        }
    }

    private func write(_ asked: [Ask]) async {
        var groups = asked.filter(\.isAlone).map { [$0] } + [asked.filter { !$0.isAlone }]
        while let group = groups.popLast() {
            guard let fault = await commit(group) else { continue }
            if group.count > 1 {
                groups.append(Array(group.suffix(from: group.count / 2)))
                groups.append(Array(group.prefix(group.count / 2)))
            } else {
                for ask in group { ask.answer.resume(throwing: fault) }
            }
        }
    }

    /// - Returns: why it was refused, if that was for what is in it; then nobody has an answer yet.
    private func commit(_ group: [Ask]) async -> DatabaseFault? {
        guard !group.isEmpty else { return nil }
        var batch = LedgerBatch()
        for ask in group {
            if let outcome = ask.outcome { batch.outcomes.append(outcome) }
            if let intent = ask.intent { batch.intents.append(intent) }
            if let claim = ask.claim { batch.claims.append(claim) }
        }
        do {
            let answer = try await commit(batch)
            state.withLock { state in
                for outcome in batch.outcomes { state.inHand.remove(outcome.message.id) }
                for claimed in answer.claimed { state.inHand.formUnion(claimed.lazy.map(\.id)) }
            }
            var claims = zip(answer.claimed, answer.extensions).makeIterator()
            for ask in group {
                var reply = Reply()
                if let intent = ask.intent { reply.granted = answer.granted.contains(intent.id) }
                if ask.claim != nil, let (messages, more) = claims.next() {
                    reply.claimed = Claimed(messages: messages, more: more)
                }
                ask.answer.resume(returning: reply)
            }
        } catch let fault as DatabaseFault where fault.isAboutRows {
            return fault
        } catch {
            for ask in group { ask.answer.resume(throwing: error) }
        }
        return nil
    }

    private func commit(_ batch: LedgerBatch) async throws -> LedgerAnswer {
        var pause = GrowingPause(from: .milliseconds(50))
        var triesAtTheEnd = 0
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        var commit = LedgerCommit(epoch: epoch, number: number, batch: batch)
        while true {
            do {
                let (attempt, asked) = (commit, ContinuousClock.now)
                let answer = try await database.write { tx in try tx.write(attempt) }
                if answer.isEpochOver { lease.lose() } else { lease.renew(asked: asked) }
                batch.passAfterCommit()
                return answer
            } catch let fault as DatabaseFault where fault.isAboutRows {
                throw fault
            } catch {
                // What is given back in this very commit may be claimed anew by it.
                commit.inHand = state.withLock { $0.inHand }.subtracting(batch.outcomes.lazy.map(\.message.id))
                // What is not written then is found at the next start: its dot is in the ledger, its outcome is unknown.
                if isStopping() { triesAtTheEnd += 1 }
                guard !state.withLock({ $0.givesUp }), !Task.isCancelled, triesAtTheEnd < 3 else { throw error }
                logger.error("The ledger cannot be written; sending waits", metadata: ["error": "\(error)"])
                try await clock.sleep(for: min(pause.take(), .seconds(isStopping() ? 1 : 5)))
            }
        }
    }
}
