/// What the DNS says about a name. That there is nothing is an answer as well.
public struct Answer: Sendable, Hashable {
    public enum Security: Sendable, Hashable {
        /// Signed, and the signatures were checked up to the trust anchor (RFC 4033 §5).
        case secure
        /// The zone is not signed, or nothing was checked.
        case insecure
    }

    /// The data of each record, in wire format with names written out; in the order in which they came.
    public var records: [[UInt8]]
    /// Whether there is the name at all (RFC 8020): false for NXDOMAIN.
    public var nameExists: Bool
    public var security: Security
    /// Seconds for which it may be kept.
    public var timeToLive: Int
    /// The name that aliases led to, in lower case and without the dot at its end; empty where there was none.
    public var canonicalName: String

    public init(
        records: [[UInt8]], nameExists: Bool, security: Security, timeToLive: Int, canonicalName: String = ""
    ) {
        self.records = records
        self.nameExists = nameExists
        self.security = security
        self.timeToLive = timeToLive
        self.canonicalName = canonicalName
    }
}

/// Why there is no answer; worth another try later, but for a name that is none.
public enum LookupProblem: Error, Hashable, Sendable {
    /// Nobody answered within the limit.
    case timedOut
    /// The servers of the zone are broken or refuse.
    case serverFailure
    /// The signatures are wrong: somebody changed the answer on the way, or the zone's keys are out of order.
    case bogus
    /// What was asked for is no domain name.
    case noName
    /// The resolver has been closed, or could not be started.
    case unavailable

    /// What a person reads, after the name that was asked for.
    public var userMessage: String {
        switch self {
        case .timedOut: "The DNS did not answer in time."
        case .serverFailure: "The DNS servers of this domain do not answer properly."
        case .bogus: "The answer of the DNS carries wrong signatures (DNSSEC), so nobody should believe it."
        case .noName: "This is no name that the DNS could know."
        case .unavailable: "The DNS cannot be asked at the moment."
        }
    }
}
