/// A display name and an address, as in From and To (RFC 5322 §3.4).
///
/// The name may hold anything; it is cleaned and encoded where it is written, so it can never add a header.
public struct Mailbox: Hashable, Sendable {
    /// May be empty.
    public var name: String
    public var address: EmailAddress

    public init(name: String = "", address: EmailAddress) {
        self.name = name
        self.address = address
    }
}
