public import Networks
internal import Persistence
public import Vault

/// What the engine is told once.
public struct DeliverySettings: Sendable {
    /// This node's name in the book of epochs and in EHLO.
    public var node: String
    /// What only one process at a time can have: a locked data folder. Empty where that is the database itself.
    public var identity = ""
    public var lease = LeaseTiming()
    /// The site's address, for links in mails; without a slash at its end. Empty where no server is behind the mails.
    public var siteURL: String
    /// Whether recipients can be expected to reach that address: it was configured, and not made up from a port. Where they
    /// cannot, links stay as they are and nothing is counted.
    public var isSiteKnown = true
    /// Whether mail to the addresses that we make is received, so that recipients may be told of one that unsubscribes.
    public var receivesReturnMail = false
    public var signer: Signer
    public var sealer: Sealer
    /// Which networks a sender's server may be in.
    public var egress: EgressPolicy
    /// Nil where nothing may be sent directly.
    public var direct: DirectSending?
    public var retries = RetryPolicy()
    /// How long the engine waits before it looks again when nobody wakes it.
    public var poll: Duration = .seconds(1)
    /// As many connections as this node holds for one sender, whatever that one allows.
    public var connectionsPerSender = 500
    /// How long a shutdown waits for conversations that are under way, before it breaks them off.
    public var patienceAtTheEnd: Duration = .seconds(20)
    /// How long to wait before each further try of an outcome that the database refuses for what is in it.
    public var pausesAfterRefusal: [Duration] = [.seconds(1), .seconds(2), .seconds(3)]
    /// Recipients looked at in one transaction of planning: few enough that sending goes on beside it.
    public var planningChunk = 10_000
    /// The same for the beginning of a campaign.
    public var firstPlanningChunk = 500
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

/// How a node shows that it is alive, and what it does when it cannot (DESIGN §4.4).
public struct LeaseTiming: Sendable {
    /// Without a renewal for so long another node takes over.
    public var lifetime = Lease.lifetime
    public var renewal = Duration.seconds(5)
    /// Without a renewal for so long no message is begun: shorter than the lifetime, so that nobody has taken over by then.
    public var patience = Duration.seconds(10)
    /// How often a node looks for others that are dead.
    public var look = Duration.seconds(1)

    public init() {}
}
