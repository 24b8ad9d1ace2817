import Campaigns
import Foundation
import Mail
import Moving
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@Suite struct `Coming from djangoMailer` {
    @Test func `users keep names, roles and passwords; who was inactive stays so`() async throws {
        try await withMoving { moving in
            let (counts, findings) = try await moving.move(DumpFile(path: Sample.path))
            #expect(counts["users"] == .init(name: "users", found: 4, new: 4, there: 0))
            let users = try await moving.database.read { tx in try tx.allUsers() }
            #expect(users.map(\.userName) == ["admin", "alice", "bob", "carol_inactive"])
            #expect(users.map(\.isAdministrator) == [true, false, false, false])
            #expect(users.map(\.isActive) == [true, true, true, false])
            #expect(Set(users.map(\.account)).count == 4)
            // Alice had no address.
            #expect(users.map(\.email) == ["admin@corp.test", "alice@shop.test", "bob@firm.test", "carol@old.test"])
            #expect(findings.contains { $0.entity == "user" && $0.subject == "alice" && $0.kind == .changed })
            #expect(users[1].lastLoginAt == Instant(rawValue: 1_795_365_758_779_208))
            let passwords = Passwords(cost: .insecureForTests)
            for (name, password) in Sample.passwords {
                let hash = try await moving.database.read { tx in try tx.user(withKey: name)?.passwordHash }
                #expect(hash?.hasPrefix("pbkdf2_sha256$870000$") == true)
                #expect(await passwords.verify(password, against: hash))
            }
        }
    }

    @Test func `senders keep their servers, limits and passwords, under this installation's seal`() async throws {
        try await withMoving { moving in
            try await moving.move(DumpFile(path: Sample.path))
            for (name, host, port, security, limit, password) in [
                ("alice", "smtp.relay.test", 587, SenderRecord.Security.startTLS, 500, "s3cret-Alice-smtp äöü"),
                ("bob", "mail.firm.test", 465, .tls, 100, "b0b-smtp-pass"),
                ("carol_inactive", "smtp.old.test", 587, .startTLS, 100, "plain-legacy-pass"),
            ] {
                let sender = try #require(try await moving.scope(name) { try $0.defaultSender() })
                #expect(sender.kind == .smtp)
                #expect(sender.host == host)
                #expect(sender.port == port)
                #expect(sender.security == security)
                #expect(sender.maxPerHour == limit)
                let sealed = try #require(sender.sealedPassword)
                let place = SealedPlace.senderPassword(
                    account: sender.accountID.rawValue, sender: sender.id.rawValue)
                #expect(try Sample.sealer.openText(sealed, at: place) == password)
            }
            let admin = try #require(try await moving.scope("admin") { try $0.defaultSender() })
            #expect(admin.kind == .direct)
            #expect(admin.pausedReason.contains("directly"))
        }
    }

    @Test func `with another key the passwords are empty and told, and everything else is there`() async throws {
        try await withMoving { moving in
            let (counts, findings) = try await moving.move(DumpFile(path: Sample.path), key: nil)
            #expect(counts["recipients"]?.new == 48)
            let sender = try #require(try await moving.scope("alice") { try $0.defaultSender() })
            #expect(sender.sealedPassword == nil)
            #expect(findings.filter { $0.sentence.contains("cannot be decrypted") }.count == 3)
            // It was never encrypted.
            let carol = try #require(try await moving.scope("carol_inactive") { try $0.defaultSender() })
            #expect(carol.sealedPassword != nil)
        }
    }

    @Test func `one address is one recipient, what is none is told, and blanks are taken away`() async throws {
        try await withMoving { moving in
            let (counts, findings) = try await moving.move(DumpFile(path: Sample.path))
            #expect(counts["recipients"] == .init(name: "recipients", found: 48, new: 48, there: 0))
            #expect(try await moving.scope("alice") { try $0.recipientCount() } == 33)
            #expect(try await moving.scope("bob") { try $0.recipientCount() } == 15)
            let left = findings.filter { $0.kind == .leftOut && $0.entity == "recipient" }
            #expect(left.map(\.subject) == ["not-an-email"])
            #expect(left.map(\.owner) == ["alice"])
            let merged = findings.filter { $0.entity == "recipient" && $0.sentence.contains("become one") }
            #expect(merged.map(\.subject) == ["Person1@mail.example.test"])
            let spaced = try await moving.scope("alice") { try $0.recipientID(withKey: "spaced@example.test") }
            #expect(spaced != nil)
            #expect(
                findings.contains { $0.subject == "spaced@example.test" && $0.kind == .changed && $0.owner == "alice" })
        }
    }

    @Test func `campaigns are history, drafts or cancelled, and their numbers are those of the log`() async throws {
        try await withMoving { moving in
            try await moving.move(DumpFile(path: Sample.path))
            let campaigns = try await moving.scope("alice") { try $0.campaigns(limit: 10) }
            let states = Dictionary(uniqueKeysWithValues: campaigns.map { ($0.name, $0.state) })
            #expect(
                states == [
                    "Spring campaign": .finished, "Future reminder": .draft, "Left behind by the 500": .cancelled,
                    "djangoMailer: mails without a campaign": .finished,
                ])
            let spring = try #require(campaigns.first { $0.name == "Spring campaign" })
            let tally = try await moving.scope("alice") { try $0.tally(spring.id) }
            #expect(tally[.delivered] == 23)
            #expect(tally[.failed] == 2)
            #expect(tally.total == 25)
            #expect(spring.contentID != nil)
            #expect(spring.startedAt == Instant(rawValue: 1_772_442_300_123_456))

            let failed = try await moving.scope("alice") { try $0.messages(of: spring.id, state: .failed, limit: 10) }
            #expect(failed.map(\.email) == ["person3@mail.example.test", "person9@mail.example.test"])
            #expect(failed.map(\.attempts) == [3, 3])
            #expect(failed[0].reason == "550 5.1.1 no such user")
            let attempts = try await moving.scope("alice") { try $0.attempts(of: failed[0].id) }
            #expect(attempts.map(\.outcome) == [.deferred, .deferred, .failed])
            #expect(attempts.map(\.code) == [550, 550, 550])

            let draft = try #require(campaigns.first { $0.name == "Future reminder" })
            let filter = try AudienceFilter(json: draft.audienceFilter)
            guard case .picked(let picked) = filter.selection else {
                Issue.record("the draft is for everybody")
                return
            }
            // One of its six recipients is the same person twice? No: all six are people of their own.
            #expect(picked.count == 6)
            #expect(draft.scheduledAt == Instant(rawValue: 1_800_001_800_000_000))
            #expect(try await moving.disagreement() == nil)
        }
    }

    @Test func `openings and clicks are those that djangoMailer counted, with their links, hours and days`()
        async throws
    {
        try await withMoving { moving in
            let (counts, _) = try await moving.move(DumpFile(path: Sample.path))
            #expect(counts["opens and clicks"] == .init(name: "opens and clicks", found: 25, new: 25, there: 0))
            #expect(!counts.notes.contains { $0.contains("no place") })
            let spring = try #require(
                try await moving.scope("alice") { try $0.campaigns(limit: 10) }.first { $0.name == "Spring campaign" })
            let readings = try await moving.scope("alice") { try $0.readings(of: spring.id) }
            #expect(readings[.opens] == 20 && readings[.humanOpens] == 20)
            #expect(readings[.clicks] == 5 && readings[.clicked] == 5 && readings[.humanClicked] == 5)
            // 13 were opened; in two more a link was clicked.
            #expect(readings[.opened] == 15 && readings[.humanOpened] == 15)
            let (links, hours, days) = try await moving.database.read { tx in
                (
                    try tx.rows(
                        """
                        SELECT l.url, t.clicks, t.clicked FROM link l JOIN link_tally t ON t.account_id = l.account_id
                            AND t.link = l.number
                        """
                    ) { "\(try $0.string(0)) \(try $0.int(1)) \(try $0.int(2))" },
                    try tx.rows("SELECT hour, opens FROM reading_hour ORDER BY hour") {
                        (try $0.int64(0), try $0.int(1))
                    },
                    try tx.rows("SELECT day, messages FROM daily WHERE outcome = 'opened' ORDER BY day") {
                        (try $0.int64(0), try $0.int(1))
                    }
                )
            }
            #expect(links == ["https://shop.test/offer?id=7&utm=mail 5 5"])
            #expect(hours.first?.0 == 1_772_445_900 / 3600 && hours.reduce(0) { $0 + $1.1 } == 20)
            #expect(days.first?.0 == 1_772_445_900 / 86_400 && days.reduce(0) { $0 + $1.1 } == 15)
        }
    }

    @Test func `an opening in a newer dump is added to those that are here, and one of a machine is told apart`()
        async throws
    {
        try await withMoving { moving in
            try await moving.move(DumpFile(path: Sample.path))
            let line = "3\topened\t2026-03-02 10:05:00.123456+00"
            let newer = try Sample.changed(
                line,
                to: "900\topened\t2026-03-05 10:05:00+00\tGoogleImageProxy\t\\N\t{}\t2\n"
                    + "901\tclicked\t2026-03-05 10:06:00+00\t\\N\t\\N\t{\"url\": \"javascript:x\"}\t3\n" + line)
            let (counts, _) = try await moving.move(DumpBytes(newer))
            #expect(counts["opens and clicks"] == .init(name: "opens and clicks", found: 27, new: 2, there: 25))
            let spring = try #require(
                try await moving.scope("alice") { try $0.campaigns(limit: 10) }.first { $0.name == "Spring campaign" })
            let readings = try await moving.scope("alice") { try $0.readings(of: spring.id) }
            #expect(readings[.opens] == 21 && readings[.humanOpens] == 20 && readings[.humanOpened] == 15)
            #expect(readings[.clicks] == 6 && readings[.clicked] == 6)
            let urls = try await moving.database.read { tx in try tx.rows("SELECT url FROM link") { try $0.string(0) } }
            #expect(urls == ["https://shop.test/offer?id=7&utm=mail"])
        }
    }

    @Test func `a mail that was opened has been sent, whatever the other tables say`() async throws {
        try await withMoving { moving in
            let line = "42\t2026-03-03 09:00:00+00\tt\t2026-03-03 09:05:00.123456+00\t4\t45"
            var text = try Sample.changed(line, to: "42\t2026-03-03 09:00:00+00\tf\t\\N\t4\t45")
            text = text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !($0.hasPrefix("40\tperson") && $0.contains("Sent\t\\N\t4\t3")) }.joined(separator: "\n")
            let event = "3\topened\t2026-03-02 10:05:00.123456+00"
            text = text.replacing(event, with: "900\topened\t2026-03-05 10:05:00+00\tx\t\\N\t{}\t42\n" + event)
            try await moving.move(DumpBytes(text))
            let campaign = try #require(try await moving.scope("bob") { try $0.campaigns(limit: 1) }.first)
            #expect(campaign.state == .finished)
            #expect(try await moving.scope("bob") { try $0.tally(campaign.id) }[.delivered] == 10)
            #expect(try await moving.scope("bob") { try $0.readings(of: campaign.id) }[.humanOpened] == 1)
            #expect(try await moving.disagreement() == nil)
        }
    }

    @Test func `nothing waits to be sent by itself`() async throws {
        try await withMoving { moving in
            try await moving.move(DumpFile(path: Sample.path))
            let waiting = try await moving.database.read { tx in
                (try tx.sendersWithDueMessages().count, try tx.dueCampaigns().count, try tx.hasUnfinishedWork())
            }
            #expect(waiting == (0, 0, false))
        }
    }

    @Test func `a second import adds nothing, and a dry run changes nothing`() async throws {
        try await withMoving { moving in
            let before = try await moving.database.read { tx in try tx.rowsOfEveryTable() }
            let (dry, dryFindings) = try await moving.move(DumpFile(path: Sample.path), isDryRun: true)
            #expect(try await moving.database.read { tx in try tx.rowsOfEveryTable() } == before)
            let (first, findings) = try await moving.move(DumpFile(path: Sample.path))
            #expect(dry.lines == first.lines)
            #expect(Set(dryFindings) == Set(findings))
            let after = try await moving.database.read { tx in try tx.rowsOfEveryTable() }
            let (second, told) = try await moving.move(DumpFile(path: Sample.path))
            #expect(try await moving.database.read { tx in try tx.rowsOfEveryTable() } == after)
            #expect(findings.contains { $0.kind == .changed } && !told.contains { $0.kind == .changed })
            for line in second.lines where line.name != "addresses not to mail" {
                #expect(line.new == 0 && line.there == line.found, "\(line)")
            }
            let (again, _) = try await moving.move(DumpFile(path: Sample.path), isDryRun: true)
            #expect(again["recipients"]?.new == 0)
        }
    }

    @Test func `a newer dump of the same installation adds what is new`() async throws {
        try await withMoving { moving in
            try await moving.move(DumpFile(path: Sample.path))
            let line = "50\tÉlodie\tGarcía\t\tperson14@example.test"
            let newer = try Sample.changed(
                line, to: "51\tNew\tPerson\t\tnew@example.test\t\\N\t\\N\t\\N\t\\N\t\\N\t3\n" + line)
            let (counts, _) = try await moving.move(DumpBytes(newer))
            #expect(counts["recipients"] == .init(name: "recipients", found: 49, new: 1, there: 48))
            #expect(counts["users"]?.new == 0)
            #expect(try await moving.scope("bob") { try $0.recipientID(withKey: "new@example.test") } != nil)
            #expect(try await moving.disagreement() == nil)
        }
    }

    @Test func `what was half sent is paused, with exactly the rest waiting`() async throws {
        try await withMoving { moving in
            // Bob's newsletter: the last two were not sent, and nothing is in the log about them.
            var text = try Sample.text()
            for (id, time) in [(41, 44), (42, 45)] {
                let line = "\(id)\t2026-03-03 09:00:00+00\tt\t2026-03-03 09:05:00.123456+00\t4\t\(time)"
                #expect(text.contains(line))
                text = text.replacing(line, with: "\(id)\t2026-03-03 09:00:00+00\tf\t\\N\t4\t\(time)")
            }
            for id in [39, 40] {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                text = lines.filter { !($0.hasPrefix("\(id)\tperson") && $0.contains("Sent\t\\N\t4\t3")) }
                    .joined(separator: "\n")
            }
            let (_, findings) = try await moving.move(DumpBytes(text))
            let campaign = try #require(try await moving.scope("bob") { try $0.campaigns(limit: 1) }.first)
            #expect(campaign.state == .paused)
            #expect(campaign.pausedReason.contains("had not sent 2 of these mails"))
            #expect(findings.contains { $0.entity == "campaign" && $0.sentence.contains("2 of 10") })
            let tally = try await moving.scope("bob") { try $0.tally(campaign.id) }
            #expect(tally[.ready] == 2)
            #expect(tally[.delivered] == 8)
            #expect(try await moving.disagreement() == nil)
            let due = try await moving.database.read { tx in try tx.sendersWithDueMessages() }
            #expect(due.isEmpty)
            // A person resumes: the planner adds nobody, the two wait to be sent.
            let account = try await moving.user("bob").account
            let isPlanned = try await moving.database.write { tx in
                let isResumed = try tx.account(account).resumeCampaign(campaign.id)
                return try isResumed
                    && tx.plan(campaign.id, filter: AudienceFilter(json: campaign.audienceFilter), limit: 100)
            }
            #expect(isPlanned)
            #expect(try await moving.scope("bob") { try $0.campaign(campaign.id)?.state } == .sending)
            #expect(try await moving.scope("bob") { try $0.tally(campaign.id).total } == 10)
        }
    }

    @Test func `whoever bounced or complained is not mailed from here either`() async throws {
        try await withMoving { moving in
            try await moving.move(DumpFile(path: Sample.path))
            let reasons = try await moving.scope("alice") { scope in
                try ["person21@mail.example.test", "person22@example.test"].map {
                    try scope.suppression(ofKey: $0)?.reason
                }
            }
            #expect(reasons == [.bounced, .complained])
            #expect(try await moving.scope("bob") { try $0.suppressionCount() } == 0)
        }
    }

    @Test func `templates are what djangoMailer's mails looked like, and broken ones are told`() async throws {
        try await withMoving { moving in
            let (_, findings) = try await moving.move(DumpFile(path: Sample.path))
            let bob = try #require(try await moving.scope("bob") { try $0.templates(limit: 1) }.first)
            let text = try #require(try await moving.scope("bob") { try $0.template(bob.id) })
            #expect(text.html.contains("{literal braces}") && !text.html.contains("{{"))
            #expect(text.subject == "Neuigkeiten für Sie – März")
            let broken = findings.filter { $0.entity == "template" && $0.subject == "Broken braces" }
            #expect(broken.contains { $0.sentence.contains("braces were broken") })
        }
    }

    @Test func `a name and an address that are taken here do not give anybody another one's account`() async throws {
        try await withMoving { moving in
            let there = try await moving.database.write { tx in
                try tx.addUser(
                    NewUser(
                        userName: "bob", userKey: "bob", email: "alice@shop.test", emailKey: "alice@shop.test",
                        passwordHash: "x"))
            }
            let (_, findings) = try await moving.move(DumpFile(path: Sample.path))
            let users = try await moving.database.read { tx in try tx.allUsers() }
            #expect(users.map(\.userName) == ["bob", "admin", "alice", "bob-2", "carol_inactive"])
            #expect(users[2].email == "user-2@imported.invalid")
            #expect(users[0] == there)
            #expect(findings.filter { $0.entity == "user" }.count >= 2)
        }
    }

    @Test func `a row that claims another user's campaign or recipient is left out`() async throws {
        try await withMoving { moving in
            // Bob's candidate 36 points to a recipient of Alice's, his 37 to her campaign.
            var text = try Sample.changed(
                "36\t2026-03-03 09:00:00+00\tt\t2026-03-03 09:05:00.123456+00\t4\t39",
                to: "36\t2026-03-03 09:00:00+00\tt\t2026-03-03 09:05:00.123456+00\t4\t1")
            text = text.replacing("09:05:00.123456+00\t4\t40\t4\t3", with: "09:05:00.123456+00\t4\t40\t1\t3")
            let (_, findings) = try await moving.move(DumpBytes(text))
            let left = findings.filter { $0.kind == .leftOut && $0.entity == "candidate" }
            #expect(left.map(\.originID) == [36, 37])
            #expect(try await moving.disagreement() == nil)
            let foreign = try await moving.database.read { tx in
                try tx.count(
                    """
                    SELECT COUNT(*) FROM message m JOIN recipient r ON r.id = m.recipient_id WHERE r.account_id <> m.account_id
                    """)
            }
            #expect(foreign == 0)
        }
    }

    @Test func `a dump that lacks a table, or has something odd in it, imports nothing and says so`() async throws {
        try await withMoving { moving in
            let text = try Sample.text()
            let without = text.replacing("COPY public.campaign_recipient (", with: "COPY public.something_else (")
            await #expect(throws: CopyProblem.noTable("campaign_recipient")) {
                try await moving.move(DumpBytes(without))
            }
            let odd = try Sample.changed("1\tSpring campaign\t2026-03-02", to: "1\tSpring campaign\tyesterday")
            let problem = await #expect(throws: CopyProblem.self) { try await moving.move(DumpBytes(odd)) }
            #expect(problem?.userMessage.contains("scheduled_time") == true)
            let old = text.replacing("max_emails_per_hour, direct_send)", with: "something, direct_send)")
            await #expect(throws: CopyProblem.noColumn(table: "campaign_userprofile", column: "max_emails_per_hour")) {
                try await moving.move(DumpBytes(old))
            }
            #expect(try await moving.database.read { tx in try !tx.hasUsers() })
        }
    }
}

extension Transaction {
    /// How many rows each table has.
    func rowsOfEveryTable() throws -> [String: Int] {
        [
            "users": try count("SELECT COUNT(*) FROM users"), "account": try count("SELECT COUNT(*) FROM account"),
            "sender": try count("SELECT COUNT(*) FROM sender"),
            "recipient": try count("SELECT COUNT(*) FROM recipient"),
            "template": try count("SELECT COUNT(*) FROM template"),
            "content": try count("SELECT COUNT(*) FROM content"),
            "campaign": try count("SELECT COUNT(*) FROM campaign"),
            "message": try count("SELECT COUNT(*) FROM message"),
            "attempt": try count("SELECT COUNT(*) FROM attempt"), "daily": try count("SELECT COUNT(*) FROM daily"),
            "suppression": try count("SELECT COUNT(*) FROM suppression"),
            "origin": try count("SELECT COUNT(*) FROM origin"),
            "origin_account": try count("SELECT COUNT(*) FROM origin_account"),
        ]
    }
}
