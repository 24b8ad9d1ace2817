internal import Campaigns
internal import Foundation
internal import Logging
internal import Mail
internal import Persistence
internal import Routing
internal import SMTP

/// One conversation with a site: connect to the first of its servers that is there, and hand over message after message.
///
/// Before a message's final dot a server that fails leads to the next one; after the dot never, because it may have taken
/// the message (RFC 5321 §4.5.3.2.6).
extension DirectLane {
    typealias Bell = AsyncStream<Event>.Continuation

    /// - Returns: whether it ended because the sender is to have fewer connections.
    func converse(_ queue: SiteQueue, _ bell: Bell) async throws -> Bool {
        var isStarting = true
        defer { if isStarting { queue.started() } }
        var next = try await prepared(queue.take(), queue, bell)
        queue.started()
        isStarting = false
        while let letter = next {
            if Task.isCancelled || writer.isOver {
                try await finish(.released(letter.message), queue)
                return false
            }
            var random = SystemRandomNumberGenerator()
            let route = queue.route
            let allowed = route.stops(using: &random).filter(door.allows)
            guard !allowed.isEmpty else {
                try await refuseForbidden(letter, route, queue)
                next = try await prepared(queue.take(), queue, bell)
                continue
            }
            // Those that could not be had a moment ago come last.
            let stops =
                allowed.filter { !sites.isTroubled($0.place) } + allowed.filter { sites.isTroubled($0.place) }
            switch try await visit(stops, letter, queue, bell) {
            case .over(let isReleased): return isReleased
            case .again(let rest): next = rest
            }
        }
        return false
    }

    private enum Turn {
        case over(isReleased: Bool)
        /// Another connection is wanted, for this letter or the next one.
        case again(Prepared?)
    }

    /// Tries the servers in turn until one takes the letter or refuses it.
    private func visit(
        _ stops: [MailRoute.Stop], _ letter: Prepared, _ queue: SiteQueue, _ bell: Bell
    ) async throws -> Turn {
        let begun = ContinuousClock.now
        var first: Refusal?
        for stop in stops {
            if Task.isCancelled || queue.isClosed { break }
            let opened: DirectConnection
            do throws(SMTPFailure) { opened = try await door.open(stop) } catch {
                // Who answers is there, whatever it says.
                if error.reply == nil { sites.failed(stop.place) }
                let refusal = Refusal(error, route: stop.place)
                // Words of a server say more than silence.
                if first == nil || (first?.result.code == nil && refusal.result.code != nil) { first = refusal }
                if error.cause == .cancelled { break }
                continue
            }
            crew.opened()
            let turn: SpeechEnd
            do { turn = try await speak(opened, letter, queue, bell) } catch {
                crew.closed()
                await opened.connection.close()
                throw error
            }
            crew.closed()
            switch turn {
            case .over(let isReleased): return .over(isReleased: isReleased)
            case .again(let rest): return .again(rest)
            case .nextServer(let refusal):
                if first == nil || (first?.result.code == nil && refusal.result.code != nil) { first = refusal }
            }
        }
        guard let first, !Task.isCancelled else {
            try await finish(.released(letter.message), queue)
            return .over(isReleased: false)
        }
        try await noServer(first, letter, queue, since: begun, bell)
        return .over(isReleased: false)
    }

    // MARK: One connection

    private enum SpeechEnd {
        case over(isReleased: Bool)
        case again(Prepared?)
        /// This server failed before anything of the letter was sent.
        case nextServer(Refusal)
    }

    private func speak(
        _ opened: DirectConnection, _ first: Prepared, _ queue: SiteQueue, _ bell: Bell
    ) async throws -> SpeechEnd {
        let connection = opened.connection
        var current = first
        /// What is known and not yet written: it goes into the commit of the next intent.
        var pending: Outcome?
        var spoken = 0
        while true {
            let begun = ContinuousClock.now
            let result: AttemptResult
            var reachedTheDot = false
            switch await connection.offer(Envelope(current.letter)) {
            case .refused(let outcome):
                result = watched(AttemptResult(outcome, canContinue: connection.isUsable), queue)
                if !result.canContinue, result.verdict == .temporary {
                    try await finish(pending, queue)
                    await connection.close()
                    // A server that ends a long conversation says nothing about the next letter.
                    if spoken > 0 { return .again(current) }
                    return .nextServer(Refusal(result, route: opened.route))
                }
            case .goAhead:
                let isGranted = try await writer.record(pending, then: current.message)
                noteEnd(of: pending, queue)
                pending = nil
                guard isGranted else {
                    // Cancelled, paused or taken over since it was claimed: nothing of it may go out.
                    noteEnd(of: .released(current.message), queue)
                    await connection.close()
                    return .again(try await prepared(queue.take(), queue, bell))
                }
                guard writer.mayEnd else {
                    await connection.close()
                    try await finish(.unsent(current.message), queue)
                    return .again(try await prepared(queue.take(), queue, bell))
                }
                let (outcome, _) = await connection.deliver(current.bytes, enclosure: current.enclosure?.octets)
                result = watched(AttemptResult(outcome, canContinue: connection.isUsable), queue)
                reachedTheDot = true
            }
            spoken += 1
            let judged = judge(result, queue, bell)
            try await finish(pending, queue)
            pending = outcome(
                current.message, result, reachedTheDot: reachedTheDot, route: opened.route, since: begun, rest: judged)
            if judged != nil || !result.canContinue {
                try await finish(pending, queue)
                await connection.close()
                return judged == nil
                    ? .again(try await prepared(queue.take(), queue, bell)) : .over(isReleased: false)
            }
            let goesOn =
                spoken < sender.siteMessages && !(load.isCrowded && spoken >= Self.turnWhenCrowded) && !crew.isOverfull
            if goesOn, let next = try await prepared(queue.take(), queue, bell) {
                current = next
                continue
            }
            try await finish(pending, queue)
            pending = nil
            if crew.releasesOne() {
                await connection.close()
                return .over(isReleased: true)
            }
            guard goesOn, !load.isCrowded, let next = try await waitForNext(queue, bell) else { break }
            current = next
        }
        await connection.close()
        return .over(isReleased: false)
    }

    /// So many messages, then another site has its turn, when the sender may have no more connections.
    private static var turnWhenCrowded: Int { 10 }

    private func waitForNext(_ queue: SiteQueue, _ bell: Bell) async throws -> Prepared? {
        load.idles(true)
        let message = await queue.next(within: direct.idle, on: loop)
        load.idles(false)
        return try await prepared(message, queue, bell)
    }

    /// A site that calls nearly everybody unknown is left alone for a while.
    private func watched(_ result: AttemptResult, _ queue: SiteQueue) -> AttemptResult {
        guard let watch = standing.watch(of: queue.site, begins: result.saysAddressIsUnknown) else { return result }
        var judged = watch.judge(result, of: queue.route.domain)
        // What its messages wait for, and why.
        if judged.verdict == .senderFault, result.verdict != .senderFault { judged.reply = judged.sentence }
        return judged
    }

    /// What an answer says about the site. A rest, where it wants one.
    private func judge(_ result: AttemptResult, _ queue: SiteQueue, _ bell: Bell) -> SiteBook.Rest? {
        if result.verdict == .senderFault {
            if let sentence = standing.refuses(queue.site, result.sentence) { bell.yield(.pause(sentence)) }
            return sites.rest(queue.site, .refusing, because: result.reply)
        }
        if result.isLimit {
            let othersAreThere = sites.refused(queue.site, isLimit: true)
            let rest = SiteBook.Rest(until: .now + Self.afterLimit, length: Self.afterLimit, reason: result.reply)
            return othersAreThere ? rest : sites.rest(queue.site, .limited, because: result.reply)
        }
        if result.code == nil, !result.canContinue, sites.brokeOff(queue.site) {
            return sites.rest(queue.site, .unreachable, because: result.reply)
        }
        if result.verdict != .unknown {
            standing.isGood(queue.site)
            sites.answered(queue.site)
            crew.answered(at: .now)
            if queue.wantsAnother, sites.hasRoom(queue.site, most: sender.siteConnections), queue.tellsNews() {
                bell.yield(.room(queue))
            }
        }
        return nil
    }

    /// How long the one message waits that met a limit which others do not meet.
    private static var afterLimit: Duration { .seconds(20) }

    // MARK: No connection

    /// What the last of a site's servers came to before a letter was sent.
    struct Refusal: Sendable {
        var result: AttemptResult
        var route: String

        init(_ result: AttemptResult, route: String) {
            self.result = result
            self.route = route
        }

        init(_ failure: SMTPFailure, route: String) {
            self.route = route
            result = AttemptResult(failure.outcome, canContinue: false)
            result.sentence = failure.siteMessage
            if failure.reply == nil { result.reply = failure.siteMessage }
            switch failure.reply?.code {
            // Hosts that say that they take no mail (RFC 7504).
            case 521, 556: result.verdict = .permanent
            // Of what goes wrong at a stranger's server, only its own words are about us.
            case nil: result.verdict = .temporary
            default: break
            }
        }
    }

    /// None of the servers took the letter, and nothing of it was sent.
    private func noServer(
        _ refusal: Refusal, _ letter: Prepared, _ queue: SiteQueue, since begun: ContinuousClock.Instant, _ bell: Bell
    ) async throws {
        let result = refusal.result
        if result.verdict == .permanent {
            return try await finish(
                outcome(letter.message, result, reachedTheDot: false, route: refusal.route, since: begun), queue)
        }
        if result.verdict == .senderFault {
            if let sentence = standing.refuses(queue.site, result.sentence) { bell.yield(.pause(sentence)) }
        } else if sites.refused(queue.site, isLimit: result.isLimit) {
            // Others are there: this connection was one too many, and the letter waits for one of them.
            guard queue.pushBack(letter.message) else { return try await finish(.released(letter.message), queue) }
            return
        }
        let cause: SiteBook.Cause =
            result.verdict == .senderFault ? .refusing : result.isLimit ? .limited : .unreachable
        let rest = sites.rest(queue.site, cause, because: result.reply)
        if cause == .unreachable,
            let sentence = standing.cannotReach(queue.site, result.sentence, port: direct.routes.port)
        {
            bell.yield(.rest(sentence))
        }
        logger.info(
            "A site rests",
            metadata: [
                "sender.id": "\(sender.id)", "site": "\(queue.route.domain)",
                "seconds": "\(rest.length.components.seconds)", "reason": "\(result.reply)",
            ])
        try await finish(
            outcome(
                letter.message, result, reachedTheDot: false, route: refusal.route, since: begun,
                rest: cause == .unreachable ? nil : rest), queue)
    }

    /// Whoever owns a domain decides where its name leads; not into this network.
    private func refuseForbidden(_ letter: Prepared, _ route: MailRoute, _ queue: SiteQueue) async throws {
        let sentence =
            "5.4.4 The mail server of \(route.domain) is in a network that nothing may be sent to from here (ALLOW_PRIVATE_RELAYS)."
        try await finish(failed(letter.message, sentence, step: "resolve"), queue)
    }

    // MARK: Outcomes

    /// Writes the mail. One that cannot be written (an address that is none) fails, and the next one is taken.
    ///
    /// What is wrong with more than this one (its content, the database) ends the lane: this one goes back, and the others,
    /// of which one may just have been sent, come to their ends.
    private func prepared(_ message: ClaimedMessage?, _ queue: SiteQueue, _ bell: Bell) async throws -> Prepared? {
        var candidate = message
        while let message = candidate {
            do {
                return try await composer.prepare(message, returnDomain: sender.returnDomain)
            } catch let problem as CompositionProblem {
                try await finish(failed(message, problem.userMessage, step: "compose"), queue)
            } catch {
                try await finish(.released(message), queue)
                bell.yield(.failed(error))
                return nil
            }
            candidate = queue.take()
        }
        return nil
    }

    func finish(_ outcome: Outcome?, _ queue: SiteQueue? = nil) async throws {
        guard let outcome else { return }
        _ = try await writer.record(outcome, then: nil)
        noteEnd(of: outcome, queue)
    }

    private func noteEnd(of outcome: Outcome?, _ queue: SiteQueue?) {
        guard let outcome else { return }
        feed.ended(countsAgainstLimit: outcome.reachedTheDot)
        load.left()
        queue?.messageEnded()
    }

    func failed(_ message: ClaimedMessage, _ sentence: String, step: String) -> Outcome {
        Outcome(message: message, result: .failed, reachedTheDot: false, reply: sentence, step: step)
    }

    /// For one whose site takes nothing now.
    func held(_ message: ClaimedMessage, _ rest: SiteBook.Rest) -> Outcome {
        let until = Self.instant(at: rest.until)
        if let expiry = message.expiresAt, until > expiry {
            return failed(message, "Given up. \(rest.reason)", step: "connect")
        }
        return Outcome(
            message: message, result: .held(until: until), reachedTheDot: false,
            reply: String(rest.reason.prefix(1000)),
            step: "")
    }

    func outcome(_ message: ClaimedMessage, _ problem: RouteProblem) -> Outcome {
        let result = AttemptResult(
            verdict: problem.isPermanent ? .permanent : .temporary, code: nil, reply: problem.reply, step: "resolve")
        return outcome(message, result, reachedTheDot: false, route: "", since: .now)
    }

    /// - Parameter rest: of the site; then the message waits for its end, and no attempt is spent.
    private func outcome(
        _ message: ClaimedMessage, _ result: AttemptResult, reachedTheDot: Bool, route: String,
        since begun: ContinuousClock.Instant, rest: SiteBook.Rest? = nil
    ) -> Outcome {
        var random = SystemRandomNumberGenerator()
        let now = Instant(secondsSince1970: Date().timeIntervalSince1970)
        var outcome = Outcome(
            message, result, reachedTheDot: reachedTheDot, duration: ContinuousClock.now - begun, now: now,
            policy: policy, using: &random)
        outcome.route = route
        if let rest, case .postponed = outcome.result {
            let until = Self.instant(at: rest.until)
            if let expiry = message.expiresAt, until > expiry {
                outcome.result = .failed
                outcome.reply = String("Given up. The last answer: \(result.reply)".prefix(1000))
            } else {
                outcome.result = .postponed(until: until)
            }
        }
        // We broke it off ourselves, at the end of the process: that is no attempt, and no reason to wait.
        if Task.isCancelled, case .retry = outcome.result { outcome.result = .postponed(until: now) }
        return outcome
    }

    private static func instant(at point: ContinuousClock.Instant) -> Instant {
        Instant(secondsSince1970: Date().timeIntervalSince1970) + (point - .now)
    }
}
