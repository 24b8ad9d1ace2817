import SMTP

extension Scenario {
    private static let usualEnd = """
        C: MAIL FROM:<ann@example.com>
        S: 250 Ok
        C: RCPT TO
        S: 250 Ok
        C: DATA
        S: 354 Go
        M:
        S: 250 Ok
        C: QUIT
        S: 221 Bye
        """

    private static let startTLS = """
        S: 220 x
        C: EHLO
        S: 250-x
        S: 250 STARTTLS
        C: STARTTLS

        """

    static let encryption = [
        Scenario(
            name: "STARTTLS works, and what was offered before is forgotten", security: .startTLS,
            certificate: .trusted,
            expected: ["accepted 250"],
            script: """
                S: 220 x
                C: EHLO
                S: 250-x
                S: 250-PIPELINING
                S: 250-SIZE 5
                S: 250 STARTTLS
                C: STARTTLS
                S: 220 Go
                TLS
                C: EHLO
                S: 250 x

                """ + usualEnd),
        Scenario(
            name: "STARTTLS is missing where it is demanded", security: .startTLS,
            expected: ["open: senderFault at startTLS: noStartTLS"], sentence: "does not offer STARTTLS",
            script: """
                S: 220 x
                C: EHLO
                S: 250-x
                S: 250 AUTH PLAIN
                SILENCE
                """),
        Scenario(
            name: "STARTTLS is offered and then refused", security: .startTLS,
            expected: ["open: senderFault at startTLS: noStartTLS 502"], script: startTLS + "S: 502 No\nSILENCE"),
        Scenario(
            name: "STARTTLS is not available now", security: .startTLS,
            expected: ["open: temporary at startTLS: refused 454"],
            script: startTLS + "S: 454 4.7.0 TLS not available\nSILENCE"),
        Scenario(
            name: "bytes come behind the reply to STARTTLS", security: .startTLS, certificate: .trusted,
            expected: ["open: senderFault at tls: bytesBeforeTLS"], sentence: "attacker",
            script: startTLS + "RAW: 220 Go\\r\\n250-x\\r\\n250 AUTH PLAIN\\r\\n\nSILENCE"),
        Scenario(
            name: "half a line comes behind the reply to STARTTLS", security: .startTLS, certificate: .trusted,
            expected: ["open: senderFault at tls: bytesBeforeTLS"],
            script: startTLS + "RAW: 220 Go\\r\\n2\nSILENCE"),
        Scenario(
            name: "the connection is closed in place of the TLS handshake", security: .startTLS, certificate: .trusted,
            expected: ["open: temporary at tls: connectionLost"], script: startTLS + "S: 220 Go\nCLOSE"),
        Scenario(
            name: "the certificate is from an unknown authority", security: .startTLS, certificate: .unknown,
            expected: ["open: senderFault at tls: certificate"], sentence: "not trusted",
            script: startTLS + "S: 220 Go\nTLS\nC: EHLO"),
        Scenario(
            name: "the certificate names another host", security: .startTLS, certificate: .otherName,
            expected: ["open: senderFault at tls: certificate"], sentence: "another name",
            script: startTLS + "S: 220 Go\nTLS\nC: EHLO"),
        Scenario(
            name: "the certificate is not looked at, on purpose", security: .startTLS, certificate: .unknown,
            verifies: false, expected: ["accepted 250"],
            script: startTLS + "S: 220 Go\nTLS\nC: EHLO\nS: 250 x\n" + usualEnd),
        Scenario(
            name: "TLS from the first byte", security: .implicitTLS, certificate: .trusted, expected: ["accepted 250"],
            script: "S: 220 x\nC: EHLO\nS: 250 x\n" + usualEnd),
        Scenario(
            name: "TLS from the first byte, bad certificate", security: .implicitTLS, certificate: .unknown,
            expected: ["open: senderFault at tls: certificate"], script: "S: 220 x\nSILENCE"),
        Scenario(
            name: "TLS is expected where plain SMTP is spoken", security: .implicitTLS,
            expected: ["open: senderFault at tls: tlsFailed"], sentence: "Choose STARTTLS",
            script: "S: 220 plain.example ESMTP\nSILENCE"),
        Scenario(
            name: "opportunistic: no STARTTLS, so without", security: .opportunisticTLS, expected: ["accepted 250"],
            script: "S: 220 x\nC: EHLO\nS: 250 x\n" + usualEnd),
        Scenario(
            name: "opportunistic: never a login without encryption", security: .opportunisticTLS, login: true,
            expected: ["open: senderFault at login: loginNeedsTLS"], sentence: "password was not sent",
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 AUTH PLAIN LOGIN\nSILENCE"),
        Scenario(
            name: "plaintext: STARTTLS is offered and not used", expected: ["accepted 250"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 STARTTLS\n" + usualEnd),
    ]
}
