internal import Digests

/// A random secret of 256 bits that a person or browser carries: a session, a link in a mail, an API key.
/// Only its hash is stored.
public struct Token: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// What goes into the cookie or link: 43 characters of the URL-safe alphabet.
    public let plaintext: String

    /// A new one.
    public init() {
        plaintext = Base64URL.encode(Self.randomBytes(32))
    }

    /// A token as it came back from outside; nil if it cannot be one of ours.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 43, Base64URL.decode(text)?.count == 32 else { return nil }
        plaintext = String(text)
    }

    /// SHA-256 of the text, 32 octets: what is stored and looked up.
    public var hash: [UInt8] { SHA256.hash(plaintext.utf8) }

    public var description: String { "Token(…)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    public static func == (a: Self, b: Self) -> Bool {
        constantTimeEquals(a.plaintext.utf8, b.plaintext.utf8)
    }

    /// From the system's secure generator.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
