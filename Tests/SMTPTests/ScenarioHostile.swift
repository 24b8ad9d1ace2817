import SMTP

extension Scenario {
    static var all: [Scenario] {
        opening + encryption + login + transaction + ending + chunking + goodbye + malformed + stripped
    }

    private static let hello = "S: 220 x\nC: EHLO\nS: 250 x\n"
    private static let mail = hello + "C: MAIL\n"
    private static let rcpt = mail + "S: 250 Ok\nC: RCPT\n"
    private static let data = rcpt + "S: 250 Ok\nC: DATA\n"
    private static let dot = data + "S: 354 Go\nM:\n"
    private static let quit = "C: QUIT\nS: 221 Bye"
    private static let long = String(repeating: "x", count: 1_000)

    /// 421 at every step; the connection is of no more use, and what was not sent goes by another.
    static let goodbye = [
        Scenario(
            name: "421 at EHLO", expected: ["open: temporary at hello: refused 421"],
            script: "S: 220 x\nC: EHLO\nS: 421 4.3.2 Shutting down\nCLOSE"),
        Scenario(
            name: "421 at STARTTLS", security: .startTLS, expected: ["open: temporary at startTLS: refused 421"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 421 4.7.0 Not now\nCLOSE"),
        Scenario(
            name: "421 at the second EHLO", security: .startTLS, certificate: .trusted,
            expected: ["open: temporary at hello: refused 421"],
            script:
                "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go\nTLS\nC: EHLO\nS: 421 No\nCLOSE"),
        Scenario(
            name: "421 at RCPT", messages: 2,
            expected: ["temporary at recipient: refused 421", "temporary at mail: refused 421"],
            script: rcpt + "S: 421 4.7.28 Slow down\nCLOSE"),
        Scenario(
            name: "421 at DATA", expected: ["temporary at data: refused 421"], script: data + "S: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "421 at RSET", messages: 2,
            expected: ["permanent at recipient: refused 550", "temporary at reset: refused 421"],
            script: rcpt + "S: 550 5.1.1 No such user\nC: RSET\nS: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "421 at QUIT", expected: ["accepted 250"], script: dot + "S: 250 Ok\nC: QUIT\nS: 421 4.3.2 Bye\nCLOSE"
        ),
        Scenario(
            name: "421 and the connection stays open", messages: 2,
            expected: ["temporary at mail: refused 421", "temporary at mail: refused 421"],
            script: mail + "S: 421 4.7.0 Too many messages\nSILENCE"),
        Scenario(
            name: "421 in several lines", expected: ["temporary at recipient: refused 421"],
            sentence: "wants fewer connections or less mail",
            script: rcpt
                + "S: 421-4.7.28 Our system has detected\nS: 421-4.7.28 an unusual rate\nS: 421 4.7.28 of mail\nCLOSE"),
    ]

    /// Replies that are none, and replies in odd forms that are some.
    static let malformed = [
        Scenario(
            name: "letters for a code", expected: ["temporary at mail: malformedReply"],
            script: mail + "S: OK fine\nSILENCE"),
        Scenario(
            name: "a code of two digits", expected: ["temporary at mail: malformedReply"],
            script: mail + "S: 25 Ok\nSILENCE"),
        Scenario(
            name: "a code of four digits", expected: ["temporary at mail: malformedReply"],
            script: mail + "S: 2500 Ok\nSILENCE"),
        Scenario(
            name: "a code above 599", expected: ["temporary at mail: malformedReply"],
            script: mail + "S: 650 Ok\nSILENCE"),
        Scenario(
            name: "a code below 200", expected: ["temporary at mail: malformedReply"],
            script: mail + "S: 150 Ok\nSILENCE"),
        Scenario(
            name: "an empty line", expected: ["temporary at recipient: malformedReply"],
            script: rcpt + "RAW: \\r\\n\nSILENCE"),
        Scenario(
            name: "zero octets", expected: ["temporary at recipient: malformedReply"],
            script: rcpt + "RAW: \\0\\0\\0\\r\\n\nSILENCE"),
        Scenario(
            name: "a tab behind the code", expected: ["temporary at mail: malformedReply"],
            script: mail + "S: 250\tOk\nSILENCE"),
        Scenario(
            name: "codes that differ within a reply to DATA", expected: ["temporary at data: malformedReply"],
            script: data + "S: 354-Go\nS: 250 Ok\nSILENCE"),
        Scenario(
            name: "codes that differ within the answer to the dot", expected: ["unknown at acceptance: malformedReply"],
            script: dot + "S: 250-Ok\nS: 550 No\nSILENCE"),
        Scenario(
            name: "a zero octet within the text", expected: ["accepted 250"],
            script: dot + "RAW: 250 O\\0k\\r\\n\n" + quit),
        Scenario(
            name: "several lines at every step", expected: ["accepted 250"],
            script: """
                S: 220-x
                S: 220 y
                C: EHLO
                S: 250-x
                S: 250-
                S: 250
                C: MAIL
                S: 250-2.1.0 a
                S: 250 2.1.0 b
                C: RCPT
                S: 250-2.1.5 a
                S: 250 2.1.5 b
                C: DATA
                S: 354-a
                S: 354 b
                M:
                S: 250-2.0.0 a
                S: 250 2.0.0 b

                """ + quit),
        Scenario(
            name: "octet by octet", expected: ["accepted 250"],
            script: dot + "RAW: 2\nRAW: 5\nRAW: 0\nRAW:  \nRAW: O\nRAW: k\nRAW: \\r\nRAW: \\n\n" + quit),
        Scenario(
            name: "an acceptance of a hundred kilobytes", expected: ["accepted 250"],
            script: dot + String(repeating: "S: 250-2.0.0 \(long)\n", count: 100) + "S: 250 2.0.0 Ok\n" + quit),
        Scenario(
            name: "a refusal of a hundred kilobytes", expected: ["permanent at recipient: refused 550"],
            sentence: "5.1.1 No such user",
            script: rcpt + "S: 550-5.1.1 No such user\n" + String(repeating: "S: 550-\(long)\n", count: 100)
                + "S: 550 5.1.1 \(long)\n" + quit),
        Scenario(
            name: "an answer to the dot without end", expected: ["unknown at acceptance: malformedReply"],
            script: dot + String(repeating: "S: 250-\(long)\n", count: 200) + "SILENCE"),
        Scenario(
            name: "zero octets without end after the dot", expected: ["unknown at acceptance: malformedReply"],
            script: dot + String(repeating: "RAW: \\0\\0\\0\\0\\0\\0\\0\\0\n", count: 300) + "SILENCE"),
        Scenario(
            name: "252 to RCPT", expected: ["accepted 250"],
            script: rcpt + "S: 252 Cannot verify, will try\nC: DATA\nS: 354 Go\nM:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "221 to MAIL, as if it were a goodbye", expected: ["temporary at recipient: connectionLost"],
            script: mail + "S: 221 Bye\nC: RCPT\nCLOSE"),
        Scenario(
            name: "a second greeting", expected: ["open: temporary at hello: outOfStep 220"],
            script: "S: 220 x\nC: EHLO\nS: 220 x\nSILENCE"),
        Scenario(
            name: "an answer before it is asked", expected: ["temporary at message: outOfStep 250"],
            script: data + "RAW: 354 Go\\r\\n250 2.0.0 Ok: queued as nothing\\r\\n\nSILENCE"),
    ]

    /// What an attacker in between, or an old firewall, does to STARTTLS.
    static let stripped = [
        Scenario(
            name: "STARTTLS is written over with X, as an old firewall does", security: .startTLS, login: true,
            expected: ["open: senderFault at startTLS: noStartTLS"],
            script: "S: 220 ****\nC: EHLO\nS: 250-x\nS: 250-XXXXXXXA\nS: 250 AUTH PLAIN LOGIN\nSILENCE"),
        Scenario(
            name: "EHLO is refused, so that there is no STARTTLS", security: .startTLS, login: true,
            expected: ["open: senderFault at startTLS: noStartTLS"],
            script: "S: 220 x\nC: EHLO\nS: 502 What?\nC: HELO\nS: 250 x\nSILENCE"),
        Scenario(
            name: "STARTTLS is answered with 250", security: .startTLS, login: true,
            expected: ["open: senderFault at startTLS: noStartTLS 250"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 250 Fine without\nSILENCE"),
        Scenario(
            name: "a login is offered in place of STARTTLS", security: .startTLS, login: true,
            expected: ["open: senderFault at startTLS: noStartTLS"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 AUTH PLAIN\nSILENCE"),
        Scenario(
            name: "plain SMTP goes on in place of the handshake", security: .startTLS, certificate: .trusted,
            expected: ["open: senderFault at tls: tlsFailed"],
            script:
                "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go\nAWAIT\nRAW: 250-x\\r\\n250 AUTH PLAIN\\r\\n\nSILENCE"
        ),
        Scenario(
            name: "AUTH was offered before TLS only", security: .startTLS, certificate: .trusted, login: true,
            expected: ["open: senderFault at login: noLoginOffered"],
            script: """
                S: 220 x
                C: EHLO
                S: 250-x
                S: 250-AUTH PLAIN
                S: 250 STARTTLS
                C: STARTTLS
                S: 220 Go
                TLS
                C: EHLO
                S: 250 x
                SILENCE
                """),
        Scenario(
            name: "the handshake never comes", security: .startTLS, certificate: .trusted, impatient: .tls,
            expected: ["open: temporary at tls: timedOut"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go\nSILENCE"),
    ]
}
