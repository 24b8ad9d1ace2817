import SMTP
import TestSupport
import Testing

@Suite struct `An SMTP server may do anything (RFC 5321)` {
    @Test(arguments: Scenario.all)
    func `and each message has one sure outcome, or is known to be unknown`(scenario: Scenario) async throws {
        let (results, sentence, server) = try await scenario.run()
        #expect(results == scenario.expected)
        #expect(server.problems.isEmpty)
        #expect(sentence.contains(scenario.sentence), "\(sentence)")
        #expect(!sentence.contains("s3cret"))
        if scenario.security != .plaintext, !server.heard.contains("STARTTLS"), scenario.certificate == .none {
            #expect(!server.heard.contains { $0.hasPrefix("AUTH") }, "a login over plaintext")
        }
    }

    @Test func `there are scenarios enough`() {
        let all = Scenario.all
        #expect(all.count >= 120)
        #expect(Set(all.map(\.name)).count == all.count)
    }
}
