import Persistence
import Testing

@testable import Server

@Suite struct `The address of a mail server` {
    struct Case: Sendable, CustomTestStringConvertible {
        let url: String
        let host: String
        let port: Int
        let security: SenderRecord.Security
        var user = ""
        var password = ""
        var verifies = true
        var testDescription: String { url }
    }

    static let cases = [
        Case(url: "smtp://mail.example.org", host: "mail.example.org", port: 587, security: .startTLS),
        Case(url: "smtps://mail.example.org", host: "mail.example.org", port: 465, security: .tls),
        Case(
            url: "SMTP://u:p@h.example:2525", host: "h.example", port: 2525, security: .startTLS, user: "u",
            password: "p"),
        Case(
            url: "smtp://ada%40example.org:p%40ss%2F@h.example", host: "h.example", port: 587, security: .startTLS,
            user: "ada@example.org", password: "p@ss/"),
        Case(
            url: "smtp://u:a@b/c?d:e@h.example", host: "h.example", port: 587, security: .startTLS, user: "u",
            password: "a@b/c?d:e"),
        Case(url: "smtp://localhost", host: "localhost", port: 25, security: .none),
        Case(url: "smtp://127.0.0.1:1025", host: "127.0.0.1", port: 1025, security: .none),
        Case(url: "smtp://[::1]:1025", host: "::1", port: 1025, security: .none),
        Case(url: "smtp://localhost:587?security=starttls", host: "localhost", port: 587, security: .startTLS),
        Case(url: "smtp://relay.lan:25?security=none", host: "relay.lan", port: 25, security: .none),
        Case(
            url: "smtp://[2001:db8::1]/?verify=no", host: "2001:db8::1", port: 587, security: .startTLS, verifies: false
        ),
    ]

    @Test(arguments: cases) func `is read with user, password, port and kind of encryption`(_ wanted: Case) throws {
        let address = try RelayAddress(wanted.url)
        #expect(address.host == wanted.host)
        #expect(address.port == wanted.port)
        #expect(address.security == wanted.security)
        #expect(address.userName == wanted.user)
        #expect(address.password == wanted.password)
        #expect(address.verifiesCertificate == wanted.verifies)
    }

    @Test(arguments: [
        "mail.example.org", "http://mail.example.org", "smtp://", "smtp://:25", "smtp://h:0", "smtp://h:70000",
        "smtp://h:25x", "smtp://h?security=maybe", "smtp://h?tls=1", "smtp://u%0Ax:p@h", "smtp://a b", "smtp://[::1]x",
    ])
    func `that is wrong is refused with a sentence`(_ url: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try RelayAddress(url) }
        #expect(failure?.status == .usage)
        #expect(failure?.message.hasPrefix("The address given with --smtp ") == true)
    }

    @Test func `a password from the environment wins, and none is ever shown`() throws {
        let address = try RelayAddress("smtp://u:inurl@h.example", password: "fromenv")
        #expect(address.password == "fromenv")
        #expect("\(address)" == "h.example:587")
    }
}
