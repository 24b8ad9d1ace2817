import SMTP

extension Scenario {
    private static func hello(_ mechanisms: String) -> String {
        "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 AUTH \(mechanisms)\n"
    }

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
        """

    static let login = [
        Scenario(
            name: "AUTH PLAIN", login: true, expected: ["accepted 250"],
            script: hello("LOGIN PLAIN") + "C: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: 235 Ok\n" + usualEnd),
        Scenario(
            name: "AUTH LOGIN", login: true, expected: ["accepted 250"],
            script: hello("LOGIN DIGEST-MD5") + """
                C: AUTH LOGIN
                S: 334 VXNlcm5hbWU6
                C: YW5u
                S: 334 UGFzc3dvcmQ6
                C: czNjcmV0
                S: 235 Ok

                """ + usualEnd),
        Scenario(
            name: "AUTH PLAIN, asked for twice", login: true, expected: ["accepted 250"],
            script: hello("PLAIN") + """
                C: AUTH PLAIN AGFubgBzM2NyZXQ=
                S: 334
                C: AGFubgBzM2NyZXQ=
                S: 235 Ok

                """ + usualEnd),
        Scenario(
            name: "AUTH PLAIN offered but not known, then LOGIN", login: true, expected: ["accepted 250"],
            script: hello("PLAIN LOGIN") + """
                C: AUTH PLAIN
                S: 504 5.5.4 Unrecognized
                C: AUTH LOGIN
                S: 334 VXNlcm5hbWU6
                C: YW5u
                S: 334 UGFzc3dvcmQ6
                C: czNjcmV0
                S: 235 Ok

                """ + usualEnd),
        Scenario(
            name: "AUTH CRAM-MD5", login: true, expected: ["accepted 250"],
            script: hello("PLAIN CRAM-MD5") + """
                C: AUTH CRAM-MD5
                S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
                C: YW5uI
                S: 235 Ok

                """ + usualEnd),
        Scenario(
            name: "AUTH CRAM-MD5 with nothing behind it, then PLAIN", login: true, expected: ["accepted 250"],
            script: hello("PLAIN CRAM-MD5") + """
                C: AUTH CRAM-MD5
                S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
                C: YW5uI
                S: 535 5.7.8 Authentication failed
                C: AUTH PLAIN AGFubgBzM2NyZXQ=
                S: 235 Ok

                """ + usualEnd),
        Scenario(
            name: "wrong password with CRAM-MD5 and PLAIN", login: true,
            expected: ["open: senderFault at login: refused 535"],
            script: hello("PLAIN LOGIN CRAM-MD5") + """
                C: AUTH CRAM-MD5
                S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
                C: YW5uI
                S: 535 No
                C: AUTH PLAIN
                S: 535 No
                SILENCE
                """),
        Scenario(
            name: "a challenge that is no base64", login: true, expected: ["open: temporary at login: outOfStep 334"],
            script: hello("CRAM-MD5") + "C: AUTH CRAM-MD5\nS: 334 ???\nSILENCE"),
        Scenario(
            name: "AUTH XOAUTH2", token: true, expected: ["accepted 250"],
            script: hello("LOGIN PLAIN XOAUTH2")
                + "C: AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgczNjcmV0AQE=\nS: 235 2.7.0 Accepted\n" + usualEnd),
        Scenario(
            name: "AUTH XOAUTH2, asked for twice", token: true, expected: ["accepted 250"],
            script: hello("XOAUTH2")
                + "C: AUTH XOAUTH2\nS: 334 \nC: dXNlcj1hbm4BYXV0aD1CZWFyZXIgczNjcmV0AQE=\nS: 235 Ok\n" + usualEnd),
        Scenario(
            name: "an expired token, as Google refuses it", token: true,
            expected: ["open: senderFault at login: tokenRefused 535"], sentence: "does not accept this OAuth token",
            script: hello("XOAUTH2") + """
                C: AUTH XOAUTH2
                S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0K
                C:
                S: 535-5.7.8 Username and Password not accepted. Learn more at
                S: 535 5.7.8 https://support.google.com/mail/?p=BadCredentials
                SILENCE
                """),
        Scenario(
            name: "an expired token, as Microsoft refuses it", token: true,
            expected: ["open: senderFault at login: tokenRefused 535"], sentence: "may have expired",
            script: hello("LOGIN XOAUTH2")
                + "C: AUTH XOAUTH2\nS: 535 5.7.3 Authentication unsuccessful [AM0PR01.prod.outlook.com]\nSILENCE"),
        Scenario(
            name: "a token where only passwords are taken", token: true,
            expected: ["open: senderFault at login: noTokenLoginOffered"], sentence: "Choose a password instead",
            script: hello("PLAIN LOGIN") + "SILENCE"),
        Scenario(
            name: "challenges without end", login: true, expected: ["open: temporary at login: outOfStep 334"],
            script: hello("PLAIN") + "C: AUTH PLAIN\nS: 334\nC: AGFubgBzM2NyZXQ=\nS: 334\nSILENCE"),
        Scenario(
            name: "closes at the challenge", login: true, expected: ["open: temporary at login: connectionLost"],
            script: hello("LOGIN") + "C: AUTH LOGIN\nS: 334 x\nC: YW5u\nCLOSE"),
        Scenario(
            name: "421 at the login", login: true, expected: ["open: temporary at login: refused 421"],
            script: hello("PLAIN") + "C: AUTH PLAIN\nS: 421 4.7.0 Too many login attempts\nCLOSE"),
        Scenario(
            name: "wrong password", login: true, expected: ["open: senderFault at login: refused 535"],
            sentence: "does not accept this user name and password",
            script: hello("PLAIN") + "C: AUTH PLAIN\nS: 535 5.7.8 Bad credentials\nSILENCE"),
        Scenario(
            name: "wrong password with LOGIN", login: true, expected: ["open: senderFault at login: refused 535"],
            script: hello("LOGIN") + """
                C: AUTH LOGIN
                S: 334 x
                C: YW5u
                S: 334 x
                C: czNjcmV0
                S: 535 No
                SILENCE
                """),
        Scenario(
            name: "login cannot be checked now", login: true, expected: ["open: temporary at login: refused 454"],
            sentence: "cannot check the login at the moment",
            script: hello("PLAIN") + "C: AUTH PLAIN\nS: 454 4.7.0 Temporary authentication failure\nSILENCE"),
        Scenario(
            name: "no login offered", login: true, expected: ["open: senderFault at login: noLoginOffered"],
            sentence: "offers no login", script: "S: 220 x\nC: EHLO\nS: 250 x\nSILENCE"),
        Scenario(
            name: "only logins we do not have", login: true, expected: ["open: senderFault at login: noLoginOffered"],
            script: hello("GSSAPI DIGEST-MD5") + "SILENCE"),
        Scenario(
            name: "the old form AUTH=", login: true, expected: ["accepted 250"],
            script: "S: 220 x\nC: EHLO\nS: 250-x\nS: 250 AUTH=PLAIN\nC: AUTH PLAIN\nS: 235 Ok\n" + usualEnd),
        Scenario(
            name: "closes at the login", login: true, expected: ["open: temporary at login: connectionLost"],
            script: hello("PLAIN") + "C: AUTH PLAIN\nCLOSE"),
        Scenario(
            name: "asks for a login at MAIL", expected: ["senderFault at mail: refused 530"],
            sentence: "paused",
            script: "S: 220 x\nC: EHLO\nS: 250 x\nC: MAIL\nS: 530 5.7.0 Authentication required\nC: QUIT\nS: 221 x"),
    ]
}
