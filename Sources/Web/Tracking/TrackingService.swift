import Campaigns
import Foundation
public import Logging
public import Persistence
public import ServiceLifecycle

/// Writes what was seen of openings and clicks, in groups, and reads where links lead: those of new campaigns before anybody
/// follows them, others when they are asked for. To be started before the web server, so that it stops after it and writes
/// what came last.
public struct TrackingService: Service {
    /// Hits wait so long, for others of the same message that say more about who makes them. What a crash may lose is what
    /// came within this time and ``interval`` (docs/reliability.md).
    static let delay = Duration.seconds(2)
    static let interval = Duration.milliseconds(500)
    /// Messages in one transaction: a few milliseconds, because the engine's commits wait for it on SQLite.
    static let group = 500
    /// Tries to write what cannot be written at the end of the process.
    static let lastTries = 5

    private let tracking: Tracking
    private let database: any Database
    private let logger: Logger
    private let delay: Duration
    private let interval: Duration

    public init(tracking: Tracking, database: any Database, logger: Logger) {
        self.init(tracking: tracking, database: database, logger: logger, delay: Self.delay, interval: Self.interval)
    }

    /// - Parameters:
    ///   - delay: see ``delay``; tests need not wait.
    init(tracking: Tracking, database: any Database, logger: Logger, delay: Duration, interval: Duration) {
        self.tracking = tracking
        self.database = database
        self.logger = logger
        self.delay = delay
        self.interval = interval
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await answer() }
                while true {
                    // What could not be read here is asked for by whoever follows a link.
                    try? await tracking.targets.learn()
                    try await Task.sleep(for: interval)
                    _ = await write(until: Self.now - delay)
                }
            }
        }
        await writeLast()
    }

    private func answer() async throws {
        for await _ in tracking.targets.questions {
            do {
                try await tracking.targets.answer()
            } catch {
                logger.error(
                    "Where links lead cannot be read; readers are asked to wait", metadata: ["error": "\(error)"])
                try await Task.sleep(for: interval)
            }
        }
    }

    /// Writes what is old enough.
    /// - Returns: whether all of that is written.
    private func write(until instant: Instant) async -> Bool {
        while true {
            let group = tracking.hits.take(until: instant, limit: Self.group)
            guard !group.isEmpty else { return true }
            do {
                let written = try await database.write { tx in try tx.write(group, clock: Self.now) }
                tracking.hits.settle(group.count)
                if written.settled > 0 {
                    logger.notice(
                        "Unknown messages were opened, so they arrived", metadata: ["messages": "\(written.settled)"])
                }
            } catch {
                tracking.hits.putBack(group)
                logger.error("Openings and clicks cannot be written; they wait", metadata: ["error": "\(error)"])
                return false
            }
        }
    }

    private func writeLast() async {
        for _ in 0..<Self.lastTries {
            if await write(until: Instant(rawValue: .max)) { return }
            // The graceful shutdown has cancelled nothing by now; a hard stop ends this at once.
            do { try await Task.sleep(for: .milliseconds(300)) } catch { break }
        }
        let lost = tracking.hits.figures.waiting
        logger.error("Openings and clicks are lost", metadata: ["messages": "\(lost)"])
    }

    static var now: Instant { Instant(secondsSince1970: Date().timeIntervalSince1970) }
}
