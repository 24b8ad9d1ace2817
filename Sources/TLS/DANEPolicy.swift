/// How a server's certificate is to be judged by what its domain has published, signed, in the DNS (RFC 7672).
public struct DANEPolicy: Hashable, Sendable {
    /// The name that the records stand under, in A-labels: what is asked for, and what a certificate from a published
    /// authority must name.
    public var host: String
    /// Other names that such a certificate may have instead: the domain that the mail is for (RFC 7672 §3.2.2).
    public var otherNames: [String]
    public var records: [TLSARecord]

    public init(host: String, otherNames: [String], records: [TLSARecord]) {
        self.host = host
        self.otherNames = otherNames
        self.records = records
    }
}

/// A certificate, a key or the digest of one (RFC 6698 §2.1).
public struct TLSARecord: Hashable, Sendable {
    /// 2: an authority of the domain's own (DANE-TA); 3: the server's own certificate (DANE-EE).
    public var usage: UInt8
    /// 0: of the whole certificate; 1: of its public key.
    public var selector: UInt8
    /// 0: the thing itself; 1: its SHA-256; 2: its SHA-512.
    public var matching: UInt8
    public var data: [UInt8]

    public init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }

    /// From a record's data; nil for data that is none.
    public init?(_ data: [UInt8]) {
        guard data.count > 3 else { return nil }
        self.init(usage: data[0], selector: data[1], matching: data[2], data: Array(data.dropFirst(3)))
    }

    /// Whether it can serve for mail: the usages that lean on public authorities cannot (RFC 7672 §3.1.3).
    public var isUsable: Bool {
        guard usage == 2 || usage == 3, selector <= 1 else { return false }
        switch matching {
        case 0: return data.count > 16
        case 1: return data.count == 32
        case 2: return data.count == 64
        default: return false
        }
    }
}
