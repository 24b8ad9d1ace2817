import Testing

@testable import Routing

@Suite struct `A policy about the protection of mail (RFC 8461 §3)` {
    @Test func `is read, whatever its line ends, unknown lines and order are`() throws {
        let policy = try #require(
            TransportPolicy(
                "version: STSv1\nmode: enforce\r\nmx: Mail.b.example\nfuture: yes\nmx: *.c.example\nmax_age: 604800"))
        #expect(policy.mode == .enforce && policy.lifetime == 604_800)
        #expect(policy.allows("mail.b.example") && !policy.allows("x.mail.b.example"))
        // One label, no more and no less (§4.1).
        #expect(policy.allows("a.c.example") && !policy.allows("c.example") && !policy.allows("a.b.c.example"))
    }

    @Test(arguments: [
        "", "version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 1", "mode: enforce\nmx: a.example\nmax_age: 1",
        "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv1\nmode: force\nmx: a.example\nmax_age: 1",
        "version: STSv1\nmode: enforce\nmx: a.example", "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1",
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 99999999999999999999", "<html>\n</html>",
    ])
    func `is none when something is missing or wrong`(_ text: String) {
        #expect(TransportPolicy(text) == nil)
    }

    @Test func `without any server is one that asks for nothing`() throws {
        #expect(try #require(TransportPolicy("version: STSv1\nmode: none\nmax_age: 86400")).mode == .none)
    }

    @Test(
        arguments: [
            (["v=STSv1; id=20160831085700Z;"], "20160831085700Z"), (["v=spf1 -all", "v=STSv1;id=1"], "1"),
            (["v=STSv1; id=1", "v=STSv1; id=2"], nil), (["v=STSv1"], nil), (["v=STSv1; id=a b"], nil),
            (["v=STSv1; id=\(String(repeating: "1", count: 33))"], nil), ([], nil), (["v=STSv12; id=1"], nil),
        ] as [([String], String?)])
    func `has an id in the DNS, where there is one record`(_ texts: [String], _ id: String?) {
        #expect(TransportPolicy.id(in: texts) == id)
    }
}
