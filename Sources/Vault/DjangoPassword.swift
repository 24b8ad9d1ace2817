internal import COpenSSL
internal import Digests

/// A password's hash as Django writes it: `pbkdf2_sha256$870000$salt$hash`, PBKDF2 with HMAC-SHA256 (RFC 8018 §5.2) over
/// the password and the salt as they are typed, 32 octets in Base64.
public struct DjangoPassword: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The most rounds that are computed, about 1.2 s of one processor: Django 5.1 makes 870,000, 6.0 makes 1,200,000. A
    /// hash that asks for more is never right, so that nobody can burn the processor with one.
    public static let mostRounds = 4_000_000
    static let prefix = "pbkdf2_sha256$"
    private static let longest = 256
    private static let hashLength = 32

    public let rounds: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// nil for anything else, and for more rounds than ``mostRounds``.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.longest, text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let rounds = Int(parts[1]),
            (1...Self.mostRounds).contains(rounds), !parts[2].isEmpty,
            let hash = Base64URL.decode(parts[3]), hash.count == Self.hashLength
        else { return nil }
        self.rounds = rounds
        salt = Array(parts[2].utf8)
        self.hash = hash
    }

    /// In a time that depends on the number of rounds only.
    func matches(_ password: [UInt8]) -> Bool {
        var derived = Self.derive(password, salt: salt, rounds: rounds)
        defer { wipe(&derived) }
        return constantTimeEquals(derived, hash)
    }

    /// Takes as long as a check does.
    static func burn(_ password: [UInt8], rounds: Int) { _ = derive(password, salt: [0], rounds: rounds) }

    private static func derive(_ password: [UInt8], salt: [UInt8], rounds: Int) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: hashLength)
        let password = password.map(CChar.init(bitPattern:))
        let status = PKCS5_PBKDF2_HMAC(
            password, Int32(clamping: password.count), salt, Int32(clamping: salt.count), Int32(clamping: rounds),
            EVP_sha256(), Int32(hashLength), &key)
        precondition(status == 1, "libcrypto could not derive a key with PBKDF2")
        return key
    }

    public var description: String { "DjangoPassword(\(rounds) rounds)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
