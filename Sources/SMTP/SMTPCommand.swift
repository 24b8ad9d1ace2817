internal import Mail

/// One line for the server. Made only here, from values that cannot contain CR or LF.
struct SMTPCommand: Hashable, Sendable {
    /// Without CRLF.
    var line: String
    /// Whether a transcript shows stars instead.
    var isSecret = false

    /// For transcripts and logs.
    var shown: String { isSecret ? "********" : line }

    static func hello(_ name: String) -> SMTPCommand { SMTPCommand(line: "EHLO \(clean(name))") }
    static func oldHello(_ name: String) -> SMTPCommand { SMTPCommand(line: "HELO \(clean(name))") }
    static let startTLS = SMTPCommand(line: "STARTTLS")
    static let reset = SMTPCommand(line: "RSET")
    static let data = SMTPCommand(line: "DATA")
    static let quit = SMTPCommand(line: "QUIT")

    static func mail(_ envelope: Envelope, _ extensions: SMTPExtensions) -> SMTPCommand {
        var line = "MAIL FROM:<\(envelope.sender?.wireForm ?? "")>"
        if extensions.size, envelope.size > 0 { line += " SIZE=\(envelope.size)" }
        if envelope.needsSMTPUTF8 {
            if extensions.eightBitMIME { line += " BODY=8BITMIME" }
            line += " SMTPUTF8"
        }
        return SMTPCommand(line: line)
    }

    static func recipient(_ envelope: Envelope) -> SMTPCommand {
        SMTPCommand(line: "RCPT TO:<\(envelope.recipient.wireForm)>")
    }

    /// A name for EHLO: letters, digits, dots, hyphens, and what an address literal needs.
    private static func clean(_ name: String) -> String {
        let allowed = name.unicodeScalars.filter {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || ".-[]:_".unicodeScalars.contains($0)
        }
        return allowed.isEmpty ? "localhost" : String(String.UnicodeScalarView(allowed.prefix(255)))
    }
}
