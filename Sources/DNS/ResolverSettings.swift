/// Whom the resolver asks, and what it believes.
public struct ResolverSettings: Sendable, Hashable {
    /// Addresses of recursive servers, with their port behind an @ if it is not 53: `192.0.2.53`, `::1@5353`. Empty: those
    /// of the system (`/etc/resolv.conf`).
    public var servers: [String]
    /// Keys that are trusted, as records in text (DS or DNSKEY); empty: nothing is validated.
    public var anchors: [String]
    /// The zone of the anchors.
    public var anchorZone: String

    public init(servers: [String] = [], anchors: [String] = Self.root, anchorZone: String = ".") {
        self.servers = servers
        self.anchors = anchors
        self.anchorZone = anchorZone
    }

    /// The keys of the root zone of 2017 and 2024, as IANA publishes them (RFC 7958).
    public static let root = [
        ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
        ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
    ]
}
