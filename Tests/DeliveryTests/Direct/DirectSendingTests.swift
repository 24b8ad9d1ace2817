import Campaigns
import Mail
import Networks
import Persistence
import SMTP
import TestSupport
import Testing
import Vault

@testable import Delivery

@Suite(.timeLimit(.minutes(1))) struct `Sending directly: which server (RFC 5321 §5.1)` {
    private static let two = """
        @ MX 20 backup
        @ MX 10 main
        main A 127.0.0.2
        backup A 127.0.0.3
        """

    private func options(_ hosts: [String]) -> DirectScene.Options {
        var options = DirectScene.Options()
        for host in hosts { options.sinks[host] = RecordingSMTPSink.Behaviour() }
        return options
    }

    @Test func `the most wanted server gets it all, and the log says which one, where and how`() async throws {
        try await DirectScene.with(options(["127.0.0.2", "127.0.0.3"]), zones: { _ in ["b.example": Self.two] }) {
            scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example", "bob@b.example", "cyd@B.example"])
            #expect(tally[.delivered] == 3)
            #expect(scene.sink("127.0.0.2").messages.count == 3 && scene.sink("127.0.0.3").connections == 0)
            let port = scene.sink("127.0.0.2").port
            #expect(attempts["ada@b.example"]?.route == "main.b.example [127.0.0.2]:\(port), not encrypted")
            #expect(scene.sink("127.0.0.2").commands.contains("EHLO test.example"))
        }
    }

    @Test func `two accounts share what one site takes: a few mails are not behind another's many`() async throws {
        var options = options(["127.0.0.2"])
        options.sinks["127.0.0.2"]?.mostConnections = 2
        options.sinks["127.0.0.2"]?.reactions = { _ in .init(dot: .after(.milliseconds(10), .accept)) }
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.two] }) { scene in
            let (harness, large) = (scene.harness, scene.account)
            try await large.addRecipients((1...800).map { "large\($0)@b.example" })
            let small = try await SeededAccount(harness.database, name: "Small")
            try await small.sendDirectly()
            try await small.addRecipients((1...10).map { "small\($0)@b.example" })
            let campaign = try await large.startCampaign()
            try await harness.run(scene.settings) {
                _ = try await harness.wait(for: large, campaign) { $0[.delivered] >= 20 }
                let few = try await small.startCampaign()
                harness.signal.wake()
                _ = try await harness.wait(for: small, few) { $0[.delivered] == 10 }
                #expect(try await large.tally(campaign)[.delivered] < 800, "the large campaign was not in the way")
                // And it is not starved by the small one either.
                let then = try await large.tally(campaign)[.delivered]
                _ = try await harness.wait(for: large, campaign) { $0[.delivered] > then }
            }
            let froms = scene.sink("127.0.0.2").messages.map(\.recipient)
            #expect(froms.filter { $0.hasPrefix("small") }.count == 10)
            #expect(scene.sink("127.0.0.2").mostOpenConnections <= 3)
        }
    }

    @Test func `a server that is not there leads to the next one`() async throws {
        try await DirectScene.with(options(["127.0.0.3"]), zones: { _ in ["b.example": Self.two] }) { scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.delivered] == 1)
            #expect(attempts["ada@b.example"]?.route.hasPrefix("backup.b.example [127.0.0.3]") == true)
        }
    }

    @Test(arguments: ["421 4.3.2 Closing", "554 5.7.1 Go away", "hello there"])
    func `a server that does not want to talk leads to the next one`(_ greeting: String) async throws {
        var options = options(["127.0.0.2", "127.0.0.3"])
        options.sinks["127.0.0.2"]?.greeting = greeting
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.two] }) { scene in
            let (tally, _) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.delivered] == 1 && scene.sink("127.0.0.2").connections == 1)
        }
    }

    @Test func `a connection that breaks before the message is sent leads to the next server`() async throws {
        var options = options(["127.0.0.2", "127.0.0.3"])
        options.sinks["127.0.0.2"]?.reactions = { _ in .init(data: .drop) }
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.two] }) { scene in
            let (tally, _) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.delivered] == 1 && scene.sink("127.0.0.3").messages.count == 1)
        }
    }

    @Test(arguments: [RecordingSMTPSink.Reaction.recordThenSilence, .silence, .recordThenDrop, .drop])
    func `after the final dot nobody knows: no other server gets it (§4.5.3.2.6)`(
        _ reaction: RecordingSMTPSink.Reaction
    ) async throws {
        var options = options(["127.0.0.2", "127.0.0.3"])
        options.sinks["127.0.0.2"]?.reactions = { _ in .init(dot: reaction) }
        options.direct = { $0.timeouts.acceptance = .seconds(2) }
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.two] }) { scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.unknown] == 1)
            #expect(scene.sink("127.0.0.3").connections == 0)
            #expect(attempts["ada@b.example"]?.outcome == .unknown)
        }
    }

    @Test func `servers that are wanted equally get it by chance`() async throws {
        let zone = "@ MX 10 main\n@ MX 10 backup\nmain A 127.0.0.2\nbackup A 127.0.0.3"
        var options = options(["127.0.0.2", "127.0.0.3"])
        options.sender = { $0.siteMessages = 1 }
        try await DirectScene.with(options, zones: { _ in ["b.example": zone] }) { scene in
            let (tally, _) = try await scene.send(to: (1...40).map { "p\($0)@b.example" })
            #expect(tally[.delivered] == 40)
            // One in half a million million runs has all at one of them.
            #expect(!scene.sink("127.0.0.2").messages.isEmpty && !scene.sink("127.0.0.3").messages.isEmpty)
        }
    }

    @Test func `without an MX the domain's own address counts, IPv6 before IPv4, and one is enough`() async throws {
        let zones = [
            "six.example": "@ AAAA ::1\n@ A 127.0.0.2", "four.example": "@ AAAA 100::1\n@ A 127.0.0.2",
            "alias.example": "@ MX 10 mail\nmail CNAME real\nreal A 127.0.0.2",
        ]
        try await DirectScene.with(options(["127.0.0.2", "::1"]), zones: { _ in zones }) { scene in
            let (tally, _) = try await scene.send(to: ["a@six.example", "b@four.example", "c@alias.example"])
            #expect(tally[.delivered] == 3)
            #expect(scene.sink("::1").messages.map(\.recipient) == ["a@six.example"])
            #expect(Set(scene.sink("127.0.0.2").messages.map(\.recipient)) == ["b@four.example", "c@alias.example"])
        }
    }

    @Test func `a domain that takes no mail, or does not exist, fails for good; one that cannot be looked up waits`()
        async throws
    {
        let zones = [
            "null.example": "@ MX 0 .\n@ A 127.0.0.2", "number.example": "@ MX 10 127.0.0.2.\n@ A 127.0.0.2",
            "empty.example": "@ TXT nothing", "gone.example": "@ MX 10 nowhere",
        ]
        try await DirectScene.with(options(["127.0.0.2"]), zones: { _ in zones }) { scene in
            let (tally, attempts) = try await scene.send(
                to: [
                    "a@null.example", "b@number.example", "c@empty.example", "d@gone.example", "e@x.empty.example",
                    "f@refused.example",
                ])
            #expect(tally[.failed] == 5 && tally[.ready] == 1)
            #expect(attempts["a@null.example"]?.reply.hasPrefix("5.1.10 null.example takes no mail") == true)
            #expect(attempts["b@number.example"]?.reply.hasPrefix("5.4.4 ") == true)
            #expect(attempts["c@empty.example"]?.reply.hasPrefix("5.4.4 ") == true)
            #expect(attempts["d@gone.example"]?.reply.hasPrefix("5.4.4 ") == true)
            #expect(attempts["e@x.empty.example"]?.reply.hasPrefix("5.1.2 There is no domain") == true)
            // The server of the test knows nothing of this zone: SERVFAIL.
            #expect(attempts["f@refused.example"]?.reply.hasPrefix("4.4.3 ") == true)
            #expect(scene.sink("127.0.0.2").connections == 0)
        }
    }

    @Test func `a DNS server that does not answer makes nobody fail`() async throws {
        let silent = SilentDNSServer()
        defer { silent.stop() }
        var options = options(["127.0.0.2"])
        options.dnsServer = silent.address
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.two] }) { scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.ready] == 1)
            #expect(attempts["ada@b.example"]?.reply.hasPrefix("4.4.3 ") == true)
        }
    }

    @Test(arguments: ["A 127.0.0.2", "A 10.0.0.1", "A 169.254.169.254", "AAAA ::ffff:127.0.0.2", "AAAA ::1"])
    func `a domain whose owner points it into this network fails, and nothing is connected to`(_ record: String)
        async throws
    {
        var options = options(["127.0.0.2", "::1"])
        options.egress = EgressPolicy(.administrators)
        try await DirectScene.with(options, zones: { _ in ["b.example": "@ MX 10 mail\nmail \(record)"] }) { scene in
            let (tally, attempts) = try await scene.send(to: ["ada@b.example"])
            #expect(tally[.failed] == 1)
            #expect(attempts["ada@b.example"]?.reply.contains("is in a network that nothing may be sent to") == true)
            #expect(scene.sink("127.0.0.2").connections == 0 && scene.sink("::1").connections == 0)
        }
    }

    @Test
    func
        `domains in any script are looked up in theirs, and letters like ü before the @ need a server that knows them`()
        async throws
    {
        var options = options(["127.0.0.2", "127.0.0.3"])
        options.sinks["127.0.0.3"]?.offersSMTPUTF8 = false
        let zones = [
            "xn--bcher-kva.example": "@ MX 10 mail\nmail A 127.0.0.2", "plain.example": "@ A 127.0.0.3",
        ]
        try await DirectScene.with(options, zones: { _ in zones }) { scene in
            let (tally, attempts) = try await scene.send(
                to: ["ada@bücher.example", "grüße@bücher.example", "grüße@plain.example"])
            #expect(tally[.delivered] == 2 && tally[.failed] == 1)
            #expect(
                Set(scene.sink("127.0.0.2").messages.map(\.recipient)) == [
                    "ada@xn--bcher-kva.example", "grüße@xn--bcher-kva.example",
                ])
            #expect(scene.sink("127.0.0.2").commands.contains { $0.hasPrefix("MAIL") && $0.contains("SMTPUTF8") })
            #expect(
                attempts["grüße@plain.example"]?.reply.contains("cannot send to addresses with letters like ü") == true)
        }
    }

    @Test func `the return path is each mail's own and can be read back; EHLO says what was chosen`() async throws {
        var options = options(["127.0.0.2"])
        options.sender = {
            $0.helloName = "mail.acme.example"
            $0.returnDomain = "bounces.acme.example"
        }
        try await DirectScene.with(options, zones: { _ in ["b.example": Self.two] }) { scene in
            _ = try await scene.send(to: ["ada@b.example", "bob@b.example"])
            let sink = scene.sink("127.0.0.2")
            #expect(sink.commands.contains("EHLO mail.acme.example"))
            let senders = sink.messages.map(\.sender)
            #expect(Set(senders).count == 2)
            for sender in senders {
                let address = try EmailAddress(sender.uppercased())
                #expect(sender.hasSuffix("@bounces.acme.example"))
                guard case .bounce(let account, _) = scene.settings.signer.returnAddress(localPart: address.localPart)
                else {
                    Issue.record("\(sender) cannot be read back")
                    continue
                }
                #expect(account == scene.account.account.rawValue)
                let other = Signer(secret: "another secret, of another server")
                #expect(other.returnAddress(localPart: address.localPart) == nil)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Sending directly: to many sites at once` {
    private static let zone = "@ MX 10 mail\nmail A 127.0.0."

    private static func zones(_ count: Int) -> [String: String] {
        Dictionary(uniqueKeysWithValues: (2..<(2 + count)).map { ("s\($0).example", zone + "\($0)") })
    }

    private func options(_ count: Int) -> DirectScene.Options {
        var options = DirectScene.Options()
        for number in 2..<(2 + count) { options.sinks["127.0.0.\(number)"] = RecordingSMTPSink.Behaviour() }
        return options
    }

    @Test func `domains with the same servers are one site: its limits hold for them together`() async throws {
        var options = options(1)
        options.sender = {
            $0.siteConnections = 2
            $0.siteMessages = 10
            $0.maxConnections = 50
        }
        let zones = ["one.example": "@ MX 10 mail.host.example.", "two.example": "@ MX 10 mail.host.example."]
            .merging(["host.example": "mail A 127.0.0.2"]) { a, _ in a }
        try await DirectScene.with(options, zones: { _ in zones }) { scene in
            let (tally, _) = try await scene.send(
                to: (1...30).flatMap { ["p\($0)@one.example", "p\($0)@two.example"] })
            #expect(tally[.delivered] == 60)
            let sink = scene.sink("127.0.0.2")
            #expect(sink.mostOpenConnections <= 2)
            let byConnection = Dictionary(grouping: sink.messages, by: \.connection).mapValues(\.count)
            #expect(byConnection.values.allSatisfy { $0 <= 10 })
        }
    }

    @Test func `as many connections as the sender may have serve all sites in turn`() async throws {
        var options = options(8)
        options.sender = { $0.maxConnections = 3 }
        try await DirectScene.with(options, zones: { _ in Self.zones(8) }) { scene in
            let (tally, _) = try await scene.send(
                to: (2..<10).flatMap { site in (1...25).map { "p\($0)@s\(site).example" } })
            #expect(tally[.delivered] == 200)
            #expect(scene.sinks.values.allSatisfy { $0.messages.count == 25 })
        }
    }

    @Test(arguments: RecordingSMTPSink.Crowded.allCases)
    func `a site that takes fewer connections gets fewer, and nobody fails`(_ place: RecordingSMTPSink.Crowded)
        async throws
    {
        var options = options(1)
        options.sinks["127.0.0.2"]?.mostConnections = 1
        options.sinks["127.0.0.2"]?.whenCrowded = place
        options.direct = { $0.rests.limited = .milliseconds(50)...(.milliseconds(100)) }
        try await DirectScene.with(options, zones: { _ in Self.zones(1) }) { scene in
            let (tally, _) = try await scene.send(to: (1...60).map { "p\($0)@s2.example" })
            #expect(tally[.failed] == 0 && tally[.unknown] == 0)
            #expect(tally[.delivered] >= 50)
            let spent = try await scene.waiting().values.filter { $0.state == .ready }.map(\.attempts)
            #expect(spent.allSatisfy { $0 == 0 })
        }
    }

    @Test func `a site that is silent holds nobody up`() async throws {
        var options = options(2)
        options.sinks["127.0.0.2"]?.reactions = { _ in .init(recipient: .silence) }
        options.direct = {
            $0.mostInHand = 20
            $0.mostWaiting = 5
            $0.timeouts.recipient = .seconds(30)
        }
        options.sender = { $0.maxConnections = 8 }
        try await DirectScene.with(options, zones: { _ in Self.zones(2) }) { scene in
            try await scene.account.addRecipients(
                (1...60).map { "p\($0)@s2.example" } + (1...40).map { "p\($0)@s3.example" })
            let campaign = try await scene.account.startCampaign()
            let (harness, account) = (scene.harness, scene.account)
            try await harness.run(scene.settings) {
                _ = try await harness.wait(for: account, campaign) { $0[.delivered] == 40 }
            }
            #expect(scene.sink("127.0.0.3").messages.count == 40)
            let tally = try await account.tally(campaign)
            #expect(tally[.failed] == 0 && tally[.unknown] == 0 && tally[.ready] == 60)
        }
    }

    @Test func `one site that calls us names rests, with its words, and the others get their mail`() async throws {
        var options = options(3)
        options.sinks["127.0.0.2"]?.reactions = { _ in
            .init(recipient: .reply("550 5.7.1 Your IP is blocked using a list"))
        }
        try await DirectScene.with(options, zones: { _ in Self.zones(3) }) { scene in
            let (tally, _) = try await scene.send(
                to: (2..<5).flatMap { site in (1...5).map { "p\($0)@s\(site).example" } })
            #expect(tally[.delivered] == 10 && tally[.ready] == 5)
            let waiting = try await scene.waiting().values.filter { $0.state == .ready }
            #expect(waiting.allSatisfy { $0.reason.contains("Your IP is blocked") && $0.attempts == 0 })
            #expect(waiting.allSatisfy { $0.seconds > 600 })
            let sender = try await scene.account.storedSender()
            #expect(sender.pausedReason.isEmpty)
        }
    }

    @Test func `when most sites say that we are the problem the sender pauses, and nobody fails`() async throws {
        var options = options(4)
        for host in options.sinks.keys { options.sinks[host]?.greeting = "554 5.7.1 Your IP has no reverse DNS" }
        try await DirectScene.with(options, zones: { _ in Self.zones(4) }) { scene in
            let (tally, _) = try await scene.send(to: (2..<6).map { "p@s\($0).example" })
            #expect(tally[.ready] == 4)
            let sender = try await scene.account.storedSender()
            #expect(sender.pausedReason.contains("receiving systems refuse mail from this server"))
            #expect(sender.pausedReason.contains("reverse DNS"))
        }
    }

    @Test func `when nobody can be reached, port 25 is probably blocked, and that is said`() async throws {
        var options = options(1)
        options.sinks["127.0.0.2"]?.greeting = "421 not here"
        let zones = Dictionary(uniqueKeysWithValues: (10..<18).map { ("s\($0).example", Self.zone + "\($0)") })
        try await DirectScene.with(options, zones: { _ in zones }) { scene in
            let (tally, attempts) = try await scene.send(to: (10..<18).map { "p@s\($0).example" })
            #expect(tally[.ready] == 8)
            #expect(attempts["p@s10.example"]?.reply.contains("refuses connections") == true)
        }
    }

    @Test func `a refusal of the recipient is final, greylisting waits, and neither is taken to another server`()
        async throws
    {
        var options = options(2)
        options.sinks["127.0.0.2"]?.reactions = { envelope in
            envelope.recipient.hasPrefix("grey")
                ? .init(recipient: .reply("451 4.7.1 Greylisted, try again in 300 seconds"))
                : .init(recipient: .reply("550 5.1.1 No such user"))
        }
        let zone = "@ MX 10 main\n@ MX 20 backup\nmain A 127.0.0.2\nbackup A 127.0.0.3"
        try await DirectScene.with(options, zones: { _ in ["b.example": zone] }) { scene in
            let (tally, _) = try await scene.send(to: ["grey@b.example", "none@b.example"])
            #expect(tally[.failed] == 1 && tally[.ready] == 1)
            #expect(scene.sink("127.0.0.3").connections == 0)
        }
    }
}

extension SeededAccount {
    fileprivate func storedSender() async throws -> SenderRecord {
        let (account, sender) = (account, sender)
        return try await read { try $0.account(account).sender(sender)! }
    }
}
