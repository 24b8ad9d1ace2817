import Campaigns
import Delivery
import Mail
import Persistence
import PersistenceSQLite
import SMTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A campaign` {
    @Test(arguments: TestDatabase.allCases)
    func `reaches everybody of its audience exactly once, and each one is accounted for`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(500)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.run {
                let tally = try await harness.wait(for: acme, campaign) { $0.total > 0 && $0.open == 0 }
                #expect(tally[.delivered] == 500)
            }
            let reached = sink.messages.map(\.recipient)
            #expect(reached.count == 500)
            #expect(Set(reached).count == 500)
            let state = try await acme.campaign(campaign).state
            #expect(state == .finished)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `has its answers go where its sender says when it begins, else to the From address`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(2)
            try await acme.sendOverSMTP(port: sink.port)
            for (address, line) in [("", nil), ("answers@bücher.example", "Reply-To: answers@xn--bcher-kva.example")] {
                try await acme.changeSender { $0.replyTo = address }
                let campaign = try await acme.startCampaign()
                let harness = EngineHarness(database: database)
                let before = sink.messages.count
                try await harness.run {
                    _ = try await harness.wait(for: acme, campaign) { $0.total > 0 && $0.open == 0 }
                }
                for message in sink.messages[before...] {
                    let text = String(decoding: message.bytes, as: UTF8.self)
                    #expect(text.split(separator: "\r\n").first { $0.hasPrefix("Reply-To:") }.map(String.init) == line)
                }
                #expect(sink.messages.count == before + 2)
            }
            await sink.stop()
        }
    }

    @Test func `begins with its preview text, for mail programs only`() async throws {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1)
            try await acme.sendOverSMTP(port: sink.port)
            _ = try await database.write { tx in
                try tx.run("UPDATE template SET preview_text = 'Only today, {first_name} & friends'")
            }
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.run {
                _ = try await harness.wait(for: acme, campaign) { $0.total > 0 && $0.open == 0 }
            }
            let mail = ReceivedMessage(try #require(sink.messages.first).bytes)
            let html = try #require(mail.html)
            #expect(html.hasPrefix("<div style=\"display:none"))
            #expect(html.contains("Only today, Person 1 &amp; friends&#847;"))
            #expect(try !#require(mail.text).contains("Only today"))
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `is rehearsed without a server by a new account`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database)
            try await acme.changeSender { $0.maxPerHour = 1000 }
            try await acme.addRecipients(120)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 120)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `stops at the hourly limit and holds it across a restart`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(50)
            try await acme.sendOverSMTP(port: sink.port, maxPerHour: 7)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            for _ in 1...3 { try await harness.runOnePass() }
            #expect(sink.messages.count == 7)
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 7 && tally[.ready] == 43)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `goes on when some recipients are refused: for good, or for now`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            sink.refuse(
                atRecipient: [
                    "person1@": "550 5.1.1 No such user here", "person2@": "451 4.7.1 Greylisted, come back later",
                ], atDot: ["person3@": "554 5.6.0 Message refused"])
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(10)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 7 && tally[.failed] == 2 && tally[.ready] == 1)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `counts as unknown what got its dot and no answer, and sends it nobody again`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            sink.react { envelope in
                var reactions = RecordingSMTPSink.Reactions()
                if envelope.recipient.hasPrefix("person5@") { reactions.dot = .drop }
                return reactions
            }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(20)
            try await acme.sendOverSMTP(port: sink.port, connections: 1)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.runOnePass()
            try await harness.runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 19 && tally[.unknown] == 1)
            await sink.stop()
        }
    }

    @Test func `leaves a server alone that breaks off after each mail, before a whole campaign is unknown`()
        async throws
    {
        try await withDatabase { database in
            let sink = try await RecordingSMTPSink.start()
            sink.react { _ in .init(dot: .drop) }
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(40)
            try await acme.sendOverSMTP(port: sink.port, connections: 1)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.unknown] == 5 && tally[.ready] == 35)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `pauses its sender with a sentence when the login is wrong, and fails nobody`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            var behaviour = RecordingSMTPSink.Behaviour()
            behaviour.login = SMTPCredentials(user: "someone", password: "right")
            let sink = try await RecordingSMTPSink.start(behaviour)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(30)
            try await acme.sendOverSMTP(port: sink.port)
            try await acme.changeSender { $0.username = "someone" }
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 30 && tally[.failed] == 0)
            let (account, sender) = (acme.account, acme.sender)
            let reason = try await database.read { try $0.account(account).sender(sender)?.pausedReason }
            #expect(reason?.isEmpty == false)
            #expect(sink.messages.isEmpty)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `loses nobody when the server ends each conversation after a few messages`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            var behaviour = RecordingSMTPSink.Behaviour()
            behaviour.messagesPerConnection = 3
            let sink = try await RecordingSMTPSink.start(behaviour)
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(40)
            try await acme.sendOverSMTP(port: sink.port, connections: 2)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 40)
            #expect(Set(sink.messages.map(\.recipient)).count == 40)
            #expect(sink.messages.count == 40)
            await sink.stop()
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `waits, with nobody failed, when no server answers`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let port = sink.port
            await sink.stop()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(10)
            try await acme.sendOverSMTP(port: port)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.ready] == 10)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `ends what is under way and gives the rest back when it is told to stop`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let sink = try await RecordingSMTPSink.start()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(3000)
            try await acme.sendOverSMTP(port: sink.port)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.run { await sink.waitForMessages(50) }
            let tally = try await acme.tally(campaign)
            #expect(tally[.claimed] == 0 && tally[.dotted] == 0 && tally[.unknown] == 0)
            #expect(tally[.delivered] == sink.messages.count)
            await sink.stop()
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A campaign that cannot start` {
    @Test(arguments: TestDatabase.allCases)
    func `waits with a sentence when the From address is none, and starts after it was mended`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let acme = try await SeededAccount(database, fromEmail: "nobody")
            try await acme.addRecipients(3)
            let campaign = try await acme.startCampaign()
            let harness = EngineHarness(database: database)
            try await harness.runOnePass()
            var record = try await acme.campaign(campaign)
            #expect(record.state == .paused)
            #expect(record.pausedReason.contains("From address"))

            try await acme.changeSender { $0.fromEmail = "news@acme.example" }
            let account = acme.account
            let isResumed = try await database.write { try $0.account(account).resumeCampaign(campaign) }
            #expect(isResumed)
            try await harness.runOnePass()
            record = try await acme.campaign(campaign)
            #expect(record.state == .finished)
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 3)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `does not keep another account's campaign from being sent`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let broken = try await SeededAccount(database, name: "Broken")
            try await broken.addRecipients(2)
            try await broken.changeSender {
                $0.kind = .smtp
                $0.host = "127.0.0.1"
                $0.username = "someone"
                $0.sealedPassword = [1, 2, 3]
            }
            _ = try await broken.startCampaign()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(2)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let tally = try await acme.tally(campaign)
            #expect(tally[.delivered] == 2)
            let (account, sender) = (broken.account, broken.sender)
            let reason = try await database.read { try $0.account(account).sender(sender)?.pausedReason }
            #expect(reason?.contains("password") == true)
        }
    }
}
