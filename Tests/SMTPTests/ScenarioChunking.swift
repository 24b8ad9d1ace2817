import SMTP

extension Scenario {
    private static let plain = "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 CHUNKING\n"
    private static let pipelining = "S: 220 x\nC: EHLO\nS: 250-x\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
    private static let offered = "C: MAIL\nC: RCPT\n"
    private static let quit = "C: QUIT\nS: 221 Bye"

    /// BDAT (RFC 3030).
    static let chunking = [
        Scenario(
            name: "CHUNKING: no DATA, no 354", expected: ["accepted 250"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "CHUNKING and PIPELINING, two messages", messages: 2, expected: ["accepted 250", "accepted 250"],
            script: pipelining + offered + "S: 250 Ok\nS: 250 Ok\nB:\n" + offered
                + "S: 250 Ok\nS: 250 Ok\nS: 250 Ok\nB:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "CHUNKING: unknown recipient, then a good one", messages: 2,
            expected: ["permanent at recipient: refused 550", "accepted 250"],
            script: pipelining + offered + "S: 250 Ok\nS: 550 5.1.1 No such user\nC: RSET\n" + offered
                + "S: 250 Ok\nS: 250 Ok\nS: 250 Ok\nB:\nS: 250 Ok\n" + quit),
        Scenario(
            name: "CHUNKING: MAIL and RCPT refused", expected: ["senderFault at mail: refused 550"],
            script: pipelining + offered + "S: 550 5.7.1 Denied\nS: 503 No MAIL\n" + quit),
        Scenario(
            name: "CHUNKING: deferred at the end", expected: ["temporary at acceptance: refused 452"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nS: 452 4.3.1 Full\n" + quit),
        Scenario(
            name: "CHUNKING: closed after the last octet", expected: ["unknown at acceptance: connectionLost"],
            sentence: "may have been delivered or not",
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nCLOSE"),
        Scenario(
            name: "CHUNKING: silence after the last octet", impatient: .acceptance,
            expected: ["unknown at acceptance: timedOut"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nSILENCE"),
        Scenario(
            name: "CHUNKING is offered, and BDAT not known", messages: 2,
            expected: ["temporary at acceptance: outOfStep 502", "temporary at mail: outOfStep 502"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nS: 502 5.5.1 What?\nSILENCE"),
        Scenario(
            name: "CHUNKING: 421 at MAIL", expected: ["temporary at mail: refused 421"],
            script: plain + "C: MAIL\nS: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING: 421 at RCPT", messages: 2,
            expected: ["temporary at recipient: refused 421", "temporary at mail: refused 421"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING: 421 to BDAT", messages: 2,
            expected: ["temporary at acceptance: refused 421", "temporary at mail: refused 421"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nS: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING and PIPELINING: 421 at MAIL", expected: ["temporary at mail: refused 421"],
            script: pipelining + offered + "S: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING and PIPELINING: 421 to BDAT, the next one already asked for", messages: 2,
            expected: ["temporary at acceptance: refused 421", "temporary at mail: refused 421"],
            script: pipelining + offered + "S: 250 Ok\nS: 250 Ok\nB:\n" + offered + "S: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING and PIPELINING: 421 to the next one's MAIL", messages: 2,
            expected: ["accepted 250", "temporary at mail: refused 421"],
            script: pipelining + offered + "S: 250 Ok\nS: 250 Ok\nB:\n" + offered
                + "S: 250 Ok\nS: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING and PIPELINING: 421 to the next one's RCPT", messages: 2,
            expected: ["accepted 250", "temporary at recipient: refused 421"],
            script: pipelining + offered + "S: 250 Ok\nS: 250 Ok\nB:\n" + offered
                + "S: 250 Ok\nS: 250 Ok\nS: 421 4.3.2 Bye\nCLOSE"),
        Scenario(
            name: "CHUNKING: 354 to BDAT", expected: ["unknown at acceptance: outOfStep 354"],
            script: plain + "C: MAIL\nS: 250 Ok\nC: RCPT\nS: 250 Ok\nB:\nS: 354 Go on\nSILENCE"),
    ]
}
