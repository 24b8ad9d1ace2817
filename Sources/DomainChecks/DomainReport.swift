internal import DNS

/// What the DNS says about a domain that mails are sent from.
public struct DomainReport: Sendable, Hashable, Codable {
    public var domain: String
    public var findings: [Finding]

    public init(domain: String, findings: [Finding]) {
        self.domain = domain
        self.findings = findings
    }

    /// The worst of all.
    public var verdict: Finding.Verdict { findings.map(\.verdict).max() ?? .unknown }
}

/// One thing that was looked for, and what was found. The sentence for the person is made where it is shown.
public enum Finding: Sendable, Hashable, Codable {
    public enum Verdict: Int, Sendable, Comparable {
        case good, unknown, doubtful, bad

        public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// What one of our keys has in the DNS.
    case key(selector: String, KeyFinding)
    case spf(SPFFinding)
    case dmarc(DMARCFinding)
    /// Whether one of the two ways to pass DMARC is there: a signature of the From address's own domain. Not there where the
    /// DNS did not say whether the keys that sign are in it.
    case alignment(isSigned: Bool)
    case mailExchanger(MXFinding)
    /// Whether the answers were signed (DNSSEC).
    case security(isSecure: Bool)

    public var verdict: Verdict {
        switch self {
        case .key(_, let finding): finding.verdict
        case .spf(let finding): finding.verdict
        case .dmarc(let finding): finding.verdict
        case .alignment(let isSigned): isSigned ? .good : .doubtful
        case .mailExchanger(let finding): finding.verdict
        // Most domains are not; nobody refuses mail for it.
        case .security: .good
        }
    }
}

public enum KeyFinding: Sendable, Hashable, Codable {
    case found
    case missing
    /// There is another key under this selector.
    case differs
    /// `p=` is empty: the key was withdrawn (RFC 6376 §3.6.1).
    case revoked
    /// `t=y`: receivers are told to ignore it.
    case testing
    case several(Int)
    case failed(Failure)

    var verdict: Finding.Verdict {
        switch self {
        case .found: .good
        case .failed: .unknown
        case .testing: .doubtful
        case .missing, .differs, .revoked, .several: .bad
        }
    }
}

public enum SPFFinding: Sendable, Hashable, Codable {
    /// - Parameter lookups: how many questions to the DNS the record costs a receiver.
    case good(lookups: Int)
    case missing
    case several(Int)
    /// More than ten (RFC 7208 §4.6.4): receivers give up.
    case tooManyLookups
    /// A term that is none.
    case broken(term: String)
    /// `+all`: anybody may send as this domain.
    case allowsEverybody
    /// Neither `all` nor `redirect=` at its end.
    case hasNoEnd(lookups: Int)
    /// A domain that is included has no record of its own.
    case includesNothing(domain: String)
    case failed(Failure)

    var verdict: Finding.Verdict {
        switch self {
        case .good: .good
        case .failed: .unknown
        case .hasNoEnd: .doubtful
        case .missing, .several, .tooManyLookups, .broken, .allowsEverybody, .includesNothing: .bad
        }
    }
}

public enum DMARCFinding: Sendable, Hashable, Codable {
    public enum Policy: String, Sendable, Codable { case none, quarantine, reject }

    /// - Parameter at: where it was found: this domain or one above it.
    case good(Policy, at: String)
    case missing
    case several(Int)
    case broken
    case failed(Failure)

    var verdict: Finding.Verdict {
        switch self {
        case .good: .good
        case .failed: .unknown
        case .missing, .several, .broken: .bad
        }
    }
}

public enum MXFinding: Sendable, Hashable, Codable {
    case found(hosts: [String])
    /// No MX, but an address (RFC 5321 §5.1).
    case implicit
    /// The domain says that it takes no mail (RFC 7505).
    case null
    case missing
    /// There is no such domain.
    case noDomain
    case failed(Failure)

    var verdict: Finding.Verdict {
        switch self {
        case .found: .good
        case .implicit: .doubtful
        case .failed: .unknown
        case .null, .missing, .noDomain: .bad
        }
    }
}

/// Why nothing could be found out.
public enum Failure: String, Sendable, Hashable, Codable {
    case timedOut, serverFailure, bogus, unavailable

    init(_ problem: LookupProblem) {
        self =
            switch problem {
            case .timedOut: .timedOut
            case .serverFailure: .serverFailure
            case .bogus: .bogus
            case .noName, .unavailable: .unavailable
            }
    }

    public var userMessage: String {
        switch self {
        case .timedOut: LookupProblem.timedOut.userMessage
        case .serverFailure: LookupProblem.serverFailure.userMessage
        case .bogus: LookupProblem.bogus.userMessage
        case .unavailable: LookupProblem.unavailable.userMessage
        }
    }
}
