internal import Digests

/// Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D).
///
/// What is sealed for one place (table, column, account, row) opens only there: a value that was copied to another row
/// is refused. The first key seals; all of them open, which is how a key is replaced.
public struct Sealer: Sendable, CustomStringConvertible {
    private let keys: [SealingKey]

    /// - Precondition: `keys` is not empty.
    public init(_ keys: [SealingKey]) {
        precondition(!keys.isEmpty, "a sealer needs a key")
        self.keys = keys
    }

    /// `FIELD_ENCRYPTION_KEY`: one key, or several with commas between them, the newest first.
    public init(keyText: String) throws(SealingProblem) {
        var keys: [SealingKey] = []
        for part in keyText.split(separator: ",") {
            let word = String(part.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
            keys.append(try SealingKey(word))
        }
        guard !keys.isEmpty else { throw .badKey }
        self.init(keys)
    }

    /// One format octet, four octets that name the key, the nonce (12), the ciphertext and the tag (16).
    private static let format: UInt8 = 1
    private static let headerLength = 5

    public func seal(_ secret: some Sequence<UInt8>, at place: SealedPlace) -> [UInt8] {
        let key = keys[0]
        let header = [Self.format] + key.name
        let nonce = Token.randomBytes(AESGCM.nonceLength)
        return header + nonce + key.key.seal(Array(secret), nonce: nonce, authenticating: header + place.bytes)
    }

    public func seal(_ secret: String, at place: SealedPlace) -> [UInt8] {
        seal(Array(secret.utf8), at: place)
    }

    public func open(_ sealed: some Collection<UInt8>, at place: SealedPlace) throws(SealingProblem) -> [UInt8] {
        let sealed = Array(sealed)
        let boxStart = Self.headerLength + AESGCM.nonceLength
        guard sealed.count >= boxStart + AESGCM.tagLength, sealed[0] == Self.format else { throw .notSealed }
        let header = Array(sealed[..<Self.headerLength])
        guard let key = keys.first(where: { $0.name == Array(header.dropFirst()) }) else { throw .unknownKey }
        let secret = key.key.open(
            Array(sealed[boxStart...]), nonce: Array(sealed[Self.headerLength..<boxStart]),
            authenticating: header + place.bytes)
        guard let secret else { throw .altered }
        return secret
    }

    public func openText(_ sealed: some Collection<UInt8>, at place: SealedPlace) throws(SealingProblem) -> String {
        String(decoding: try open(sealed, at: place), as: UTF8.self)
    }

    /// Whether an older key sealed this value: open it and seal it again.
    public func needsResealing(_ sealed: some Collection<UInt8>) -> Bool {
        !sealed.starts(with: [Self.format] + keys[0].name)
    }

    public var description: String { "Sealer(\(keys.count) keys)" }
}

/// Where a sealed value lives; part of what is authenticated.
public struct SealedPlace: Hashable, Sendable {
    public var table: String
    public var column: String
    public var account: Int64
    public var row: Int64

    public init(table: String, column: String, account: Int64, row: Int64) {
        self.table = table
        self.column = column
        self.account = account
        self.row = row
    }

    /// Names cannot contain NUL, so two different places never have the same octets.
    var bytes: [UInt8] {
        precondition(!table.utf8.contains(0) && !column.utf8.contains(0), "a table's name contains NUL")
        return Array("\(table)\0\(column)\0\(account)\0\(row)".utf8)
    }
}

/// A 256-bit key and the name by which sealed values refer to it.
public struct SealingKey: Sendable, CustomStringConvertible, CustomReflectable {
    let key: AESGCM
    /// The first four octets of SHA-256 over a label and the key.
    let name: [UInt8]

    /// - Parameter text: 32 octets in Base64, URL-safe or not, padded or not (a Fernet key has this form).
    public init(_ text: String) throws(SealingProblem) {
        guard let bytes = Base64URL.decode(text), bytes.count == AESGCM.keyLength else { throw .badKey }
        self.init(bytes: bytes)
    }

    private init(bytes: [UInt8]) {
        key = AESGCM(key: bytes)
        var hash = SHA256()
        hash.update("martlet sealing key\0".utf8)
        hash.update(bytes)
        name = Array(hash.finalize().prefix(4))
    }

    /// A new key, as text for the configuration.
    public static func random() -> String { Base64URL.encode(Token.randomBytes(AESGCM.keyLength)) }

    public var description: String { "SealingKey(\(name.map { String($0, radix: 16) }.joined(separator: ":")))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

public enum SealingProblem: Error, Hashable, Sendable {
    case badKey
    case notSealed
    case unknownKey
    case altered

    public var userMessage: String {
        switch self {
        case .badKey:
            "FIELD_ENCRYPTION_KEY must be 32 random bytes in Base64 (44 characters); make one with `openssl rand -base64 32`."
        case .notSealed: "A stored secret is not in the form that this program writes; enter it again."
        case .unknownKey:
            "A stored secret was encrypted with another FIELD_ENCRYPTION_KEY; add the old key after the new one, with a comma between them."
        case .altered: "A stored secret was changed outside this program, so it is not used; enter it again."
        }
    }
}
