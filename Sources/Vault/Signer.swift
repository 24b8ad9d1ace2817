internal import Crypto

/// Signs what Martlet gives away and must recognise again: links in mails, Message-IDs, CSRF tokens.
///
/// HMAC-SHA256 (RFC 2104) with one key per purpose, so that a token made for one purpose is worth nothing for another.
public struct Signer: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: SymmetricKey

    /// - Parameter secret: `SECRET_KEY`, any text or bytes with at least 128 bits of chance in it.
    public init(secret: some Sequence<UInt8>) {
        key = SymmetricKey(
            data: Array(
                HMAC<SHA256>.authenticationCode(
                    for: Array(secret), using: SymmetricKey(data: Array("martlet signer".utf8)))))
    }

    public init(secret: String) {
        self.init(secret: Array(secret.utf8))
    }

    /// The whole code, 32 octets.
    public func code(_ purpose: SigningPurpose, _ message: some Sequence<UInt8>) -> [UInt8] {
        let own = HMAC<SHA256>.authenticationCode(for: Array(purpose.name.utf8), using: key)
        return Array(HMAC<SHA256>.authenticationCode(for: Array(message), using: SymmetricKey(data: Array(own))))
    }

    /// A token for a link: the numbers and a code of 128 bits, about 30 characters that are safe in a URL.
    public func token(_ purpose: SigningPurpose, _ numbers: Int64...) -> String {
        let payload = Self.packed(numbers)
        return Base64URL.encode(payload + code(purpose, payload).prefix(Self.codeLength))
    }

    /// The numbers in a token that `token` made for the same purpose; nil for anything else.
    public func numbers(_ purpose: SigningPurpose, in token: some StringProtocol) -> [Int64]? {
        guard token.utf8.count <= 200, let bytes = Base64URL.decode(token), bytes.count >= Self.codeLength,
            Base64URL.encode(bytes) == token
        else { return nil }
        let payload = bytes.dropLast(Self.codeLength)
        guard constantTimeEquals(bytes.suffix(Self.codeLength), code(purpose, payload).prefix(Self.codeLength)) else {
            return nil
        }
        return Self.unpacked(payload)
    }

    /// The left side of the Message-ID of one campaign's mail to one recipient: always the same 32 characters, so that
    /// a resend has the same identity (and a stranger cannot count mails by it).
    public func messageIDLocalPart(campaign: Int64, recipient: Int64) -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)
        var text: [UInt8] = []
        // Base 32 in lower case: a mail server may fold the case of a Message-ID.
        var bits = 0
        var value = 0
        for byte in code(.messageID, Self.packed([campaign, recipient])).prefix(20) {
            value = value << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[value >> bits & 31])
            }
            value &= 255
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let codeLength = 16

    /// LEB128 of the two's complement.
    private static func packed(_ numbers: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in numbers {
            var rest = UInt64(bitPattern: number)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        return bytes
    }

    private static func unpacked(_ bytes: some Sequence<UInt8>) -> [Int64]? {
        var numbers: [Int64] = []
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            guard shift < 64 else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 {
                numbers.append(Int64(bitPattern: value))
                (value, shift) = (0, 0)
            }
        }
        return shift == 0 ? numbers : nil
    }

    public var description: String { "Signer(…)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a code is for. Codes of different purposes have different keys.
public struct SigningPurpose: Hashable, Sendable, ExpressibleByStringLiteral {
    let name: String

    public init(stringLiteral name: StaticString) {
        self.name = "\(name)"
    }

    public static let messageID: SigningPurpose = "message-id"
    public static let unsubscribe: SigningPurpose = "unsubscribe"
    public static let viewInBrowser: SigningPurpose = "view"
    public static let csrf: SigningPurpose = "csrf"
}
