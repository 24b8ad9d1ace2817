internal import Campaigns
internal import Foundation
internal import Logging
internal import Mail
internal import Persistence
internal import Synchronization

/// One sender at work: some conversations beside each other, fed from one ``Feed``, until there is nothing to send now.
struct Lane {
    let sender: SenderRecord
    let transport: any MailTransport
    let feed: Feed
    let crew: Crew
    let writer: LedgerWriter
    let composer: Composer
    let policy: RetryPolicy
    let watch: UnknownWatch
    let logger: Logger
    private let trouble = Trouble()

    /// Why a lane ended.
    enum End: Sendable, Equatable {
        /// Everything that could be sent now is sent, or the limit is reached, or it was told to end.
        case idle
        /// This conversation is one too many for the server; others go on.
        case crowded
        /// This conversation is one more than this node may hold; the connection is another's.
        case surplus
        /// No conversation could be had, or the server wants a pause: wait a little before the next try.
        case unreachable(String)
        /// A fault of ours that a person has to mend; the sentence is for the sender's owner.
        case fault(String)
    }

    func run() async throws -> End {
        let end = try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                // What is under way comes to its end first.
                do { try await feed.run() } catch { trouble.note(error) }
                return .fed
            }
            do {
                return try await work(&group)
            } catch {
                // Whoever waits for one of them would wait for ever.
                crew.end()
                feed.end()
                throw error
            }
        }
        guard let problem = trouble.first else { return end }
        guard let problem = problem as? ContentProblem else { throw problem }
        return end.joined(by: .fault(problem.userMessage))
    }

    private func work(_ group: inout ThrowingTaskGroup<Event, any Error>) async throws -> End {
        if let first = await feed.next(), crew.join() {
            group.addTask { .ended(try await converse(startingWith: first)) }
            group.addTask { .wantsAnother(await crew.waitForRoom()) }
        } else {
            feed.end()
        }
        var end = End.idle
        while let event = try await group.next() {
            switch event {
            case .fed, .wantsAnother(false): break
            case .wantsAnother(true):
                // As many as there is room for, and not more than there are messages for.
                var depth = feed.depth
                while depth > 0, crew.join() {
                    depth -= 1
                    group.addTask { .ended(try await converse(startingWith: nil)) }
                }
                group.addTask { .wantsAnother(await crew.waitForRoom()) }
            case .ended(let ended):
                end = end.joined(by: ended)
                let wasLast = crew.leave(released: ended == .surplus)
                if wasLast || ended.endsLane { feed.end() }
                if wasLast { crew.end() }
            }
        }
        return end
    }

    private enum Event: Sendable {
        /// The feed has ended.
        case fed
        /// A conversation has ended for good.
        case ended(End)
        /// There is room for another conversation; or, if false, never again.
        case wantsAnother(Bool)
    }

    /// One conversation after another, until there is nothing to send.
    private func converse(startingWith first: ClaimedMessage?) async throws -> End {
        var next = try await prepared(first)
        while true {
            if next == nil { next = try await prepared(await feed.next()) }
            guard let letter = next else { return .idle }
            if Task.isCancelled || writer.isOver {
                try await giveBack(letter)
                return .idle
            }
            let begun = ContinuousClock.now
            let conversation: any MailConversation
            do {
                conversation = try await transport.open()
            } catch {
                return try await refusedToOpen(error, letter, since: begun)
            }
            crew.opened()
            do {
                let turn = try await speak(conversation, letter)
                crew.closed()
                switch turn {
                case .end(let end): return end
                case .again(let rest): next = rest
                }
            } catch {
                crew.closed()
                await conversation.abort()
                throw error
            }
        }
    }

    /// Nothing was said of the letter. It goes back without an attempt, but where the server cannot be had at all.
    private func refusedToOpen(
        _ fault: TransportFault, _ letter: Prepared, since begun: ContinuousClock.Instant
    ) async throws -> End {
        if fault.result.verdict == .senderFault {
            try await finish(outcome(letter.message, fault.result, reachedTheDot: false, since: begun))
            return .fault(fault.userMessage)
        }
        let othersAreOpen = crew.refused(isOpen: false, isLimit: fault.result.isLimit, at: .now)
        if othersAreOpen {
            try await giveBack(letter)
            return .crowded
        }
        try await finish(outcome(letter.message, fault.result, reachedTheDot: false, since: begun))
        return .unreachable(fault.userMessage)
    }

    /// The server wants fewer connections or less mail: this conversation ends, and the lane with the last one.
    private func slowDown(_ result: AttemptResult) -> End {
        crew.refused(isOpen: true, isLimit: result.isLimit, at: .now) ? .crowded : .unreachable(result.sentence)
    }

    private enum Turn {
        case end(End)
        /// Another conversation is wanted, for this letter if there is one.
        case again(Prepared?)
    }

    /// Speaks until the conversation ends or nothing is left to say.
    private func speak(_ conversation: any MailConversation, _ first: Prepared) async throws -> Turn {
        var current = first
        var offer = await conversation.offer(first.letter)
        var begun = ContinuousClock.now
        var pending: Outcome?
        var spoken = 0
        while true {
            let following: Prepared?
            switch offer {
            case .goAhead:
                // In one commit: how the last one ended, and that this one's end is about to be written.
                let isGranted = try await writer.record(pending, then: current.message)
                noteEnd(of: pending)
                pending = nil
                guard isGranted else {
                    // Cancelled, paused or taken over since it was claimed: nothing of it may go out.
                    noteEnd(of: .released(current.message))
                    await conversation.abort()
                    return .again(nil)
                }
                // Before it is asked whether this one may end: its content may have to be read first, and that take long.
                following = crew.isOverfull ? nil : try await prepared(feed.takeNow())
                guard writer.mayEnd else {
                    // The process was stopped for a while: another node may have it by now. It was not sent; if it is
                    // still ours, it goes back.
                    await conversation.abort()
                    try await finish(.unsent(current.message))
                    return .again(following)
                }
                let (answer, nextOffer) = await conversation.deliver(
                    current.bytes, enclosure: current.enclosure?.octets, next: following?.letter)
                let result = watch.judge(answer, of: sender.host)
                pending = outcome(current.message, result, reachedTheDot: true, since: begun)
                spoken += 1
                if result.verdict == .senderFault || result.isLimit || !result.canContinue {
                    try await finish(pending)
                    await conversation.abort()
                    if result.verdict != .senderFault, !result.isLimit {
                        guard result.code == nil, crew.brokeOff() else { return .again(following) }
                        if let following { try await giveBack(following) }
                        return .end(
                            .unreachable(
                                "The mail server breaks off under each mail and does not say what became of it. It is left alone for a while."
                            ))
                    }
                    if let following { try await giveBack(following) }
                    return .end(result.isLimit ? slowDown(result) : .fault(result.sentence))
                }
                crew.answered(at: .now)
                offer = nextOffer ?? .goAhead
            case .refused(let answer):
                let result = watch.judge(answer, of: sender.host)
                if !result.canContinue {
                    try await finish(pending)
                    await conversation.abort()
                    // A server that ends a long conversation says nothing about the next letter.
                    if spoken > 0, result.verdict == .temporary { return .again(current) }
                    try await finish(outcome(current.message, result, reachedTheDot: false, since: begun))
                    return .end(result.verdict == .senderFault ? .fault(result.sentence) : slowDown(result))
                }
                try await finish(pending)
                pending = outcome(current.message, result, reachedTheDot: false, since: begun)
                if result.verdict == .senderFault || result.isLimit {
                    try await finish(pending)
                    await conversation.abort()
                    return .end(result.isLimit ? slowDown(result) : .fault(result.sentence))
                }
                crew.answered(at: .now)
                following = nil
            }
            begun = ContinuousClock.now
            if let following {
                current = following
                continue
            }
            // Nothing at hand: what is known is written down before we wait for more.
            try await finish(pending)
            pending = nil
            if crew.releasesOne() {
                await conversation.close()
                return .end(.surplus)
            }
            guard let next = try await prepared(await feed.next()) else { break }
            current = next
            begun = ContinuousClock.now
            offer = await conversation.offer(next.letter)
        }
        await conversation.close()
        return .end(.idle)
    }

    /// Writes the mail. One that cannot be written (an address that is none) fails, and the next one is taken.
    ///
    /// What is wrong with more than this one (its content, the database) ends the lane: this one goes back, and the others,
    /// of which one may be about to be sent, come to their ends.
    private func prepared(_ message: ClaimedMessage?) async throws -> Prepared? {
        var candidate = message
        while let message = candidate {
            do {
                return try await composer.prepare(message, returnDomain: sender.returnDomain)
            } catch let problem as CompositionProblem {
                try await finish(
                    Outcome(
                        message: message, result: .failed, reachedTheDot: false, reply: problem.userMessage,
                        step: "compose"))
            } catch {
                trouble.note(error)
                feed.end()
                try await finish(.released(message))
                return nil
            }
            candidate = feed.takeNow()
        }
        return nil
    }

    private func giveBack(_ prepared: Prepared) async throws { try await finish(.released(prepared.message)) }

    private func finish(_ outcome: Outcome?) async throws {
        guard let outcome else { return }
        _ = try await writer.record(outcome, then: nil)
        noteEnd(of: outcome)
    }

    private func noteEnd(of outcome: Outcome?) {
        if let outcome { feed.ended(countsAgainstLimit: outcome.reachedTheDot) }
    }

    private func outcome(
        _ message: ClaimedMessage, _ result: AttemptResult, reachedTheDot: Bool, since begun: ContinuousClock.Instant
    ) -> Outcome {
        var random = SystemRandomNumberGenerator()
        let now = Instant(secondsSince1970: Date().timeIntervalSince1970)
        var outcome = Outcome(
            message, result, reachedTheDot: reachedTheDot, duration: ContinuousClock.now - begun, now: now,
            policy: policy, using: &random)
        // We broke it off ourselves, at the end of the process: that is no attempt, and no reason to wait.
        if Task.isCancelled, case .retry = outcome.result { outcome.result = .postponed(until: now) }
        return outcome
    }
}

/// What has kept a lane from writing its mails.
private final class Trouble: Sendable {
    private let problem = Mutex<(any Error)?>(nil)

    var first: (any Error)? { problem.withLock { $0 } }

    func note(_ error: any Error) { problem.withLock { $0 = $0 ?? error } }
}
