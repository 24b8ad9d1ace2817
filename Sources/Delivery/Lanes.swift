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
    private let epoch: Epoch.ID
    private let writer: LedgerWriter
    private let signal: WorkSignal
    /// On which all conversations are had.
    private let loop: any EventLoop
    private let status: DeliveryStatus
    private let logger: Logger
    private let composer: Composer
    private let sites: SiteBook?
    private var atWork: [Sender.ID: AtWork] = [:]
    private var rests: [Sender.ID: Rest] = [:]
    /// What is known of how many connections each sender's server takes.
    private var budgets: [Sender.ID: ConnectionBudget] = [:]
    /// Whose server may call everybody unknown.
    private var watches: [Sender.ID: UnknownWatch] = [:]
    /// For whom the DNS may know nobody.
    private var domainWatches: [Sender.ID: DomainWatch] = [:]
    /// Senders that had nothing more to send when their lane ended: for a single pass.
    private(set) var served: Set<Sender.ID> = []
    /// Why a single pass left a sender whose mails could not be written down, however often it tried.
    private(set) var outage: DatabaseFault?
    private var isEnded = false

    private struct AtWork {
        var feed: Feed?
        var crew: Crew?
        var revision: Int?
        /// What was last written down for other nodes' pages.
        var noted = (open: 0, limit: 0)
    }

    private struct Rest {
        var until: ContinuousClock.Instant
        var length: Duration
        /// The sender's revision when the rest began: a changed sender is tried at once.
        var revision: Int
        /// Whether the database is what is waited for.
        var isOutage: Bool
    }

    init(
        database: any Database, settings: DeliverySettings, epoch: Epoch.ID, writer: LedgerWriter, signal: WorkSignal,
        status: DeliveryStatus, loop: any EventLoop, logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.epoch = epoch
        self.writer = writer
        self.signal = signal
        self.loop = loop
        self.status = status
        self.logger = logger
        composer = Composer(database: database, settings: settings)
        sites = settings.direct.map { SiteBook(limit: $0.mostConnections, rests: $0.rests) }
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
        for lane in atWork.values { lane.feed?.end() }
    }

    /// Sends what the sender has to send now. What goes wrong with one sender is noted with it and stops no other.
    /// - Parameter isPlanned: whether all messages that are due were there when it began.
    func run(_ id: Sender.ID, isPlanned: Bool) async throws {
        var isServed = isPlanned
        defer {
            if isServed { served.insert(id) }
            atWork[id] = nil
        }
        guard let sender = try? await database.read({ tx in try tx.anySender(id) }), sender.pausedReason.isEmpty else {
            return
        }
        if let rest = rest(of: sender) {
            if rest.isOutage { isServed = false }
            return
        }
        var rest: (until: Instant, reason: String)?
        do {
            guard let (feed, crew) = try await join(sender) else { return }
            status.begins(id)
            defer {
                budgets[id] = crew.budget
                status.ends(id)
            }
            let end = try await send(sender, feed, crew)
            if feed.hasUnusedRoom { isServed = false }
            if !Task.isCancelled {
                rest = try await note(end, of: sender, crew.hasProgressed)
                // There may be more: the lane's last claim is older than what was made ready since.
                signal.wake()
            }
        } catch let problem as SealingProblem {
            let sentence = "The stored SMTP password cannot be read (\(problem.userMessage)). Enter it again."
            // Where it cannot be written down, the next pass tries again: no sender's trouble ends the engine.
            rest = (try? await note(.fault(sentence), of: sender, false)) ?? nil
        } catch let fault as DatabaseFault where fault.isOutage {
            // No server's fault: most such troubles pass at once, and what was claimed is still ours or ready again.
            if !Task.isCancelled {
                let length = rests(sender, from: .milliseconds(100), to: Self.longestOutage, isOutage: true)
                if length < Self.longestOutage { isServed = false } else { outage = outage ?? fault }
                logger.error(
                    "A sender's lane failed",
                    metadata: [
                        "sender.id": "\(id)", "error": "\(fault)", "seconds": "\(length / .seconds(1))",
                    ])
            }
        } catch {
            if !Task.isCancelled {
                logger.error("A sender's lane failed", metadata: ["sender.id": "\(id)", "error": "\(error)"])
                rest = try await note(
                    .unreachable("Something went wrong here; it will be tried again."), of: sender, false)
            }
        }
        await leave(sender, resting: rest)
    }

    /// `nil` when the limits let nothing through now, or other nodes have all of the sender's connections.
    private func join(_ sender: SenderRecord) async throws -> (Feed, Crew)? {
        guard try await database.read({ tx in try tx.room(of: sender) }) > 0 else { return nil }
        let (epoch, most) = (epoch, settings.connectionsPerSender)
        let share = try await database.write { tx in try tx.join(sender, epoch: epoch, most: most) }
        // The others let go of some; the next pass finds them.
        guard let share, share.connections > 0 else { return nil }
        let pace =
            sender.spreadsEvenly ? Pace(limit: sender.maxPerHour, sinceLast: share.sinceLast, now: .now) : nil
        let feed = Feed(
            sender: sender.id, writer: writer, batch: settings.claimBatch, pace: pace, lingers: sender.kind == .direct)
        let crew = crew(for: sender, connections: share.connections)
        atWork[sender.id] = AtWork(feed: feed, crew: crew, revision: sender.revision)
        if isEnded { feed.end() }
        return (feed, crew)
    }

    private func leave(_ sender: SenderRecord, resting rest: (until: Instant, reason: String)?) async {
        let epoch = epoch
        // Should it fail, the entry counts until this start ends or works on the sender again: to the safe side.
        try? await database.write { tx in try tx.leave(sender, epoch: epoch, resting: rest) }
    }

    private func crew(for sender: SenderRecord, connections: Int) -> Crew {
        var budget =
            sender.kind == .direct
            ? .whole(connections) : budgets[sender.id] ?? ConnectionBudget(ceiling: connections)
        budget.ceiling = connections
        return Crew(budget: budget) { [status, id = sender.id] in status.changed(id, to: $0) }
    }

    /// Of its lanes after faults of the database. A single pass gives it up then.
    private static let longestOutage = Duration.seconds(5)

    /// `nil` when it need not wait any more.
    private func rest(of sender: SenderRecord) -> Rest? {
        guard let rest = rests[sender.id], rest.revision == sender.revision, ContinuousClock.now < rest.until else {
            return nil
        }
        return rest
    }

    /// Lets the sender rest, twice as long as the last time when it comes from one rest into the next.
    /// - Returns: how long.
    private func rests(
        _ sender: SenderRecord, from shortest: Duration, to longest: Duration, isOutage: Bool = false
    ) -> Duration {
        let length = min(max((rests[sender.id]?.length ?? .zero) * 2, shortest), longest)
        rests[sender.id] = Rest(
            until: .now + length, length: length, revision: sender.revision, isOutage: isOutage)
        return length
    }

    /// - Parameter hasProgressed: whether the server answered any message of this lane: then the next rest is short.
    /// - Returns: until when the sender rests, and why; nil when it does not.
    private func note(
        _ end: Lane.End, of sender: SenderRecord, _ hasProgressed: Bool
    ) async throws -> (until: Instant, reason: String)? {
        switch end {
        case .idle, .crowded, .surplus:
            rests[sender.id] = nil
            return nil
        case .unreachable(let sentence):
            if hasProgressed { rests[sender.id] = nil }
            let length = rests(sender, from: .seconds(4), to: .seconds(300))
            let until = Instant(secondsSince1970: Date().timeIntervalSince1970) + length
            status.rests(sender.id)
            logger.warning(
                "A mail server cannot be reached; waiting",
                metadata: [
                    "sender.id": "\(sender.id)", "seconds": "\(length.components.seconds)", "reason": "\(sentence)",
                ])
            return (until, sentence)
        case .fault(let sentence):
            try await database.write { tx in try tx.account(sender.accountID).pause(sender.id, because: sentence) }
            logger.warning("A sender was paused", metadata: ["sender.id": "\(sender.id)", "reason": "\(sentence)"])
            return nil
        }
    }

    private func send(_ sender: SenderRecord, _ feed: Feed, _ crew: Crew) async throws -> Lane.End {
        let transport: any MailTransport
        switch sender.kind {
        case .rehearsal: transport = RehearsalTransport()
        case .smtp:
            transport = SMTPTransport(
                server: try sender.server(settings, try await egress(of: sender)), loop: loop, logger: logger)
        case .direct:
            guard let direct = settings.direct, let sites else {
                return .fault("This Martlet cannot send directly. Choose an SMTP server.")
            }
            let door = DirectDoor(
                direct, helloName: sender.helloName.isEmpty ? settings.node : sender.helloName,
                egress: try await egress(of: sender), on: loop, logger: logger)
            let lane = DirectLane(
                sender: sender, direct: direct, door: door, sites: sites, feed: feed, crew: crew, writer: writer,
                composer: composer, policy: settings.retries, domains: domainWatch(of: sender.id), poll: settings.poll,
                loop: loop, logger: logger)
            do { return try await lane.run() } catch let problem as ContentProblem {
                return .fault(problem.userMessage)
            }
        }
        let lane = Lane(
            sender: sender, transport: transport, feed: feed, crew: crew, writer: writer, composer: composer,
            policy: settings.retries, watch: watch(of: sender.id), logger: logger)
        return try await lane.run()
    }

    private func watch(of sender: Sender.ID) -> UnknownWatch {
        let watch = watches[sender] ?? UnknownWatch()
        watches[sender] = watch
        watch.begin()
        return watch
    }

    private func domainWatch(of sender: Sender.ID) -> DomainWatch {
        let watch = domainWatches[sender] ?? DomainWatch()
        domainWatches[sender] = watch
        watch.begin()
        return watch
    }

    private func egress(of sender: SenderRecord) async throws -> EgressGuard {
        let isAdministrator = try await database.read { tx in
            try tx.account(sender.accountID).belongsToAdministrator()
        }
        return settings.egress.egress(isAdministrator: isAdministrator)
    }

    // MARK: Beside other nodes

    /// Ends lanes whose sender was changed or paused, for the next pass to begin them anew with what holds now; and divides
    /// connections anew where other nodes have come or gone.
    func balance() async throws {
        let senders = atWork.filter { $0.value.revision != nil }.map(\.key)
        guard !senders.isEmpty else { return }
        let divisions = try await database.read { tx in try tx.division(of: senders) }
        for sender in senders {
            guard let lane = atWork[sender], let feed = lane.feed, let crew = lane.crew else { continue }
            guard let division = divisions[sender], division.revision == lane.revision else {
                feed.end()
                continue
            }
            try await balance(sender, division, crew, feed)
        }
        try await publish(senders)
    }

    private func balance(_ sender: Sender.ID, _ division: SenderDivision, _ crew: Crew, _ feed: Feed) async throws {
        let held = division.held(by: epoch)
        let wanted = min(division.fairShare(of: epoch), settings.connectionsPerSender)
        guard wanted > 0 else { return feed.end() }
        if wanted < held { crew.setCeiling(wanted) }
        // What is still open is let go of when it has ended.
        let next = wanted < held ? max(wanted, crew.size) : wanted
        // The answer to an earlier change may have been lost.
        guard next != held else { return crew.setCeiling(wanted) }
        let epoch = epoch
        let connections = try await database.write { tx in
            try tx.setConnections(next, of: sender, epoch: epoch)
        }
        if connections > 0 { crew.setCeiling(min(wanted, connections)) }
    }

    private func publish(_ senders: [Sender.ID]) async throws {
        let epoch = epoch
        var changes: [(sender: Sender.ID, open: Int, limit: Int)] = []
        for sender in senders {
            guard let lane = atWork[sender], let crew = lane.crew, lane.noted != crew.report else { continue }
            atWork[sender]?.noted = crew.report
            changes.append((sender, crew.report.open, crew.report.limit))
        }
        let found = changes
        if !found.isEmpty { try await database.write { tx in try tx.note(found, epoch: epoch) } }
    }
}
