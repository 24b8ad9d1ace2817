internal import CIDN2

/// Domain names: their A-labels (UTS 46 by libidn2) and their limits (RFC 1035 §2.3.4, RFC 5321 §4.1.2).
public enum DomainName {
    /// The lower-cased A-label form of a domain that mail can be sent to, or the problem.
    ///
    /// At least two labels are asked for, or the one name `localhost`: "bob@gmail" is a typing error.
    static func ascii(_ domain: String) throws(EmailAddressProblem.Kind) -> String {
        guard let first = domain.utf8.first else { throw .noDomain }
        if first == UInt8(ascii: "[") { throw .addressLiteral }
        let converted = needsConversion(domain) ? try converted(domain) : domain
        try check(converted)
        return converted
    }

    /// The A-labels of a host name as a person typed it (an SMTP server's, say), or nil when it is no host name.
    /// A single label and an IP address in text are host names here.
    public static func hostName(_ text: String) -> String? {
        let lowered = text.lowercased()
        guard !lowered.isEmpty, let ascii = needsConversion(lowered) ? try? converted(lowered) : lowered,
            ascii.utf8.count <= 253
        else { return nil }
        let isPlain = ascii.utf8.allSatisfy {
            isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F || $0 == 0x3A
        }
        return isPlain && ascii.utf8.first != 0x2E ? ascii : nil
    }

    /// Whether it is a whole name of the internet: two labels or more, each with letters, digits and hyphens, and no number.
    public static func isFullName(_ text: String) -> Bool {
        guard let ascii = try? ascii(text.lowercased()) else { return false }
        return ascii.utf8.contains(UInt8(ascii: "."))
    }

    private static func needsConversion(_ domain: String) -> Bool {
        // By octets: an import asks this a million times, and a search for a string is slow.
        var matched = 0
        for byte in domain.utf8 {
            if byte >= 0x80 { return true }
            matched = byte == 0x2E ? 0 : matched >= 0 && byte == aLabelPrefix[matched] ? matched + 1 : -1
            if matched == aLabelPrefix.count { return true }
        }
        return false
    }

    private static let aLabelPrefix = Array("xn--".utf8)

    private static func converted(_ domain: String) throws(EmailAddressProblem.Kind) -> String {
        if domain.utf8.contains(0x20) { throw .spaceInDomain }
        // libidn2 works on C strings; controls and NUL have been refused before.
        guard domain.utf8.count <= 1024, !domain.utf8.contains(0) else { throw .labelTooLong }
        var result: UnsafeMutablePointer<CChar>?
        let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
        let code = domain.withCString { idn2_to_ascii_8z($0, &result, flags) }
        defer { idn2_free(result) }
        guard code == IDN2_OK.rawValue, let result else {
            let isTooLong = code == IDN2_TOO_BIG_LABEL.rawValue || code == IDN2_TOO_BIG_DOMAIN.rawValue
            throw isTooLong ? .labelTooLong : .invalidInternationalDomain
        }
        return String(cString: result).lowercased()
    }

    private static func check(_ domain: String) throws(EmailAddressProblem.Kind) {
        guard domain.utf8.count <= 253 else { throw .labelTooLong }
        var labels = 1
        var length = 0
        var previous = UInt8(ascii: ".")
        var lastLabelIsNumeric = true
        for byte in domain.utf8 {
            if byte == UInt8(ascii: ".") {
                if length == 0 { throw .emptyLabel }
                if previous == UInt8(ascii: "-") { throw .hyphen }
                labels += 1
                length = 0
                lastLabelIsNumeric = true
            } else {
                guard isLetterOrDigit(byte) || byte == UInt8(ascii: "-") else {
                    throw byte == 0x20 ? .spaceInDomain : .characterInDomain(Character(Unicode.Scalar(byte)))
                }
                if length == 0, byte == UInt8(ascii: "-") { throw .hyphen }
                length += 1
                if length > 63 { throw .labelTooLong }
                if !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { lastLabelIsNumeric = false }
            }
            previous = byte
        }
        if length == 0 { throw .emptyLabel }
        if previous == UInt8(ascii: "-") { throw .hyphen }
        if labels == 1, domain != "localhost" { throw .domainWithoutDot }
        if lastLabelIsNumeric { throw .numericTopLevel }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
