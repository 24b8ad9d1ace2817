internal import Digests

/// Signs what Martlet gives away and must recognise again: links in mails, Message-IDs, CSRF tokens.
///
/// HMAC-SHA256 (RFC 2104) with one key per purpose, so that a token made for one purpose is worth nothing for another.
public struct Signer: Sendable, CustomStringConvertible, CustomReflectable {
    /// Prepared once, in the order of `SigningPurpose.allCases`: a mail carries about eight codes.
    private let keys: [HMACSHA256]
    /// Those whose tokens are known as well, because they went into mails before the secret was changed.
    public let before: [Signer]

    /// - Parameter secret: `SECRET_KEY`, any text or bytes with at least 128 bits of chance in it.
    public init(secret: some Sequence<UInt8>) {
        var key = HMACSHA256(key: "martlet signer".utf8).code(of: secret)
        let main = HMACSHA256(key: key)
        wipe(&key)
        before = []
        keys = SigningPurpose.allCases.map { purpose in
            var own = main.code(of: purpose.name.utf8)
            defer { wipe(&own) }
            return HMACSHA256(key: own)
        }
    }

    public init(secret: String) {
        self.init(secret: Array(secret.utf8))
    }

    /// - Parameter before: earlier secrets. Nothing new is signed with them.
    public init(secret: String, before: [String]) {
        let newest = Signer(secret: secret)
        self.init(keys: newest.keys, before: before.map { Signer(secret: $0) })
    }

    private init(keys: [HMACSHA256], before: [Signer]) {
        self.keys = keys
        self.before = before
    }

    /// The whole code, 32 octets.
    public func code(_ purpose: SigningPurpose, _ message: some Sequence<UInt8>) -> [UInt8] {
        keys[purpose.rawValue].code(of: message)
    }

    /// A token for a link: the numbers and a code of 128 bits, about 30 characters that are safe in a URL.
    public func token(_ purpose: SigningPurpose, _ numbers: Int64...) -> String {
        var bytes = Self.packed(numbers)
        bytes += code(purpose, bytes).prefix(Self.codeLength)
        return Base64URL.encode(bytes)
    }

    /// Appends the same token to a text, and makes nothing else for it: a mail may carry dozens.
    ///
    /// - Parameters:
    ///   - count: how many numbers there are at most.
    ///   - numbers: appends them.
    func appendToken(
        _ purpose: SigningPurpose, of count: Int, to text: inout [UInt8], numbers: (inout PackedNumbers) -> Void
    ) {
        withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: count * PackedNumbers.longest + HMACSHA256.length
        ) { room in
            guard let start = room.baseAddress else { return }
            var packed = PackedNumbers(at: start, limit: count)
            numbers(&packed)
            let payload = UnsafeRawBufferPointer(start: start, count: packed.count)
            keys[purpose.rawValue].write(codeOf: payload, to: start + packed.count)
            Base64URL.append(UnsafeBufferPointer(start: start, count: packed.count + Self.codeLength), to: &text)
        }
    }

    /// The numbers in a token that `token` made for the same purpose, with this secret or an earlier one; nil for anything
    /// else.
    public func numbers(_ purpose: SigningPurpose, in token: some StringProtocol) -> [Int64]? {
        guard token.utf8.count <= 200, let bytes = Base64URL.decode(token), bytes.count >= Self.codeLength,
            Base64URL.encode(bytes) == token
        else { return nil }
        let payload = bytes.dropLast(Self.codeLength)
        let isOurs = ([self] + before).contains { signer in
            constantTimeEquals(bytes.suffix(Self.codeLength), signer.code(purpose, payload).prefix(Self.codeLength))
        }
        return isOurs ? Self.unpacked(payload) : nil
    }

    /// The left side of the Message-ID of one campaign's mail to one recipient: always the same 32 characters, so that
    /// a resend has the same identity (and a stranger cannot count mails by it).
    public func messageIDLocalPart(campaign: Int64, recipient: Int64) -> String {
        Base32.encode(code(.messageID, Self.packed([campaign, recipient])).prefix(20))
    }

    /// A token for an address, in letters and digits that survive a change of case: the numbers and a code of 80 bits.
    /// What it protects is what it names: whoever guesses one can claim that one mail came back.
    public func addressToken(_ purpose: SigningPurpose, _ numbers: Int64...) -> String {
        let packed = Self.packed(numbers)
        return Base32.encode(packed + code(purpose, packed).prefix(Self.addressCodeLength))
    }

    /// The numbers in a token that `addressToken` made for the same purpose, with this secret or an earlier one, in any
    /// case; nil for anything else.
    public func numbers(_ purpose: SigningPurpose, inAddress token: some StringProtocol) -> [Int64]? {
        guard token.utf8.count <= 64, let bytes = Base32.decode(token), bytes.count >= Self.addressCodeLength else {
            return nil
        }
        let payload = bytes.dropLast(Self.addressCodeLength)
        let isOurs = ([self] + before).contains { signer in
            constantTimeEquals(
                bytes.suffix(Self.addressCodeLength), signer.code(purpose, payload).prefix(Self.addressCodeLength))
        }
        return isOurs ? Self.unpacked(payload) : nil
    }

    private static let addressCodeLength = 10

    private static let codeLength = 16

    private static func packed(_ numbers: [Int64]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: numbers.count * PackedNumbers.longest + codeLength) { room, count in
            guard let start = room.baseAddress else { return }
            var packed = PackedNumbers(at: start, limit: numbers.count)
            for number in numbers { packed.append(number) }
            count = packed.count
        }
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
public enum SigningPurpose: Int, CaseIterable, Sendable {
    case messageID
    case unsubscribe
    case viewInBrowser
    case csrf
    /// A browser in which a user has logged in.
    case knownBrowser
    /// A name that somebody tried to log in with.
    case loginName
    /// The address that a mail comes back to.
    case returnPath
    /// The picture that tells that a mail was opened.
    case pixel
    /// A link of a mail that leads through this site.
    case click
    /// The address that unsubscribes whoever writes to it.
    case unsubscribeByMail
    /// The address that providers report complaints to.
    case complaints

    /// What the purpose's key is derived from: with another name, every link in every mail that was sent is void.
    var name: String {
        switch self {
        case .messageID: "message-id"
        case .unsubscribe: "unsubscribe"
        case .viewInBrowser: "view"
        case .csrf: "csrf"
        case .knownBrowser: "known-browser"
        case .loginName: "login-name"
        case .returnPath: "return-path"
        case .pixel: "pixel"
        case .click: "click"
        case .unsubscribeByMail: "unsubscribe-by-mail"
        case .complaints: "complaints"
        }
    }
}
