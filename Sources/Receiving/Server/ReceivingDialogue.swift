internal import NIOCore
internal import Vault

/// The server's side of one SMTP connection (RFC 5321) as a value: bytes in, actions out. It knows no socket, clock or database.
///
/// Longer than our usual file, because it is read as one.
struct ReceivingDialogue {
    enum Action: Equatable {
        case say(String)
        /// Says it and ends the connection.
        case end(String, because: ReturnRefusal?)
        /// Says it; what comes next is encrypted.
        case startTLS(String)
        /// Somebody has to take it; ``taken(_:)`` or ``refused()`` has to follow.
        case deliver(recipients: [ReturnAddress], bytes: [UInt8])
    }

    private enum Step { case greeted, ready, mail, data }

    private let name: String
    private let limits: ReceivingLimits
    private let offersTLS: Bool
    private let lookUp: @Sendable (String) -> ReturnAddress?

    private var step = Step.greeted
    private var isEncrypted = false
    private var recipients: [ReturnAddress] = []
    private var body = MailBody()
    private var mistakes = 0
    private var mails = 0
    private var chatter = 0
    /// Addresses that were not made here.
    private(set) var refusedAddresses = 0

    /// - Parameters:
    ///   - name: what it calls itself.
    ///   - lookUp: what an address stands for.
    init(
        name: String, limits: ReceivingLimits, offersTLS: Bool, lookUp: @escaping @Sendable (String) -> ReturnAddress?
    ) {
        self.name = name
        self.limits = limits
        self.offersTLS = offersTLS
        self.lookUp = lookUp
    }

    var greeting: String { "220 \(name) ESMTP Martlet" }
    var isReadingMail: Bool { step == .data }

    /// The next action of what has come; `nil` when more has to come.
    mutating func next(_ input: inout ByteBuffer) -> Action? {
        step == .data ? readBody(&input) : readCommand(&input)
    }

    // MARK: Commands

    private mutating func readCommand(_ input: inout ByteBuffer) -> Action? {
        let view = input.readableBytesView
        guard let lf = view.prefix(limits.commandLine).firstIndex(of: 0x0A) else {
            guard view.count >= limits.commandLine else { return nil }
            return .end("500 5.5.2 Line too long", because: .syntax)
        }
        let line = view[view.startIndex..<lf]
        // Only CR LF ends a line: whatever else some take for an end is how mails are smuggled in.
        guard line.last == 0x0D, !line.dropLast().contains(where: { $0 == 0x0D || $0 == 0 }) else {
            return .end("500 5.5.2 Lines end with CR LF", because: .syntax)
        }
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        input.moveReaderIndex(forwardBy: line.count + 1)
        return answer(text)
    }

    private mutating func answer(_ line: String) -> Action {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let verb = (words.first ?? "").uppercased()
        let rest = words.count > 1 ? String(words[1]) : ""
        switch verb {
        case "EHLO", "LHLO": return hello(rest, isExtended: true)
        case "HELO": return hello(rest, isExtended: false)
        case "MAIL": return mail(rest)
        case "RCPT": return recipient(rest)
        case "DATA": return data()
        case "RSET":
            forget()
            return chat("250 2.0.0 Ok")
        case "NOOP": return chat("250 2.0.0 Ok")
        case "VRFY": return chat("252 2.0.0 Send some mail, and see")
        case "HELP": return chat("214 2.0.0 Only mail that comes back is taken here")
        case "QUIT": return .end("221 2.0.0 Bye", because: nil)
        case "STARTTLS": return startTLS(rest)
        default: return mistake("502 5.5.1 Command not known")
        }
    }

    private mutating func hello(_ name: String, isExtended: Bool) -> Action {
        guard !name.allSatisfy({ $0 == " " }) else { return mistake("501 5.5.4 Say your name") }
        forget()
        step = .ready
        guard isExtended else { return chat("250 \(self.name)") }
        var lines = [self.name, "PIPELINING", "SIZE \(limits.size)", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if offersTLS, !isEncrypted { lines.append("STARTTLS") }
        return chat(
            lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }.joined(separator: "\r\n"))
    }

    private mutating func startTLS(_ rest: String) -> Action {
        guard offersTLS, !isEncrypted else { return mistake("502 5.5.1 Command not known") }
        guard rest.isEmpty else { return mistake("501 5.5.4 No parameters") }
        // All that was said is void (RFC 3207 §4.2).
        forget()
        step = .greeted
        isEncrypted = true
        return .startTLS("220 2.0.0 Ready")
    }

    private mutating func mail(_ rest: String) -> Action {
        guard step != .greeted else { return mistake("503 5.5.1 EHLO first") }
        guard step == .ready else { return mistake("503 5.5.1 One mail at a time") }
        guard let (_, parameters) = SMTPPath.read(rest, after: "FROM:") else {
            return mistake("501 5.5.4 Syntax: MAIL FROM:<address>")
        }
        for parameter in parameters {
            // An empty part stays: somebody may send a "=" alone.
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch parts[0].uppercased() {
            case "SIZE":
                guard parts.count == 2, let size = UInt64(parts[1]) else {
                    return mistake("501 5.5.4 SIZE is a number")
                }
                if size > UInt64(limits.size) { return mistake("552 5.3.4 Message too big") }
            case "BODY", "SMTPUTF8", "AUTH": break
            default: return mistake("555 5.5.4 Parameter not known")
            }
        }
        guard mails < limits.mails else { return .end("421 4.7.0 Enough for one connection", because: nil) }
        step = .mail
        return .say("250 2.1.0 Ok")
    }

    private mutating func recipient(_ rest: String) -> Action {
        guard step == .mail else { return mistake("503 5.5.1 MAIL first") }
        guard let (address, parameters) = SMTPPath.read(rest, after: "TO:"), !address.isEmpty else {
            return mistake("501 5.5.4 Syntax: RCPT TO:<address>")
        }
        guard parameters.isEmpty else { return mistake("555 5.5.4 Parameter not known") }
        guard recipients.count < limits.recipients else { return mistake("452 4.5.3 Too many recipients") }
        guard let found = lookUp(address) else {
            refusedAddresses += 1
            return mistake("550 5.1.1 No such address here")
        }
        if !recipients.contains(found) { recipients.append(found) }
        return .say("250 2.1.5 Ok")
    }

    private mutating func data() -> Action {
        guard step == .mail else { return mistake("503 5.5.1 MAIL first") }
        guard !recipients.isEmpty else { return mistake("554 5.5.1 No valid recipients") }
        step = .data
        body = MailBody()
        return .say("354 End with a dot alone on a line")
    }

    /// What brings no mail nearer is answered for a while.
    private mutating func chat(_ reply: String) -> Action {
        chatter += 1
        return chatter <= limits.chatter ? .say(reply) : .end("421 4.7.0 Enough of that", because: .syntax)
    }

    private mutating func mistake(_ reply: String) -> Action {
        mistakes += 1
        return mistakes < limits.mistakes ? .say(reply) : .end("421 4.7.0 Too many mistakes", because: .syntax)
    }

    private mutating func forget() {
        if step != .greeted { step = .ready }
        recipients = []
        body = MailBody()
    }

    // MARK: The mail

    private mutating func readBody(_ input: inout ByteBuffer) -> Action? {
        let (used, event) = input.withUnsafeReadableBytes { body.take($0, limits) }
        input.moveReaderIndex(forwardBy: used)
        switch event {
        case nil: return nil
        case .ended:
            let action = Action.deliver(recipients: recipients, bytes: body.bytes)
            (mails, chatter) = (mails + 1, 0)
            forget()
            return action
        case .bareLineEnd: return .end("521 5.5.2 Lines end with CR LF", because: .syntax)
        case .lineTooLong: return .end("500 5.5.2 Line too long", because: .syntax)
        case .tooBig: return .end("552 5.3.4 Message too big", because: .size)
        }
    }
}

/// The path of MAIL and RCPT, and the parameters behind it (RFC 5321 §4.1.2).
enum SMTPPath {
    /// - Returns: `nil` for what is none. The address is empty for `<>`.
    static func read(_ text: String, after prefix: String) -> (address: String, parameters: [String])? {
        guard text.prefix(prefix.count).uppercased() == prefix else { return nil }
        let rest = text.dropFirst(prefix.count).drop { $0 == " " }
        guard rest.first == "<" else { return nil }
        var isQuoted = false, isEscaped = false
        for index in rest.indices.dropFirst() {
            let character = rest[index]
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ">", !isQuoted {
                return finish(rest[rest.index(after: rest.startIndex)..<index], rest[rest.index(after: index)...])
            }
        }
        return nil
    }

    private static func finish(_ path: Substring, _ rest: Substring) -> (String, [String])? {
        guard rest.isEmpty || rest.first == " ", !path.contains(where: { $0 == "<" || $0.isNewline }) else {
            return nil
        }
        // A source route is to be ignored (RFC 5321 §4.1.1.3).
        let address = path.first == "@" ? path.drop { $0 != ":" }.dropFirst() : path
        guard address.utf8.count <= 320 else { return nil }
        return (String(address), rest.split(separator: " ").map(String.init))
    }
}
