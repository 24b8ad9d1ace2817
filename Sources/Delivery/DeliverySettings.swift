public import Networks
public import Vault

/// What the engine is told once.
public struct DeliverySettings: Sendable {
    /// This node's name in the book of epochs and in EHLO.
    public var node: String
    /// The site's address, for links in mails; without a slash at its end. Empty where no server is behind the mails.
    public var siteURL: String
    public var signer: Signer
    public var sealer: Sealer
    /// Which networks a sender's server may be in.
    public var egress: EgressPolicy
    public var retries = RetryPolicy()
    /// How long the engine waits before it looks again when nobody wakes it.
    public var poll: Duration = .seconds(1)
    /// How long a shutdown waits for conversations that are under way, before it breaks them off.
    public var patienceAtTheEnd: Duration = .seconds(20)
    /// Messages made in one transaction: small enough that sending goes on beside it.
    public var planningChunk = 10_000
    /// Messages claimed at once.
    public var claimBatch = 500

    public init(node: String, siteURL: String, signer: Signer, sealer: Sealer, egress: EgressPolicy) {
        self.node = node
        self.siteURL = siteURL
        self.signer = signer
        self.sealer = sealer
        self.egress = egress
    }
}
