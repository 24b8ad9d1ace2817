import Foundation
import Testing

@testable import SMTP

@Suite struct `Logging in (RFC 4954)` {
    private static func reply(_ code: Int, _ text: String = "") -> SMTPReply { SMTPReply(code: code, lines: [text]) }

    private static func line(_ action: SMTPLogin.Action) -> String? {
        if case .send(let command) = action { command.line } else { nil }
    }

    @Test func `CRAM-MD5 answers as RFC 2195 shows`() {
        var login = SMTPLogin(
            SMTPCredentials(user: "tim", password: "tanstaaftanstaaf"), offered: ["CRAM-MD5", "PLAIN"])
        #expect(login.begin()?.line == "AUTH CRAM-MD5")
        let challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
        #expect(
            Self.line(login.received(Self.reply(334, challenge))) == "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw")
        #expect(login.received(Self.reply(235)) == .accepted)
    }

    @Test(arguments: [
        (["CRAM-MD5", "PLAIN", "LOGIN"], "CRAM-MD5"), (["PLAIN", "LOGIN"], "PLAIN"), (["LOGIN"], "LOGIN"),
        (["XOAUTH2", "LOGIN"], "LOGIN"),
    ])
    func `the strongest that is offered goes first`(offered: [String], chosen: String) {
        var login = SMTPLogin(SMTPCredentials(user: "u", password: "p"), offered: Set(offered))
        #expect(login.begin()?.line.split(separator: " ")[1] == chosen[...])
    }

    @Test func `a token goes by XOAUTH2, else by OAUTHBEARER, and never as a password`() {
        let token = SMTPCredentials(user: "a=b,c@x.y", password: "ya29", kind: .token)
        var login = SMTPLogin(token, offered: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"])
        let first = login.begin()?.line.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) }
        #expect(first == Data("user=a=b,c@x.y\u{1}auth=Bearer ya29\u{1}\u{1}".utf8))
        login = SMTPLogin(token, offered: ["OAUTHBEARER"])
        let second = login.begin()?.line.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) }
        #expect(second == Data("n,a=a=3Db=2Cc@x.y,\u{1}auth=Bearer ya29\u{1}\u{1}".utf8))
        login = SMTPLogin(token, offered: ["PLAIN", "LOGIN", "CRAM-MD5"])
        #expect(login.begin() == nil)
    }

    @Test func `a refused token is answered by an empty line, and the reply says it`() {
        var login = SMTPLogin(SMTPCredentials(user: "u", password: "t", kind: .token), offered: ["XOAUTH2"])
        _ = login.begin()
        let why = Data(#"{"status":"401","schemes":"bearer"}"#.utf8).base64EncodedString()
        #expect(Self.line(login.received(Self.reply(334, why)))?.isEmpty == true)
        let refusal = Self.reply(535, "5.7.8 Username and Password not accepted")
        #expect(login.received(refusal) == .refused(refusal))
    }

    @Test func `after a refused token nothing but a refusal counts`() {
        for code in [235, 334] {
            var login = SMTPLogin(SMTPCredentials(user: "u", password: "t", kind: .token), offered: ["XOAUTH2"])
            _ = login.begin()
            _ = login.received(Self.reply(334, "eyJ9"))
            #expect(login.received(Self.reply(code)) == .outOfStep(Self.reply(code)))
        }
    }

    @Test(arguments: ["PLAIN", "XOAUTH2"])
    func `a response that makes the line too long waits for its 334 (RFC 4954 §4)`(mechanism: String) {
        let secret = String(repeating: "x", count: 2000)
        var login = SMTPLogin(
            SMTPCredentials(user: "u", password: secret, kind: mechanism == "PLAIN" ? .password : .token),
            offered: [mechanism])
        #expect(login.begin()?.line == "AUTH \(mechanism)")
        let response = Self.line(login.received(Self.reply(334)))
        #expect(
            response.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }?.contains(secret)
                == true)
        #expect(login.received(Self.reply(235)) == .accepted)
    }

    @Test func `235 before anything was sent is not believed`() {
        var login = SMTPLogin(SMTPCredentials(user: "u", password: "p"), offered: ["LOGIN"])
        _ = login.begin()
        #expect(login.received(Self.reply(235)) == .outOfStep(Self.reply(235)))
    }

    @Test(arguments: ["", "not base64!", "a"])
    func `a challenge that is none ends the login`(challenge: String) {
        var login = SMTPLogin(SMTPCredentials(user: "u", password: "p"), offered: ["CRAM-MD5"])
        _ = login.begin()
        #expect(login.received(Self.reply(334, challenge)) == .outOfStep(Self.reply(334, challenge)))
    }
}
