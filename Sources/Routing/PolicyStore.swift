public import DNS
internal import Synchronization

/// The policies of domains (MTA-STS, RFC 8461), kept as long as they hold: a policy that is known goes on to hold when it
/// can no longer be fetched.
public final class PolicyStore: Sendable {
    private struct Kept {
        var id: String
        var policy: TransportPolicy
        var until: ContinuousClock.Instant
    }

    private struct State {
        var kept: [String: Kept] = [:]
        /// Until when it is not asked for again after a failure (§3.3: five minutes).
        var failed: [String: ContinuousClock.Instant] = [:]
    }

    private let resolver: Resolver
    private let fetcher: PolicyFetcher
    private let limit: Duration
    private let state = Mutex(State())

    private static let mostKept = 10_000
    private static let patience = Duration.seconds(300)

    public init(resolver: Resolver, fetcher: PolicyFetcher, limit: Duration = .seconds(10)) {
        self.resolver = resolver
        self.fetcher = fetcher
        self.limit = limit
    }

    /// The policy that holds now; nil where there is none.
    public func policy(of domain: String) async -> TransportPolicy? {
        let now = ContinuousClock.now
        let (kept, hasFailed) = state.withLock { state in
            (state.kept[domain].flatMap { $0.until > now ? $0 : nil }, state.failed[domain].map { $0 > now } ?? false)
        }
        let texts = try? await resolver.lookUp("_mta-sts.\(domain)", .txt, within: limit).texts
        guard let id = texts.flatMap(TransportPolicy.id), id != kept?.id, !hasFailed else { return kept?.policy }
        guard let policy = await fetcher.fetch(domain) else {
            state.withLock { state in
                if state.failed.count >= Self.mostKept { state.failed = [:] }
                state.failed[domain] = .now + Self.patience
            }
            return kept?.policy
        }
        state.withLock { state in
            if state.kept.count >= Self.mostKept {
                state.kept = state.kept.filter { $0.value.until > now }
                if state.kept.count >= Self.mostKept { state.kept = [:] }
            }
            state.kept[domain] = Kept(id: id, policy: policy, until: .now + .seconds(policy.lifetime))
        }
        return policy
    }
}
