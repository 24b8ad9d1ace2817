public import Campaigns
public import DKIM

/// A key with which an account signs its mails (DKIM), as stored. The private key stays sealed: only who signs opens it.
public struct SigningKeyRecord: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// Made, and signs nothing yet: its record may not be in the DNS.
        case waiting
        /// Campaigns that begin now are signed with it.
        case signing
        /// Signs only what began before.
        case retired
    }

    public var id: SigningKey.ID
    public var accountID: Account.ID
    /// A-labels.
    public var domain: String
    public var selector: String
    public var algorithm: SignatureAlgorithm
    public var bits: Int
    /// AES-256-GCM; the associated data is `SealedPlace.signingKey`.
    public var sealedKey: [UInt8]
    /// Base64, as in the DNS record.
    public var publicKey: String
    public var state: State
    public var createdAt: Instant

    static let columns: SQL =
        "k.id, k.account_id, k.domain, k.selector, k.algorithm, k.bits, k.private_key, k.public_key, k.state, k.created_at"

    init(_ row: any Row) throws {
        id = try row.id(0)
        accountID = try row.id(1)
        domain = try row.string(2)
        selector = try row.string(3)
        algorithm = try row.value(4)
        bits = try row.int(5)
        sealedKey = try row.bytes(6)
        publicKey = try row.string(7)
        state = try row.value(8)
        createdAt = try row.instant(9)
    }
}

/// A key that was just made or brought along.
public struct NewSigningKey: Sendable {
    public var domain: String
    public var selector: String
    public var algorithm: SignatureAlgorithm
    public var bits: Int
    public var publicKey: String

    public init(domain: String, selector: String, algorithm: SignatureAlgorithm, bits: Int, publicKey: String) {
        self.domain = domain
        self.selector = selector
        self.algorithm = algorithm
        self.bits = bits
        self.publicKey = publicKey
    }
}
