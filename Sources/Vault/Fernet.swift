internal import COpenSSL
internal import Digests

/// Opens what djangoMailer encrypted: Fernet tokens (github.com/fernet/spec), AES-128-CBC and HMAC-SHA256. We never make
/// one.
public struct FernetKeys: Sendable, CustomStringConvertible, CustomReflectable {
    private struct Key: Sendable {
        let signing: HMACSHA256
        let encryption: [UInt8]
    }

    private let keys: [Key]

    /// - Parameter text: one key, or several with commas between them; each is 32 octets in Base64.
    /// - Throws: ``SealingProblem/badKey``.
    public init(_ text: String) throws(SealingProblem) {
        var keys: [Key] = []
        for part in text.split(separator: ",") {
            let word = part.filter { !$0.isWhitespace }
            guard let bytes = Base64URL.decode(word), bytes.count == 32 else { throw .badKey }
            keys.append(Key(signing: HMACSHA256(key: bytes[..<16]), encryption: Array(bytes[16...])))
        }
        guard !keys.isEmpty else { throw .badKey }
        self.keys = keys
    }

    private static let version: UInt8 = 0x80
    /// Version, time and initialisation vector.
    private static let headerLength = 1 + 8 + 16
    private static let blockLength = 16

    /// Whether a text has the form of a token. What has not was stored in the clear.
    public static func isToken(_ text: String) -> Bool { decoded(text) != nil }

    /// What the token holds; nil when none of the keys made it, or when it was changed.
    public func open(_ token: String) -> [UInt8]? {
        guard let bytes = Self.decoded(token) else { return nil }
        let signed = bytes[..<(bytes.count - HMACSHA256.length)]
        let code = bytes[(bytes.count - HMACSHA256.length)...]
        for key in keys where constantTimeEquals(key.signing.code(of: signed), code) {
            return Self.decipher(
                Array(signed[Self.headerLength...]), key: key.encryption, vector: Array(signed[9..<Self.headerLength]))
        }
        return nil
    }

    private static func decoded(_ text: String) -> [UInt8]? {
        guard text.hasPrefix("gA"), let bytes = Base64URL.decode(text), bytes.first == version else { return nil }
        let length = bytes.count - headerLength - HMACSHA256.length
        return length >= blockLength && length % blockLength == 0 ? bytes : nil
    }

    private static func decipher(_ text: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8]? {
        guard let length = Int32(exactly: text.count), let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: text.count + blockLength)
        var (written, rest): (Int32, Int32) = (0, 0)
        let isRight = output.withUnsafeMutableBufferPointer { output in
            guard let start = output.baseAddress else { return false }
            return EVP_DecryptInit_ex(context, EVP_aes_128_cbc(), nil, key, vector) == 1
                && EVP_DecryptUpdate(context, start, &written, text, length) == 1
                && EVP_DecryptFinal_ex(context, start + Int(written), &rest) == 1
        }
        guard isRight else {
            wipe(&output)
            return nil
        }
        output.removeLast(output.count - Int(written + rest))
        return output
    }

    public var description: String { "FernetKeys(\(keys.count))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
