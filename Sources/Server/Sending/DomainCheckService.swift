internal import Campaigns
internal import DKIM
internal import DNS
internal import DomainChecks
internal import Foundation
internal import Logging
internal import Persistence
internal import ServiceLifecycle
internal import Web

/// Looks at domains one after another, some at once, and writes down what it finds.
struct DomainCheckService: Service, DomainChecking {
    private struct Job: Sendable {
        var domain: String
        var account: Account.ID
    }

    /// Checks beside each other; each asks some twenty questions.
    private static let mostAtOnce = 4
    /// How long one may take; what is not known by then was not answered in time.
    private static let limit: Duration = .seconds(12)

    private let database: any Database
    private let resolver: Resolver
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation

    init(database: any Database, resolver: Resolver, logger: Logger) {
        self.database = database
        self.resolver = resolver
        self.logger = logger
        (jobs, queue) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingOldest(100))
    }

    func begin(_ domain: String, of account: Account.ID) { queue.yield(Job(domain: domain, account: account)) }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await job in jobs.cancelOnGracefulShutdown() {
                if running == Self.mostAtOnce {
                    await group.next()
                    running -= 1
                }
                running += 1
                group.addTask { await check(job) }
            }
            group.cancelAll()
        }
        resolver.close()
    }

    private func check(_ job: Job) async {
        do {
            let keys = try await database.read { tx in try tx.account(job.account).signingKeys() }
                .filter { $0.domain == job.domain && $0.state != .retired }
                .map {
                    DomainInspector.Key(
                        selector: $0.selector, record: KeyRecord(algorithm: $0.algorithm, publicKey: $0.publicKey),
                        isSigning: $0.state == .signing)
                }
            guard let report = await inspect(job.domain, keys), !Task.isCancelled else { return }
            let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
            try await database.write { tx in try tx.account(job.account).endDomainCheck(job.domain, report: text) }
            logger.info(
                "Domain checked", metadata: ["domain": "\(job.domain)", "verdict": "\(report.verdict)"])
        } catch {
            logger.error("A domain could not be checked", metadata: ["domain": "\(job.domain)", "error": "\(error)"])
        }
    }

    private func inspect(_ domain: String, _ keys: [DomainInspector.Key]) async -> DomainReport? {
        await withTaskGroup(of: DomainReport?.self) { group in
            group.addTask { await DomainInspector(resolver: resolver).inspect(domain, keys: keys) }
            group.addTask {
                try? await Task.sleep(for: Self.limit)
                return nil
            }
            if let report = await group.next() ?? nil {
                group.cancelAll()
                return report
            }
            // What was not answered by now ends, and says so.
            group.cancelAll()
            return await group.next() ?? nil
        }
    }
}
