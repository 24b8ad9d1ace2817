/// What the server offered in its reply to EHLO (RFC 5321 §4.1.1.1). Nothing, after HELO.
public struct SMTPExtensions: Hashable, Sendable {
    /// RFC 2920: several commands in one write.
    public var pipelining = false
    /// RFC 3207.
    public var startTLS = false
    /// RFC 6531.
    public var smtpUTF8 = false
    /// RFC 6152.
    public var eightBitMIME = false
    /// RFC 3030.
    public var chunking = false
    /// RFC 2034.
    public var enhancedStatusCodes = false
    /// RFC 1870: SIZE was offered.
    public var size = false
    /// Octets; nil when none was named.
    public var sizeLimit: Int?
    /// Upper-cased names of SASL mechanisms (RFC 4954).
    public var authMechanisms: Set<String> = []

    public init() {}

    init(helloReply reply: SMTPReply) {
        for line in reply.lines.dropFirst() {
            let words = line.uppercased().split(whereSeparator: { $0 == " " || $0 == "=" })
            guard let keyword = words.first else { continue }
            switch keyword {
            case "PIPELINING": pipelining = true
            case "STARTTLS": startTLS = true
            case "SMTPUTF8": smtpUTF8 = true
            case "8BITMIME": eightBitMIME = true
            case "CHUNKING": chunking = true
            case "ENHANCEDSTATUSCODES": enhancedStatusCodes = true
            case "SIZE":
                size = true
                sizeLimit = words.dropFirst().first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
            case "AUTH": authMechanisms.formUnion(words.dropFirst().map(String.init))
            default: break
            }
        }
    }
}
