import SMTP

extension Scenario {
    /// Greeting, EHLO, HELO.
    static let opening = [
        Scenario(
            name: "speaks HTTP", expected: ["open: senderFault at greeting: notSMTP"], sentence: "web server",
            script: """
                S: HTTP/1.1 400 Bad Request
                SILENCE
                """),
        Scenario(
            name: "speaks SSH", expected: ["open: senderFault at greeting: notSMTP"], sentence: "SSH",
            script: """
                S: SSH-2.0-OpenSSH_9.2
                SILENCE
                """),
        Scenario(
            name: "speaks POP3", expected: ["open: senderFault at greeting: notSMTP"], sentence: "reading mail",
            script: """
                S: +OK POP3 ready
                SILENCE
                """),
        Scenario(
            name: "speaks IMAP", expected: ["open: senderFault at greeting: notSMTP"], sentence: "reading mail",
            script: """
                S: * OK IMAP4rev1
                SILENCE
                """),
        Scenario(
            name: "sends bytes without end", expected: ["open: senderFault at greeting: notSMTP"],
            sentence: "does not speak SMTP",
            script: """
                RAW: \\0\\0\\0\\0
                SILENCE
                """),
        Scenario(
            name: "says nothing", impatient: .greeting, expected: ["open: temporary at greeting: timedOut"],
            sentence: "said nothing",
            script: "SILENCE"),
        Scenario(
            name: "closes at once", expected: ["open: temporary at greeting: connectionLost"],
            sentence: "without a word", script: "CLOSE"),
        Scenario(
            name: "resets at once", expected: ["open: temporary at greeting: connectionLost"], script: "RESET"),
        Scenario(
            name: "greets with 554", expected: ["open: senderFault at greeting: refused 554"],
            sentence: "\"554 5.7.1 Your IP is listed\"",
            script: """
                S: 554 5.7.1 Your IP is listed
                C: QUIT
                """.replacing("C: QUIT", with: "SILENCE")),
        Scenario(
            name: "greets with 421", expected: ["open: temporary at greeting: refused 421"],
            script: """
                S: 421 4.3.2 Too busy
                CLOSE
                """),
        Scenario(
            name: "greets with 250", expected: ["open: temporary at greeting: outOfStep 250"],
            script: """
                S: 250 Hello
                SILENCE
                """),
        Scenario(
            name: "greets in several lines", expected: ["accepted 250"],
            script: """
                S: 220-sink.example
                S: 220-No spam
                S: 220 please
                C: EHLO client.example
                S: 250 sink.example
                C: MAIL FROM:<ann@example.com>
                S: 250 Ok
                C: RCPT TO:<bob@example.org>
                S: 250 Ok
                C: DATA
                S: 354 Go
                M:
                S: 250 Ok
                C: QUIT
                S: 221 Bye
                """),
        Scenario(
            name: "knows HELO only", expected: ["accepted 250"],
            script: """
                S: 220 old.example
                C: EHLO
                S: 500 What?
                C: HELO client.example
                S: 250 old.example
                C: MAIL FROM:<ann@example.com>
                S: 250
                C: RCPT TO
                S: 250
                C: DATA
                S: 354
                M:
                S: 250
                C: QUIT
                S: 221
                """),
        Scenario(
            name: "refuses EHLO and HELO", expected: ["open: senderFault at hello: refused 550"],
            sentence: "does not want to talk to this machine",
            script: """
                S: 220 x
                C: EHLO
                S: 550 5.7.1 No reverse DNS
                C: HELO
                S: 550 5.7.1 No reverse DNS
                SILENCE
                """),
        Scenario(
            name: "mixes codes in one reply", expected: ["open: temporary at hello: malformedReply"],
            script: """
                S: 220 x
                C: EHLO
                S: 250-x
                S: 251 y
                SILENCE
                """),
        Scenario(
            name: "talks without end", expected: ["open: temporary at hello: malformedReply"],
            script: "S: 220 x\nC: EHLO\n" + String(repeating: "S: 250-x\n", count: 200) + "SILENCE"),
        Scenario(
            name: "sends a line without end", expected: ["open: temporary at hello: malformedReply"],
            script: "S: 220 x\nC: EHLO\nRAW: 250-" + String(repeating: "x", count: 9000) + "\nSILENCE"),
        Scenario(
            name: "sends a reply in pieces and ends lines with LF", expected: ["accepted 250"],
            script: """
                RAW: 22
                RAW: 0 x\\n
                C: EHLO
                RAW: 250-x\\n25
                RAW: 0 SIZE 1000000\\n
                C: MAIL FROM:<ann@example.com> SIZE=21
                S: 250 Ok
                C: RCPT TO
                S: 250 Ok
                C: DATA
                S: 354 Go
                M:
                S: 250 Ok
                C: QUIT
                CLOSE
                """),
    ]
}
