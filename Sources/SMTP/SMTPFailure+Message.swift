extension SMTPFailure {
    /// A sentence or two for the person: what happened, and what to do.
    public var userMessage: String {
        switch cause {
        case .unknownHost: "The server \"\(host)\" does not exist: its name has no address. Check the host name."
        case .resolverFailed(let detail):
            "The name \"\(host)\" could not be looked up (\(detail)). Check this machine's network and name servers."
        case .forbiddenAddress:
            "\"\(host)\" is in a network that this account may not connect to from here, so nothing was tried. Use the mail server of your provider, or ask this Martlet's administrator to allow it (ALLOW_PRIVATE_RELAYS)."
        case .connectionRefused:
            "\(host) refuses connections on port \(port). Check host and port: 587 is usual for STARTTLS, 465 for SSL/TLS."
        case .unreachable(let detail):
            "\(host) cannot be reached on port \(port) (\(detail)). Check the host name and this machine's network."
        case .timedOut(let duration): timedOutMessage(duration)
        case .connectionLost: lostMessage
        case .notSMTP(let excerpt): notSMTPMessage(excerpt)
        case .malformedReply(let excerpt):
            "\(host) gave an answer that is not SMTP while \(step.phrase): \"\(excerpt)\". Try again, or ask its operator."
        case .outOfStep:
            "\(host) gave an answer that does not belong to the question while \(step.phrase). Ask its operator."
        case .certificate(.notTrusted):
            "The certificate of \(host) is expired, self-signed or from an authority that is not trusted, so nothing was sent. Ask its operator for a valid one, or switch off the check if you know this server."
        case .certificate(.otherName):
            "The certificate of the server is made out to another name than \"\(host)\", so nothing was sent. Use the name that your provider gives for it."
        case .tlsFailed(let detail): tlsMessage(detail)
        case .noStartTLS:
            "\(host) does not offer STARTTLS on port \(port), so nothing was sent unencrypted. Use SSL/TLS on port 465 if your provider offers it, or ask its operator."
        case .bytesBeforeTLS:
            "\(host) sent unencrypted text after the start of encryption, as an attacker in between would, so the connection was ended. Ask its operator."
        case .noLoginOffered:
            "\(host) offers no login that Martlet can use on port \(port) (CRAM-MD5, PLAIN or LOGIN). Check the port, or leave user and password empty if the server needs none."
        case .noTokenLoginOffered:
            "\(host) offers no login with an OAuth token on port \(port) (XOAUTH2 or OAUTHBEARER). Choose a password instead, or check the port."
        case .tokenRefused:
            "\(host) does not accept this OAuth token: \"\(reply?.description ?? "")\". It may have expired, as such tokens do within an hour or so; enter a new one, made for sending mail as this user."
        case .loginNeedsTLS:
            "\(host) offers no encryption, so the password was not sent. Choose STARTTLS or SSL/TLS, or ask your provider which port has it."
        case .refused: refusedMessage
        case .noSMTPUTF8:
            "\(host) cannot send to addresses with letters like ü before the @. Ask this recipient for another address."
        case .tooLarge(let limit):
            "The message is larger than the \(limit / 1000) kB that \(host) takes. Make it smaller."
        case .cancelled: "Sending was stopped before the server answered."
        case .invalidSettings(let problem): problem
        }
    }

    private var refusedMessage: String {
        let words = "\"\(reply?.description ?? "")\""
        switch (step, consequence) {
        case (.login, .senderFault):
            return
                "\(host) does not accept this user name and password: \(words). Check both; many providers want an app password."
        case (.login, _): return "\(host) cannot check the login at the moment: \(words). It will be tried again later."
        case (.greeting, .senderFault), (.hello, .senderFault):
            return "\(host) does not want to talk to this machine: \(words). Ask its operator."
        case (_, .senderFault):
            return "\(host) refuses mail from this sender: \(words). Sending is paused until this is settled."
        case (.recipient, .permanent): return "The server refuses this recipient: \(words)."
        case (_, .permanent): return "The server refuses this message: \(words)."
        case (_, .temporary) where meaning == .greylisted:
            return "The server asks to come back in some minutes: \(words)."
        case (_, .temporary) where asksForLess:
            return "\(host) wants fewer connections or less mail at once: \(words). Sending goes on more slowly."
        default: return "The server cannot take the message now: \(words). It will be tried again later."
        }
    }

    private func timedOutMessage(_ duration: Duration) -> String {
        let seconds = max(1, duration.components.seconds)
        let time =
            seconds == 1
            ? "a second"
            : seconds % 60 == 0 ? (seconds == 60 ? "a minute" : "\(seconds / 60) minutes") : "\(seconds) seconds"
        switch step {
        case .resolve, .connect:
            return
                "\(host) did not answer on port \(port) within \(time). Check host and port, and whether a firewall blocks outgoing mail."
        case .greeting:
            return
                "\(host) accepted the connection on port \(port) but said nothing for \(time). If this is port 465, choose SSL/TLS."
        case .acceptance,
            .message where consequence == .unknown:
            return
                "\(host) was given the message but did not confirm it within \(time), so it may have been delivered or not."
        default: return "\(host) did not answer within \(time) while \(step.phrase). It will be tried again later."
        }
    }

    private var lostMessage: String {
        if consequence == .unknown {
            return
                "The connection to \(host) broke after the message was sent and before it was confirmed, so it may have been delivered or not."
        }
        if step == .greeting {
            return
                "\(host) closed the connection on port \(port) without a word. Check the port and the kind of encryption."
        }
        let advice =
            switch step {
            case .startTLS, .tls: "Check the port and the kind of encryption, or ask its operator."
            case .hello, .login: "Check the port, user and password, or ask its operator."
            default: "It will be tried again later."
            }
        return "\(host) closed the connection while \(step.phrase). \(advice)"
    }

    private func notSMTPMessage(_ excerpt: String) -> String {
        let upper = excerpt.uppercased()
        if upper.hasPrefix("HTTP/") || upper.contains("<HTML") || upper.contains("<!DOCTYPE") {
            return "\(host) is a web server on port \(port) (it speaks HTTP). Check host and port of the mail server."
        }
        if upper.hasPrefix("SSH-") { return "\(host) speaks SSH on port \(port). Check host and port." }
        if upper.hasPrefix("+OK") || upper.hasPrefix("* OK") {
            return "\(host) is a server for reading mail on port \(port) (POP3 or IMAP). Use the one for sending: SMTP."
        }
        return "\(host) does not speak SMTP on port \(port); it said \"\(excerpt)\". Check host and port."
    }

    private func tlsMessage(_ detail: String) -> String {
        if detail.contains("wrong version number"), step == .tls {
            return
                "\(host) does not speak SSL/TLS on port \(port) from the start. Choose STARTTLS, which is usual on port 587."
        }
        return "No encrypted connection to \(host) could be set up (\(detail)). Ask its operator for TLS 1.2 or newer."
    }
}
