internal import Digests

/// Signs messages for a domain: one DKIM-Signature (RFC 6376) for each key. A value; the same message at the same second
/// gets the same octets each time.
public struct MessageSigner: Sendable {
    private let domain: String
    private let keys: [(selector: String, key: DomainKey)]

    /// - Parameters:
    ///   - domain: that of the From address, as A-labels (RFC 8616 §4).
    ///   - keys: in the order in which their signatures stand in the message.
    public init(domain: String, keys: [(selector: String, key: DomainKey)]) {
        self.domain = domain
        self.keys = keys
    }

    /// Whether signing takes a quarter of a millisecond rather than some hundredths of one.
    public var isCostly: Bool { keys.contains { $0.key.algorithm == .rsa } }

    /// The message with its signatures above everything else.
    ///
    /// - Parameters:
    ///   - message: RFC 5322, lines ended by CR LF.
    ///   - second: since 1970: when it was signed.
    ///   - rest: what follows the message's last line and is not in it: given as it is, and in its canonical form already.
    ///     `message` then must not end with an empty line.
    public func signed(
        _ message: [UInt8], before rest: Rest? = nil, at second: Int64
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + keys.count * 1024)
        append(fieldsFor: message, before: rest, at: second, to: &bytes)
        bytes += message
        return bytes
    }

    /// The header fields alone, each with its CR LF.
    public func fields(for message: [UInt8], at second: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        append(fieldsFor: message, at: second, to: &bytes)
        return bytes
    }

    /// Gives octets in one or more pieces.
    public typealias Rest = (_ take: (UnsafeRawBufferPointer) -> Void) -> Void

    private func append(
        fieldsFor message: [UInt8], before rest: Rest? = nil, at second: Int64, to bytes: inout [UInt8]
    ) {
        let headers = HeaderFields(message)
        var hash = SHA256()
        hash.update(Relaxed.body(message[headers.body]))
        rest? { hash.update($0) }
        let bodyHash = Base64Text.encode(hash.finalize())
        let places = headers.signedPlaces
        let signedHeaders = headers.canonical(places)
        for (selector, key) in keys {
            let start = bytes.count
            bytes +=
                "DKIM-Signature: v=1; a=\(key.algorithm.tag); c=relaxed/relaxed;\r\n d=\(domain); s=\(selector);".utf8
            bytes += " t=\(second);\r\n h=".utf8
            Self.append(places, to: &bytes)
            bytes += ";\r\n bh=\(bodyHash);\r\n b=".utf8
            guard let signature = key.signature(of: Self.signedData(signedHeaders, bytes[start...])) else {
                preconditionFailure("libcrypto could not sign with a key that has signed before")
            }
            Self.append(signature: Base64Text.encode(signature), to: &bytes)
        }
    }

    /// What is signed (RFC 6376 §3.7): the headers, then the signature's own field with an empty `b=`, without CR LF.
    ///
    /// - Parameter field: from `DKIM-Signature` to `b=`.
    static func signedData(_ canonicalHeaders: [UInt8], _ field: ArraySlice<UInt8>) -> [UInt8] {
        var data = canonicalHeaders
        Relaxed.appendField(field, to: &data)
        data.removeLast(2)
        return data
    }

    /// Names with colons between them, in lines of at most 76 octets that are broken behind a colon.
    private static func append(_ places: [Int], to bytes: inout [UInt8]) {
        var column = 3
        for (index, place) in places.enumerated() {
            let name = SignedField.all[place].name.utf8
            if index > 0 {
                bytes.append(UInt8(ascii: ":"))
                column += 1
                if column + name.count + 1 > 76 {
                    bytes += [0x0D, 0x0A, 0x20]
                    column = 1
                }
            }
            bytes += name
            column += name.count
        }
    }

    private static func append(signature: String, to bytes: inout [UInt8]) {
        var column = 3
        for byte in signature.utf8 {
            if column == 76 {
                bytes += [0x0D, 0x0A, 0x20]
                column = 1
            }
            bytes.append(byte)
            column += 1
        }
        bytes += [0x0D, 0x0A]
    }
}
