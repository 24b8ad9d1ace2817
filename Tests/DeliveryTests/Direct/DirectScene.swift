import Campaigns
import DNS
import Delivery
import Foundation
import Networks
import Persistence
import Routing
import SMTP
import TestSupport
import Testing

/// Mail servers on addresses of this machine, all on one port, a DNS server that names them, and an account that sends
/// directly.
struct DirectScene {
    let sinks: [String: RecordingSMTPSink]
    let account: SeededAccount
    let harness: EngineHarness
    let settings: DeliverySettings

    func sink(_ host: String) -> RecordingSMTPSink { sinks[host]! }

    /// Sends a campaign to the addresses, in one pass.
    /// - Returns: what it came to, and the last attempt for each address.
    @discardableResult
    func send(to emails: [String]) async throws -> (tally: Tally, attempts: [String: AttemptRecord]) {
        try await account.addRecipients(emails)
        let campaign = try await account.startCampaign()
        try await harness.runOnePass(settings)
        let attempts = try await account.attempts()
        return (
            try await account.tally(campaign),
            Dictionary(attempts.map { ($0.email, $0) }, uniquingKeysWith: { $1 })
        )
    }

    /// What each address waits for, and until when.
    func waiting() async throws -> [String: (reason: String, state: MessageState, attempts: Int, seconds: Double)] {
        try await account.messagesWithReasons()
    }

    struct Options {
        var sinks: [String: RecordingSMTPSink.Behaviour] = [:]
        var signed: Set<String> = []
        var egress = EgressPolicy(.everyone)
        var sender: @Sendable (inout SenderRecord) -> Void = { _ in }
        var direct: @Sendable (inout DirectSending) -> Void = { _ in }
        /// The policy that is served for every domain (MTA-STS), and its certificate.
        var policy: (text: String, certificate: TestCertificate)?
        var trusted: String?
        /// Asked instead of the server of the zones.
        var dnsServer: String?
    }

    /// - Parameter zones: made with the port that all sinks have.
    static func with(
        _ options: Options = Options(), zones: (_ port: Int) -> [String: String],
        _ body: (DirectScene) async throws -> Void
    ) async throws {
        let sinks = try await RecordingSMTPSink.start(options.sinks)
        let port = sinks.values.first?.port ?? 1
        let knot = try await KnotServer.start(zones(port), signed: options.signed)
        defer { knot.stop() }
        let policies = try await options.policy.asyncMap {
            try await PolicyServer.start($0.text, certificate: $0.certificate)
        }
        let resolver = Resolver(
            ResolverSettings(
                servers: [options.dnsServer ?? knot.address], anchors: knot.anchors,
                anchorZone: options.signed.sorted().first ?? "."))
        defer { resolver.close() }
        try await withDatabase { database in
            let account = try await SeededAccount(database)
            try await account.sendDirectly(options.sender)
            var settings = try EngineHarness.settings(egress: options.egress)
            let fetcher = PolicyFetcher(
                resolver: resolver, egress: EgressPolicy(.everyone).egress(isAdministrator: false),
                port: policies?.port ?? 443, trusted: options.trusted, limit: .seconds(20))
            var direct = DirectSending(
                routes: RouteFinder(
                    resolver: resolver, policies: PolicyStore(resolver: resolver, fetcher: fetcher), port: port,
                    limit: options.dnsServer == nil ? .seconds(20) : .milliseconds(300)))
            // Long enough for a machine on which much else runs.
            direct.timeouts.connect = .seconds(20)
            direct.timeouts.greeting = .seconds(20)
            direct.timeouts.acceptance = .seconds(20)
            direct.idle = .milliseconds(50)
            direct.trustedCertificatesPEM = options.trusted
            options.direct(&direct)
            settings.direct = direct
            settings.patienceAtTheEnd = .seconds(1)
            try await body(
                DirectScene(
                    sinks: sinks, account: account, harness: EngineHarness(database: database), settings: settings))
        }
        for sink in sinks.values { await sink.stop() }
        await policies?.stop()
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async rethrows -> Value? {
        if let self { try await body(self) } else { nil }
    }
}

extension SeededAccount {
    func messagesWithReasons() async throws -> [String: (
        reason: String, state: MessageState, attempts: Int, seconds: Double
    )] {
        let rows = try await read { tx in
            let now = try tx.now
            return try tx.rows("SELECT email, reason, state, attempts, next_at FROM message") {
                (
                    try $0.string(0), try $0.string(1), try $0.value(2, as: MessageState.self), try $0.int(3),
                    Double(try $0.instant(4).rawValue - now.rawValue) / 1_000_000
                )
            }
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, ($0.1, $0.2, $0.3, $0.4)) })
    }
}
