/// One address that mail can be sent to (RFC 5321 §4.1.2, RFC 6531 for what is not ASCII).
///
/// An address that exists is safe to write into an SMTP command or a header: it holds no CR, LF, NUL or other
/// control character, no space outside quotes, and at most 254 octets (RFC 5321 §4.5.3.1.3 less the angle brackets).
/// Spaces and tabs around the text are not part of it. Address literals (`bob@[192.0.2.1]`) are refused on purpose:
/// nobody subscribes with one, and they would let a tenant aim at any machine.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// What stands before the @, as it was given, quotes included.
    public let localPart: String
    /// What stands after the @, lower-cased, Unicode or A-labels as it was given.
    public let domain: String
    /// The domain in A-labels (UTS 46, non-transitional): what DNS and SMTP are asked for.
    public let asciiDomain: String

    public init(_ text: String) throws(EmailAddressProblem) {
        let bytes = Self.trimmed(text)
        do throws(EmailAddressProblem.Kind) {
            (localPart, domain, asciiDomain) = try Self.parse(bytes)
        } catch {
            throw EmailAddressProblem(kind: error, text: text)
        }
    }

    /// Local part, @ and the domain as it was given: for people.
    public var description: String { "\(localPart)@\(domain)" }

    /// Local part, @ and the domain in A-labels: for SMTP commands and headers. ASCII unless `needsSMTPUTF8`.
    public var wireForm: String { "\(localPart)@\(asciiDomain)" }

    /// The same for every way to write one mailbox: case folded, quotes only where needed, domain in A-labels.
    public var key: String { EmailAddressSyntax.canonicalLocalPart(localPart) + "@" + asciiDomain }

    /// Whether the local part is not ASCII, so that only a server with SMTPUTF8 (RFC 6531) can take it.
    public var needsSMTPUTF8: Bool { !localPart.utf8.allSatisfy { $0 < 0x80 } }

    private static func trimmed(_ text: String) -> ArraySlice<UInt8> {
        let bytes = Array(text.utf8)
        guard let start = bytes.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let end = bytes.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return [] }
        return bytes[start...end]
    }

    private static func parse(
        _ bytes: ArraySlice<UInt8>
    ) throws(EmailAddressProblem.Kind) -> (String, String, String) {
        guard !bytes.isEmpty else { throw .empty }
        try EmailAddressSyntax.refuseInvisible(bytes)
        let at = try EmailAddressSyntax.separator(in: bytes)
        let local = bytes[..<at]
        let domainBytes = bytes[(at + 1)...]
        try EmailAddressSyntax.checkLocalPart(local)
        guard !domainBytes.isEmpty else { throw .noDomain }
        let domain = String(decoding: domainBytes, as: UTF8.self).lowercased()
        let ascii = try DomainName.ascii(domain)
        let localPart = String(decoding: local, as: UTF8.self)
        guard local.count + 1 + max(ascii.utf8.count, domainBytes.count) <= 254 else { throw .tooLong }
        return (localPart, domain, ascii)
    }
}
