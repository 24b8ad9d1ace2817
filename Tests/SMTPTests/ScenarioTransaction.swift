import SMTP

extension Scenario {
    private static let hello = "S: 220 x\nC: EHLO\nS: 250 x\n"
    private static let pipelining = "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 PIPELINING\n"
    private static let offered = "C: MAIL\nC: RCPT\nC: DATA\n"
    private static let quit = "C: QUIT\nS: 221 Bye"

    /// MAIL, RCPT, DATA.
    static let transaction = [
        Scenario(
            name: "MAIL refused about us", expected: ["senderFault at mail: refused 550"],
            script: hello + "C: MAIL\nS: 550 5.7.1 Sender not allowed\n" + quit),
        Scenario(
            name: "MAIL deferred", expected: ["temporary at mail: refused 451"],
            script: hello + "C: MAIL\nS: 451 4.3.0 Try later\n" + quit),
        Scenario(
            name: "MAIL never answered", impatient: .mail, expected: ["temporary at mail: timedOut"],
            script: hello + "C: MAIL\nSILENCE"),
        Scenario(
            name: "421 at MAIL", messages: 2,
            expected: ["temporary at mail: refused 421", "temporary at mail: refused 421"],
            script: hello + "C: MAIL\nS: 421 4.7.0 Too many messages\nCLOSE"),
        Scenario(
            name: "unknown recipient, then RSET and a good one", messages: 2,
            expected: ["permanent at recipient: refused 550", "accepted 250"],
            script: hello + """
                C: MAIL
                S: 250 Ok
                C: RCPT
                S: 550 5.1.1 No such user
                C: RSET
                S: 250 Ok
                C: MAIL
                S: 250 Ok
                C: RCPT
                S: 250 Ok
                C: DATA
                S: 354 Go
                M:
                S: 250 Ok

                """ + quit),
        Scenario(
            name: "greylisted", expected: ["temporary at recipient: refused 450"],
            sentence: "come back in some minutes",
            script: hello + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 450 4.2.0 Greylisted, see http://x\n" + quit),
        Scenario(
            name: "recipient forwarded (251)", expected: ["accepted 250"],
            script: hello + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 251 Will forward\nC: DATA\nS: 354 Go\nM:\nS: 250 Ok\n"
                + quit),
        Scenario(
            name: "connection lost at RCPT", expected: ["temporary at recipient: connectionLost"],
            script: hello + "C: MAIL\nS: 250 Ok\nC: RCPT\nCLOSE"),
        Scenario(
            name: "354 to MAIL", expected: ["temporary at mail: outOfStep 354"],
            script: hello + "C: MAIL\nS: 354 Go\nSILENCE"),
        Scenario(
            name: "250 to DATA", expected: ["temporary at data: outOfStep 250"],
            script: hello + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nC: DATA\nS: 250 Ok\nSILENCE"),
        Scenario(
            name: "DATA refused, then RSET", messages: 2,
            expected: ["temporary at data: refused 451", "temporary at mail: refused 451"],
            script: hello + """
                C: MAIL
                S: 250 Ok
                C: RCPT
                S: 250 Ok
                C: DATA
                S: 451 4.3.0 Disk full
                C: RSET
                S: 250 Ok
                C: MAIL
                S: 451 4.3.0 Disk full

                """ + quit),
        Scenario(
            name: "RSET refused", messages: 2,
            expected: ["permanent at recipient: refused 550", "temporary at reset: refused 500"],
            script: hello + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 550 5.1.1 No such user\nC: RSET\nS: 500 What\nSILENCE"),
        Scenario(
            name: "pipelined: all three refused", expected: ["senderFault at mail: refused 550"],
            script: pipelining + offered + "S: 550 5.7.1 Denied\nS: 503 No MAIL\nS: 503 No RCPT\n" + quit),
        Scenario(
            name: "pipelined: unknown recipient", messages: 2,
            expected: ["permanent at recipient: refused 550", "accepted 250"],
            script: pipelining + offered + "S: 250 Ok\nS: 550 5.1.1 No such user\nS: 554 5.5.1 No valid recipients\n"
                + "C: RSET\n" + offered + "S: 250 Ok\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nM:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "pipelined: DATA accepted for a refused recipient (RFC 2920 §3.1)", messages: 2,
            expected: ["permanent at recipient: refused 550", "accepted 250"],
            script: pipelining + offered + "S: 250 Ok\nS: 550 5.1.1 No such user\nS: 354 Go\nM:\nS: 554 No recipients\n"
                + offered + "S: 250 Ok\nS: 250 Ok\nS: 354 Go\nM:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "pipelined: 421 in the middle", expected: ["temporary at recipient: refused 421"],
            script: pipelining + offered + "S: 250 Ok\nS: 421 4.3.2 Shutting down\nCLOSE"),
        Scenario(
            name: "pipelined: 421 at MAIL", expected: ["temporary at mail: refused 421"],
            script: pipelining + offered + "S: 421 4.3.2 Shutting down\nCLOSE"),
        Scenario(
            name: "pipelined: 421 at DATA", expected: ["temporary at data: refused 421"],
            script: pipelining + offered + "S: 250 Ok\nS: 250 Ok\nS: 421 4.3.2 Shutting down\nCLOSE"),
        Scenario(
            name: "pipelined: 421 at RSET, with all of the next one behind it", messages: 2,
            expected: ["permanent at recipient: refused 550", "temporary at reset: refused 421"],
            script: pipelining + offered + "S: 250 Ok\nS: 550 5.1.1 No such user\nS: 554 5.5.1 No valid recipients\n"
                + "C: RSET\n" + offered + "S: 421 4.3.2 Shutting down\nCLOSE"),
        Scenario(
            name: "pipelined: a reply too many", expected: ["temporary at message: outOfStep 250"],
            script: pipelining + offered + "RAW: 250 Ok\\r\\n250 Ok\\r\\n354 Go\\r\\n250 Ok\\r\\n\nSILENCE"),
        Scenario(
            name: "an address with ü where SMTPUTF8 is not offered", recipient: "ünal@example.org",
            expected: ["permanent at recipient: noSMTPUTF8"], sentence: "letters like ü", script: hello + quit),
        Scenario(
            name: "an address with ü where SMTPUTF8 is offered", recipient: "ünal@example.org",
            expected: ["accepted 250"],
            script: """
                S: 220 x
                C: EHLO
                S: 250-x
                S: 250-8BITMIME
                S: 250 SMTPUTF8
                C: MAIL FROM:<ann@example.com> BODY=8BITMIME SMTPUTF8
                S: 250 Ok
                C: RCPT TO:<ünal@example.org>
                S: 250 Ok
                C: DATA
                S: 354 Go
                M:
                S: 250 Ok

                """ + quit),
        Scenario(
            name: "the message is larger than SIZE", expected: ["permanent at mail: tooLarge"], sentence: "larger than",
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 SIZE 20\n" + quit),
        Scenario(
            name: "the size is refused for good", expected: ["permanent at mail: refused 552"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 SIZE\nC: MAIL FROM:<ann@example.com> SIZE=21\n"
                + "S: 552 5.3.4 Message size exceeds fixed maximum message size\n" + quit),
        Scenario(
            name: "the size is refused for now", expected: ["temporary at mail: refused 452"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 SIZE 0\nC: MAIL FROM:<ann@example.com> SIZE=21\n"
                + "S: 452 4.3.1 Insufficient system storage\n" + quit),
        Scenario(
            name: "SIZE is no number that anybody could count to", expected: ["accepted 250"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 SIZE 99999999999999999999999\nC: MAIL\nS: 250 Ok\nC: RCPT\n"
                + "S: 250 Ok\nC: DATA\nS: 354 Go\nM:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "421 while nothing is under way", expected: ["temporary at message: refused 421"],
            script: hello
                + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nC: DATA\nRAW: 354 Go\\r\\n421 4.4.2 Timeout\\r\\n\nCLOSE"),
    ]

    /// The final dot and after.
    static let ending: [Scenario] = {
        let granted = hello + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nC: DATA\nS: 354 Go\nM:\n"
        let pipelined = pipelining + offered + "S: 250 Ok\nS: 250 Ok\nS: 354 Go\nM:\n"
        return [
            Scenario(
                name: "accepted with an enhanced code", expected: ["accepted 250"],
                script: granted + "S: 250 2.0.0 Ok: queued as 1\n" + quit),
            Scenario(
                name: "content refused", expected: ["senderFault at acceptance: refused 550"],
                script: granted + "S: 550 5.7.1 Message rejected as spam\n" + quit),
            Scenario(
                name: "mailbox full at the dot", expected: ["permanent at acceptance: refused 552"],
                script: granted + "S: 552 5.2.2 Mailbox full\n" + quit),
            Scenario(
                name: "deferred at the dot", expected: ["temporary at acceptance: refused 451"],
                script: granted + "S: 451 4.7.1 Try later\n" + quit),
            Scenario(
                name: "421 at the dot", expected: ["temporary at acceptance: refused 421"],
                script: granted + "S: 421 4.3.2 Shutting down\nCLOSE"),
            Scenario(
                name: "silence after the dot", impatient: .acceptance, expected: ["unknown at acceptance: timedOut"],
                sentence: "may have been delivered or not", script: granted + "SILENCE"),
            Scenario(
                name: "closed after the dot", expected: ["unknown at acceptance: connectionLost"],
                sentence: "may have been delivered or not", script: granted + "CLOSE"),
            Scenario(
                name: "reset after the dot", expected: ["unknown at acceptance: connectionLost"],
                script: granted + "RESET"),
            Scenario(
                name: "half a reply after the dot", expected: ["unknown at acceptance: connectionLost"],
                script: granted + "RAW: 250 2.0.0 O\nCLOSE"),
            Scenario(
                name: "nonsense after the dot", expected: ["unknown at acceptance: malformedReply"],
                script: granted + "S: fine, thanks\nSILENCE"),
            Scenario(
                name: "354 after the dot", expected: ["unknown at acceptance: outOfStep 354"],
                script: granted + "S: 354 Go on\nSILENCE"),
            Scenario(
                name: "accepted, and the next one never answered", messages: 2,
                impatient: .mail, expected: ["accepted 250", "temporary at mail: timedOut"],
                script: pipelined + "S: 250 Ok\n" + offered + "SILENCE"),
            Scenario(
                name: "refused at the dot, and the next one accepted", messages: 2,
                expected: ["permanent at acceptance: refused 550", "accepted 250"],
                script: pipelined + "S: 550 5.1.1 No such user\n" + offered
                    + "S: 250 Ok\nS: 250 Ok\nS: 354 Go\nM:\nS: 250 Ok\n"
                    + quit),
            Scenario(
                name: "lost after the dot with the next one in the same write", messages: 2,
                expected: ["unknown at acceptance: connectionLost", "temporary at mail: connectionLost"],
                script: pipelined + "CLOSE"),
            Scenario(
                name: "accepted and closed, the next one already asked for", messages: 2,
                expected: ["accepted 250", "temporary at mail: connectionLost"], script: pipelined + "S: 250 Ok\nCLOSE"),
            Scenario(
                name: "accepted, then 421 to the next", messages: 3,
                expected: [
                    "accepted 250", "temporary at mail: refused 421", "temporary at mail: refused 421",
                ],
                script: pipelined + "S: 250 Ok\nS: 421 4.7.0 Enough\nCLOSE"),
            Scenario(
                name: "QUIT never answered", expected: ["accepted 250"], script: granted + "S: 250 Ok\nC: QUIT\nSILENCE"
            ),
        ]
    }()
}
