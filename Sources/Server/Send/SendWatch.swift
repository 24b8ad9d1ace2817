internal import Campaigns
internal import Foundation
internal import Persistence
internal import ServiceLifecycle
internal import Synchronization

/// Looks at the ledger five times a second, and more often when the end is near; shows how far the mailing is, and ends when
/// there is nothing left to wait for.
final class SendWatch: Service {
    /// Why the watch ended.
    enum End: Sendable, Hashable {
        case finished
        /// The server refuses us: the sentence says why.
        case senderPaused(String)
        /// The rest may be tried again at this time, and nobody wants to wait.
        case deferred(until: Instant)
        /// Shutdown.
        case stopped
    }

    private let database: any Database
    private let campaign: CampaignRecord
    private let audience: Int
    private let waits: Bool
    private let maxPerHour: Int?
    private let terminal: Terminal
    private let result = Mutex<End>(.stopped)

    init(
        database: any Database, campaign: CampaignRecord, audience: Int, waits: Bool, maxPerHour: Int?,
        terminal: Terminal
    ) {
        self.database = database
        self.campaign = campaign
        self.audience = audience
        self.waits = waits
        self.maxPerHour = maxPerHour
        self.terminal = terminal
    }

    var end: End { result.withLock { $0 } }

    func run() async throws {
        defer { terminal.endDrawing() }
        await cancelWhenGracefulShutdown {
            var meter = RateMeter()
            var lastLine: ContinuousClock.Instant?
            while !Task.isCancelled {
                guard let view = try? await self.look() else { return }
                let now = ContinuousClock.now
                let progress = self.progress(view.tally, meter: &meter, at: now)
                if self.terminal.isInteractive {
                    self.terminal.draw(progress.bar(width: self.terminal.width - 1))
                } else if lastLine.map({ now - $0 >= .seconds(10) }) ?? true {
                    self.terminal.note(progress.line)
                    lastLine = now
                }
                if let end = view.end {
                    self.result.withLock { $0 = end }
                    return
                }
                try? await Task.sleep(for: Self.pause(secondsLeft: progress.secondsLeft))
            }
        }
    }

    private static func pause(secondsLeft: Double?) -> Duration {
        .milliseconds(Int(min(200, max(10, (secondsLeft ?? 1) * 1000))))
    }

    private struct View: Sendable {
        var tally: Tally
        var end: End?
    }

    private func look() async throws -> View {
        let (campaign, waits) = (campaign, waits)
        return try await database.read { tx in
            let scope = tx.account(campaign.accountID)
            let tally = try scope.tally(campaign.id)
            guard let state = try scope.campaign(campaign.id)?.state else { throw DatabaseFault.noRow }
            if state == .finished || state == .cancelled { return View(tally: tally, end: .finished) }
            if let sender = try scope.sender(campaign.senderID), !sender.pausedReason.isEmpty,
                tally[.claimed] + tally[.dotted] == 0
            {
                return View(tally: tally, end: .senderPaused(sender.pausedReason))
            }
            if !waits, state == .sending, tally[.claimed] + tally[.dotted] == 0,
                let next = try scope.nextAttempt(of: campaign.id), next > (try tx.now)
            {
                return View(tally: tally, end: .deferred(until: next))
            }
            return View(tally: tally)
        }
    }

    private func progress(_ tally: Tally, meter: inout RateMeter, at now: ContinuousClock.Instant) -> SendProgress {
        let rate = meter.rate(after: tally.ended, at: now)
        let rest = Double(max(0, audience - tally.ended))
        let fastest = maxPerHour.map { Double($0) / 3600 }
        let speed = rate.map { min($0, fastest ?? $0) }
        return SendProgress(
            tally: tally, audience: audience, rate: rate,
            secondsLeft: speed.flatMap { $0 > 0 ? rest / $0 : nil })
    }
}

/// Messages a second over the last ten seconds.
struct RateMeter {
    private var samples: [(at: ContinuousClock.Instant, count: Int)] = []

    /// nil in the first second.
    mutating func rate(after count: Int, at now: ContinuousClock.Instant) -> Double? {
        samples.append((now, count))
        while samples.count > 2, now - samples[0].at > .seconds(10) { samples.removeFirst() }
        let elapsed = now - samples[0].at
        guard elapsed >= .seconds(1) else { return nil }
        return Double(count - samples[0].count) / (elapsed / .seconds(1))
    }
}
