internal import Campaigns
internal import DequeModule
internal import Foundation
internal import Logging
internal import Mail
internal import NIOCore
internal import Persistence
internal import Routing
internal import SMTP
internal import Synchronization

/// One sender that hands mails to the recipients' own servers: for each site a queue, and conversations as the site and
/// the sender's settings allow.
///
/// All of it hangs on events: one loop distributes messages and begins conversations, each of which is a task of its own.
/// What is in hand is bounded, so that a site that takes nothing cannot fill the memory or keep the others waiting.
struct DirectLane: Sendable {
    let sender: SenderRecord
    let direct: DirectSending
    let door: DirectDoor
    let sites: SiteBook
    let feed: Feed
    let crew: Crew
    let writer: LedgerWriter
    let composer: Composer
    let policy: RetryPolicy
    let domains: DomainWatch
    let poll: Duration
    let loop: any EventLoop
    let logger: Logger
    let standing = Standing()
    let load = Load()

    enum Event: Sendable {
        /// The feed has ended.
        case fed
        /// Nil: there is nothing to claim now.
        case arrived(ClaimedMessage?)
        case routed(domain: String, Result<MailRoute, RouteProblem>)
        /// A conversation has ended.
        case ended(SiteQueue)
        /// There may be room for another conversation with a site.
        case room(SiteQueue)
        /// A message has ended elsewhere.
        case eased
        case tick
        case pause(String)
        case rest(String)
        case failed(any Error)
    }

    /// What only the loop touches.
    private struct Desk {
        var queues: [String: SiteQueue] = [:]
        /// Messages whose domains are being looked up, or wait for that.
        var asked: [String: [ClaimedMessage]] = [:]
        var domainsToAsk: Deque<String> = []
        var lookups = 0
        var conversations = 0
        /// Queues that want a conversation while the sender has none left, in turn.
        var wanting: Deque<SiteQueue> = []
        var isAsking = false
        var isDry = false
        var isFed = false
        /// Nothing more is begun, and what is in hand goes back.
        var isShedding = false
        var end = Lane.End.idle
        var problem: (any Error)?
        var judgement = Judgement()
    }

    /// When somebody last looked whether slow sites stand in the way, and what had left the sender's hands by then.
    private struct Judgement {
        var at = ContinuousClock.now
        var ended = 0
        /// Messages that were only given back to the ledger: nothing has become of them.
        var givenBack = 0
        /// Whether all places were taken at some time since.
        var wasFull = false
    }

    func run() async throws -> Lane.End {
        let (events, bell) = AsyncStream.makeStream(of: Event.self)
        sites.register(sender.id) { bell.yield(.tick) }
        defer { sites.forget(sender.id) }
        let desk = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await feed.run()
                    bell.yield(.fed)
                } catch { bell.yield(.failed(error)) }
            }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: poll)
                    bell.yield(.tick)
                }
            }
            var desk = Desk()
            ask(&desk, &group, bell)
            for await event in events {
                handle(event, &desk, &group, bell)
                if desk.isFed, !desk.isAsking, load.inHand == 0, desk.conversations == 0 { break }
            }
            // Cancelled: what is under way breaks off by itself.
            feed.end()
            let rest = shed(&desk) + desk.asked.values.joined()
            if !rest.isEmpty { group.addTask { await settle(rest.map { .released($0) }, bell) } }
            group.cancelAll()
            await group.waitForAll()
            return desk
        }
        if let problem = desk.problem { throw problem }
        if desk.end == .idle, let sentence = standing.onlyTrouble { return .unreachable(sentence) }
        return desk.end
    }

    private typealias Group = TaskGroup<Void>

    private func handle(_ event: Event, _ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        switch event {
        case .arrived(let message):
            desk.isAsking = false
            if let message {
                dispatch(message, &desk, &group, bell)
                while load.inHand < direct.mostInHand, let more = feed.takeNow() {
                    dispatch(more, &desk, &group, bell)
                }
            } else {
                desk.isDry = true
            }
        case .fed:
            desk.isFed = true
            if load.inHand > 0 { shedAll(&desk, &group, bell) }
        case .routed(let domain, let result):
            desk.lookups -= 1
            for message in desk.asked.removeValue(forKey: domain) ?? [] {
                place(message, domain, result, &desk, &group, bell)
            }
            lookUpNext(&desk, &group, bell)
        case .ended(let queue):
            desk.conversations -= 1
            if queue.isUnused { desk.queues[queue.key] = nil } else { ensure(queue, &desk, &group, bell) }
            serveWanting(&desk, &group, bell)
        case .room(let queue): ensure(queue, &desk, &group, bell)
        case .eased: break
        case .tick: tick(&desk, &group, bell)
        case .pause(let sentence):
            desk.end = desk.end.joined(by: .fault(sentence))
            shedAll(&desk, &group, bell)
        case .rest(let sentence):
            desk.end = desk.end.joined(by: .unreachable(sentence))
            shedAll(&desk, &group, bell)
        case .failed(let error):
            desk.problem = desk.problem ?? error
            desk.isFed = true
            shedAll(&desk, &group, bell)
        }
        if desk.isDry, load.inHand == 0, !desk.isFed {
            feed.end()
            for queue in desk.queues.values { queue.close() }
        }
        ask(&desk, &group, bell)
    }

    // MARK: Messages in

    private func ask(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        guard !desk.isAsking, !desk.isDry, !desk.isFed, !desk.isShedding else { return }
        guard load.inHand < direct.mostInHand else {
            desk.judgement.wasFull = true
            return
        }
        desk.isAsking = true
        group.addTask { bell.yield(.arrived(await feed.next())) }
    }

    private func dispatch(_ message: ClaimedMessage, _ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        load.entered()
        if desk.isShedding { return settle([.released(message)], &group, bell) }
        let domain: String
        do { domain = try EmailAddress(message.email).asciiDomain } catch {
            return settle([failed(message, error.userMessage, step: "compose")], &group, bell)
        }
        if let known = direct.routes.known(domain) { return place(message, domain, known, &desk, &group, bell) }
        let isAsked = desk.asked[domain] != nil
        desk.asked[domain, default: []].append(message)
        if !isAsked {
            desk.domainsToAsk.append(domain)
            lookUpNext(&desk, &group, bell)
        }
    }

    private func lookUpNext(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        while desk.lookups < direct.mostLookups, let domain = desk.domainsToAsk.popFirst() {
            desk.lookups += 1
            let routes = direct.routes
            group.addTask { bell.yield(.routed(domain: domain, await routes.route(to: domain))) }
        }
    }

    private func place(
        _ message: ClaimedMessage, _ domain: String, _ result: Result<MailRoute, RouteProblem>, _ desk: inout Desk,
        _ group: inout Group, _ bell: Bell
    ) {
        if desk.isShedding { return settle([.released(message)], &group, bell) }
        switch result {
        case .failure(let problem):
            if problem.isPermanent, let counts = domains.note(domain, isDead: true) {
                desk.end = desk.end.joined(by: .fault(Self.doubt(counts, problem)))
                settle([.released(message)], &group, bell)
                return shedAll(&desk, &group, bell)
            }
            settle([outcome(message, problem)], &group, bell)
        case .success(let route):
            _ = domains.note(domain, isDead: false)
            let queue = desk.queues[route.key] ?? SiteQueue(route)
            desk.queues[route.key] = queue
            queue.route = route
            queue.push(message)
            ensure(queue, &desk, &group, bell)
        }
    }

    private static func doubt(_ counts: (dead: Int, of: Int), _ problem: RouteProblem) -> String {
        """
        Of the last \(counts.of) mails, \(counts.dead) had nowhere to go: the DNS says that their domains do not exist or take no mail. Either the name server of this machine answers wrongly, or these addresses are very old. Those that were looked up have failed; the others were not touched. Check the name server, then let sending go on. The last answer: \(problem.reply)
        """
    }

    // MARK: Conversations

    /// Begins conversations as long as there is something to say and room for it.
    private func ensure(_ queue: SiteQueue, _ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        queue.clearNews()
        while !desk.isShedding, queue.wantsAnother {
            if let rest = sites.resting(queue.site) {
                return settle(queue.drain().map { held($0, rest) }, &group, bell)
            }
            guard crew.join() else {
                if !desk.wanting.contains(where: { $0 === queue }) { desk.wanting.append(queue) }
                load.isCrowded = true
                // A connection that waits for more is one that another site could have.
                if load.idle > 0 { for queue in desk.queues.values { queue.dismissIdle() } }
                return
            }
            guard sites.join(queue.site, by: sender.id, most: sender.siteConnections) else {
                _ = crew.leave()
                return
            }
            queue.begins()
            desk.conversations += 1
            group.addTask {
                var isReleased = false
                do { isReleased = try await converse(queue, bell) } catch { bell.yield(.failed(error)) }
                sites.leave(queue.site)
                _ = crew.leave(released: isReleased)
                queue.ends()
                bell.yield(.ended(queue))
            }
        }
    }

    private func serveWanting(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        for _ in 0..<desk.wanting.count {
            guard let queue = desk.wanting.popFirst() else { break }
            let before = desk.wanting.count
            ensure(queue, &desk, &group, bell)
            // It is the last in the row again: there is no room for anybody.
            if desk.wanting.count > before { break }
        }
        load.isCrowded = !desk.wanting.isEmpty
    }

    private func tick(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        judgeSites(&desk, &group, bell)
        for queue in Array(desk.queues.values) {
            if queue.wantsAnother { ensure(queue, &desk, &group, bell) }
            if queue.isUnused { desk.queues[queue.key] = nil }
        }
        serveWanting(&desk, &group, bell)
        if desk.isDry, !desk.isFed, load.inHand > 0 {
            desk.isDry = false
            feed.look()
        }
    }

    /// Looks once in a while whether some sites are slow, and stand in the way of others that nobody has looked at yet:
    /// nothing more came in, and hardly anything went out.
    private func judgeSites(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        let now = ContinuousClock.now
        guard now - desk.judgement.at >= Self.patience else { return }
        let last = desk.judgement
        desk.judgement = Judgement(at: now, ended: load.ended)
        guard last.wasFull, load.inHand >= direct.mostInHand,
            desk.judgement.ended - last.ended - last.givenBack < direct.mostInHand / 4
        else { return }
        desk.judgement.givenBack = makeRoom(&desk, &group, bell)
    }

    /// How long a site has, at least, to show what it takes.
    private static var patience: Duration { .seconds(1) }

    /// Gives back most of what waits for the slowest site, for as long as the rest will keep it busy.
    /// - Returns: how many messages.
    private func makeRoom(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) -> Int {
        let slow = desk.queues.values.filter { $0.age >= Self.patience && $0.count > direct.mostWaiting }
        guard let queue = slow.max(by: { $0.count < $1.count }) else { return 0 }
        let seconds = min(max(Double(direct.mostWaiting) / queue.highestRate, 10), 300)
        let rest = SiteBook.Rest(
            until: .now + .seconds(seconds), length: .seconds(seconds),
            reason: "\(queue.route.domain) takes mail slowly; others go first.")
        let waiting = queue.drain(keeping: direct.mostWaiting)
        settle(waiting.map { held($0, rest) }, &group, bell)
        return waiting.count
    }

    // MARK: Giving back

    /// Everything that waits. Conversations end after their message.
    private func shed(_ desk: inout Desk) -> [ClaimedMessage] {
        desk.isShedding = true
        var rest: [ClaimedMessage] = []
        for queue in desk.queues.values {
            queue.close()
            rest += queue.drain()
        }
        // Those that are being looked up are given back when that is done.
        for domain in desk.domainsToAsk { rest += desk.asked.removeValue(forKey: domain) ?? [] }
        desk.domainsToAsk = []
        return rest
    }

    private func shedAll(_ desk: inout Desk, _ group: inout Group, _ bell: Bell) {
        feed.end()
        let rest = shed(&desk)
        settle(rest.map { .released($0) }, &group, bell)
    }

    private func settle(_ outcomes: [Outcome], _ group: inout Group, _ bell: Bell) {
        guard !outcomes.isEmpty else { return }
        group.addTask { await settle(outcomes, bell) }
    }

    /// All at once, which is one commit.
    private func settle(_ outcomes: [Outcome], _ bell: Bell) async {
        await withTaskGroup(of: Void.self) { group in
            for outcome in outcomes {
                group.addTask {
                    do { try await finish(outcome) } catch { bell.yield(.failed(error)) }
                }
            }
        }
        bell.yield(.eased)
    }
}

/// How much a lane has in its hands.
final class Load: Sendable {
    private let count = Atomic<Int>(0)
    private let endedCount = Atomic<Int>(0)
    private let idleCount = Atomic<Int>(0)
    private let crowded = Atomic<Bool>(false)

    var inHand: Int { count.load(ordering: .relaxed) }
    var ended: Int { endedCount.load(ordering: .relaxed) }
    /// Conversations that wait for another message.
    var idle: Int { idleCount.load(ordering: .relaxed) }
    /// Whether sites wait for a connection because the sender may have no more.
    var isCrowded: Bool {
        get { crowded.load(ordering: .relaxed) }
        set { crowded.store(newValue, ordering: .relaxed) }
    }

    func entered() { count.add(1, ordering: .relaxed) }

    func left() {
        count.subtract(1, ordering: .relaxed)
        endedCount.add(1, ordering: .relaxed)
    }

    func idles(_ isIdle: Bool) { idleCount.add(isIdle ? 1 : -1, ordering: .relaxed) }
}
