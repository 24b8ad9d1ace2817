import TestSupport
import Testing

@testable import DNS

@Suite struct `Asking the DNS` {
    private static let plain = """
        @ MX 20 second
        @ MX 10 first
        @ TXT "v=spf1 -all"
        first A 192.0.2.1
        second AAAA 2001:db8::1
        long TXT "\(String(repeating: "a", count: 255))" "\(String(repeating: "b", count: 200))"
        null MX 0 .
        alias CNAME first
        """

    /// A resolver that asks a server of the test's own, while the body runs.
    @discardableResult
    private func asking<Value>(
        _ zones: [String: String], signed: Set<String> = [],
        anchors: (KnotServer) -> (anchors: [String], zone: String) = { ($0.anchors, "signed.example") },
        _ body: (Resolver) async throws -> Value
    ) async throws -> Value {
        let server = try await KnotServer.start(zones, signed: signed)
        defer { server.stop() }
        let (anchors, zone) = anchors(server)
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: anchors, anchorZone: zone))
        defer { resolver.close() }
        return try await body(resolver)
    }

    @Test func `records are read: order of MX, long texts, addresses behind an alias, null MX`() async throws {
        try await asking(["plain.example": Self.plain]) { resolver in
            let mail = try await resolver.lookUp("plain.example", .mx)
            #expect(
                mail.mailExchangers == [
                    MailExchanger(preference: 10, host: "first.plain.example"),
                    MailExchanger(preference: 20, host: "second.plain.example"),
                ])
            #expect(mail.security == .insecure && mail.nameExists && (1...60).contains(mail.timeToLive))
            let long = try await resolver.lookUp("long.plain.example.", .txt)
            #expect(long.texts == [String(repeating: "a", count: 255) + String(repeating: "b", count: 200)])
            let aliased = try await resolver.lookUp("ALIAS.plain.example", .a)
            #expect(aliased.records == [[192, 0, 2, 1]])
            let null = try await resolver.lookUp("null.plain.example", .mx)
            #expect(null.mailExchangers == [MailExchanger(preference: 0, host: "")])
            let empty = try await resolver.lookUp("first.plain.example", .txt)
            #expect(empty.records.isEmpty && empty.nameExists)
            let nothing = try await resolver.lookUp("nobody.plain.example", .txt)
            #expect(nothing.records.isEmpty && !nothing.nameExists)
        }
    }

    @Test func `a signed zone is validated, and wrong signatures are refused`() async throws {
        let zones = [
            "signed.example": "@ TXT signed\n", "forged.example": "@ TXT forged\n", "plain.example": "@ TXT plain\n",
        ]
        // Nobody holds the key whose digest this is.
        let forged = "forged.example. IN DS 4711 13 2 \(String(repeating: "00", count: 32))"
        try await asking(zones, signed: ["signed.example"], anchors: { ($0.anchors + [forged], "signed.example") }) {
            resolver in
            let signed = try await resolver.lookUp("signed.example", .txt)
            #expect(signed.security == .secure && signed.texts == ["signed"])
            let missing = try await resolver.lookUp("x.signed.example", .txt)
            #expect(missing.security == .secure && !missing.nameExists)
            let plain = try await resolver.lookUp("plain.example", .txt)
            #expect(plain.security == .insecure && plain.texts == ["plain"])
            await #expect(throws: LookupProblem.bogus) { try await resolver.lookUp("forged.example", .txt) }
            #expect(resolver.isValidating)
        }
    }

    @Test func `behind servers that drop signatures it goes on without checking`() async throws {
        let anchor = "plain.example. IN DS 4711 13 2 \(String(repeating: "00", count: 32))"
        try await asking(["plain.example": Self.plain], anchors: { _ in ([anchor], "plain.example") }) { resolver in
            let answer = try await resolver.lookUp("plain.example", .txt)
            #expect(answer.texts == ["v=spf1 -all"] && answer.security == .insecure)
            #expect(!resolver.isValidating)
        }
    }

    @Test func `those who asked before that was found out get their answers as well`() async throws {
        let anchor = "plain.example. IN DS 4711 13 2 \(String(repeating: "00", count: 32))"
        try await asking(["plain.example": Self.plain], anchors: { _ in ([anchor], "plain.example") }) { resolver in
            try await withThrowingTaskGroup(of: DNS.Answer.self) { group in
                for number in 0..<40 {
                    group.addTask { try await resolver.lookUp("n\(number).plain.example", .txt) }
                }
                for try await answer in group { #expect(!answer.nameExists) }
            }
        }
    }

    @Test func `an answer is kept as long as it may be`() async throws {
        let server = try await KnotServer.start(["plain.example": Self.plain])
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        defer { resolver.close() }
        let first = try await resolver.lookUp("plain.example", .txt)
        server.stop()
        let kept = try await resolver.lookUp("plain.example", .txt, within: .seconds(1))
        #expect(kept.texts == first.texts)
    }

    @Test func `a server that does not answer is waited for as long as was said, many questions at once`() async throws
    {
        let server = SilentDNSServer()
        defer { server.stop() }
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        let begun = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    await #expect(throws: LookupProblem.timedOut) {
                        try await resolver.lookUp("n\(number).plain.example", .a, within: .milliseconds(300))
                    }
                }
            }
        }
        #expect(ContinuousClock.now - begun < .seconds(5))
        resolver.close()
        await #expect(throws: LookupProblem.unavailable) { try await resolver.lookUp("plain.example", .a) }
    }

    @Test func `whoever waits when it is closed, or is cancelled, is told at once`() async throws {
        let server = SilentDNSServer()
        defer { server.stop() }
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        let cancelled = Task { try await resolver.lookUp("a.plain.example", .a, within: .seconds(600)) }
        cancelled.cancel()
        await #expect(throws: LookupProblem.timedOut) { try await cancelled.value }
        let waiting = Task { try await resolver.lookUp("b.plain.example", .a, within: .seconds(600)) }
        resolver.close()
        await #expect(throws: LookupProblem.unavailable) { try await waiting.value }
    }

    @Test func `a server that answers with nonsense, and a closed port, are failures`() async throws {
        try await asking(["plain.example": Self.plain]) { resolver in
            // Of this zone the server knows nothing.
            await #expect(throws: LookupProblem.serverFailure) {
                try await resolver.lookUp("elsewhere.example", .a, within: .seconds(10))
            }
        }
    }

    @Test(arguments: [
        "", "a..b", ".a", "a b", "a\0b", "ümlaut.example", "a\"b", String(repeating: "a", count: 64) + ".example",
        String(repeating: "abcdefg.", count: 40), "a/b", "<script>",
    ])
    func `what is no name is never asked for`(_ name: String) async throws {
        let resolver = Resolver(ResolverSettings(servers: ["192.0.2.1"], anchors: []))
        defer { resolver.close() }
        await #expect(throws: LookupProblem.noName) { try await resolver.lookUp(name, .a) }
    }

    @Test func `data that is cut off or circular is not read`() {
        let answer = Answer(
            records: [[5, 0x61], [], [0, 10], [0, 10, 0xC0, 0x0C], [0, 10, 3, 0x61], [0, 10, 1, 0x61]],
            nameExists: true,
            security: .insecure, timeToLive: 0)
        #expect(answer.mailExchangers.isEmpty)
        #expect(Answer(records: [[5, 0x61]], nameExists: true, security: .insecure, timeToLive: 0).texts.isEmpty)
    }
}
