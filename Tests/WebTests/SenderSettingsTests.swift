import PersistenceSQLite
import NIOHTTP1
import NIOConcurrencyHelpers
import Campaigns
import Foundation
import Persistence
import TestSupport
import Testing
import Vault

@testable import Web

@Suite struct `Sender settings` {
    private let smtp: KeyValuePairs<String, String> = [
        "kind": "smtp", "smtp_host": "smtp.example.org", "smtp_port": "587", "smtp_username": "ada",
        "smtp_password": "s3cret-words", "use_tls": "on", "verifies_certificate": "on", "from_email": "ada@example.org",
        "from_name": "Ada", "max_emails_per_hour": "250",
    ]

    private func choosing(_ policy: String) -> KeyValuePairs<String, String> {
        [
            "kind": "rehearsal", "smtp_port": "587", "from_email": "ada@example.org", "max_emails_per_hour": "250",
            "unknown_policy": policy,
        ]
    }

    @Test func `a password that anybody on the way can read is warned of`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            func saved(_ host: String, user: String) async throws -> String {
                let answer = try await ada.post(
                    "/profile/edit/",
                    [
                        "kind": "smtp", "smtp_host": host, "smtp_port": "25", "smtp_username": user,
                        "smtp_password": "s3cret-words", "from_email": "ada@example.org", "max_emails_per_hour": "250",
                    ])
                #expect(answer.status == 303)
                return try await ada.get("/profile/edit/").body
            }
            let warning = "whoever is on the way can read them"
            #expect(try await saved("smtp.example.org", user: "ada").contains(warning))
            #expect(try await !saved("smtp.example.org", user: "").contains(warning))
            #expect(try await !saved("127.0.0.1", user: "ada").contains(warning))
        }
    }

    @Test func `settings are stored, the password sealed, and it never comes back`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let saved = try await ada.post("/profile/edit/", smtp)
            #expect(saved.status == 303)
            let account = try await site.account(of: "ada")
            let sender = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(sender.kind == .smtp && sender.security == .startTLS && sender.maxPerHour == 250)
            let sealed = try #require(sender.sealedPassword)
            #expect(!String(decoding: sealed, as: UTF8.self).contains("s3cret"))
            let page = try await ada.get("/profile/edit/")
            #expect(page.body.contains("Your sender settings are saved."))
            #expect(!page.body.contains("s3cret"))
            #expect(!page.body.contains("Rehearsal: nothing leaves this server"))
            #expect(site.wakes.withLockedValue { $0 } == 1)
        }
    }

    @Test func `an empty password keeps the stored one, but not for another server`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/profile/edit/", smtp)
            let account = try await site.account(of: "ada")
            let before = try await site.database.read { try $0.account(account).defaultSender()! }
            let kept = try await ada.post(
                "/profile/edit/",
                [
                    "kind": "smtp", "smtp_host": "smtp.example.org", "smtp_port": "587", "smtp_username": "ada",
                    "smtp_password": "", "use_tls": "on", "verifies_certificate": "on", "from_email": "ada@example.org",
                    "max_emails_per_hour": "300",
                ])
            #expect(kept.status == 303)
            let after = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(after.sealedPassword == before.sealedPassword && after.maxPerHour == 300)
            let moved = try await ada.post(
                "/profile/edit/",
                [
                    "kind": "smtp", "smtp_host": "smtp.evil.example", "smtp_port": "587", "smtp_username": "ada",
                    "smtp_password": "", "use_tls": "on", "verifies_certificate": "on", "from_email": "ada@example.org",
                    "max_emails_per_hour": "300",
                ])
            #expect(moved.status == 422)
            #expect(moved.body.contains("please enter the password again"))
        }
    }

    /// What differs from the settings that are stored, and whether the stored password stays.
    @Test(arguments: [
        ("smtp_host", "smtp.evil.example", false), ("smtp_port", "2525", false), ("use_tls", "", false),
        ("verifies_certificate", "", false), ("max_emails_per_hour", "300", true),
    ])
    func `no way by another kind of sender has the stored password sent elsewhere`(
        _ field: String, _ value: String, _ stays: Bool
    ) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/profile/edit/", smtp)
            for kind in ["direct", "rehearsal"] {
                var changed = smtp.map { ($0.key, $0.value) }.filter { $0.0 != field && $0.0 != "smtp_password" }
                if !value.isEmpty { changed.append((field, value)) }
                changed = changed.filter { $0.0 != "kind" }
                let aside = try await ada.post("/profile/edit/", fields: changed + [("kind", kind)])
                #expect(aside.status == 303)
                let back = try await ada.post("/profile/edit/", fields: changed + [("kind", "smtp")])
                #expect(back.status == 303)
            }
            let account = try await site.account(of: "ada")
            let sender = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect((sender.sealedPassword != nil) == stays)
        }
    }

    @Test func `a token, even spreading and a warm-up are stored`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let fields: KeyValuePairs<String, String> = [
                "kind": "smtp", "smtp_host": "smtp.example.org", "smtp_port": "587", "smtp_username": "ada",
                "smtp_login": "token", "smtp_password": String(repeating: "t", count: 2500), "use_tls": "on",
                "verifies_certificate": "on", "from_email": "ada@example.org", "max_emails_per_hour": "250",
                "max_connections": "20", "spreads_evenly": "on", "warms_up": "on", "warm_up_first": "40",
                "warm_up_growth": "50",
            ]
            let saved = try await ada.post("/profile/edit/", fields)
            #expect(saved.status == 303)
            let account = try await site.account(of: "ada")
            let sender = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(sender.login == .token && sender.spreadsEvenly && sender.maxConnections == 20)
            #expect(sender.warmUp?.firstDay == 40 && sender.warmUp?.growth == 50)
            let page = try await ada.get("/profile/edit/")
            #expect(page.body.contains("This is day 1 of 13: 0 of 40 mails are used."))
            // A token that is sent as if it were a password would only be refused.
            let changed = try await ada.post(
                "/profile/edit/",
                [
                    "kind": "smtp", "smtp_host": "smtp.example.org", "smtp_username": "ada", "smtp_login": "password",
                    "smtp_password": "", "use_tls": "on", "verifies_certificate": "on", "from_email": "ada@example.org",
                ])
            #expect(changed.status == 422)
            #expect(changed.body.contains("kind of login has changed"))
        }
    }

    @Test func `what becomes of unknown mails can be chosen, and stays when a form does not have it`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/profile/edit/", choosing("resend"))
            let account = try await site.account(of: "ada")
            let chosen = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(chosen.unknownPolicy == .resend)
            let page = try await ada.get("/profile/edit/")
            #expect(page.body.contains(#"<option value="resend" selected>"#))
            _ = try await ada.post("/profile/edit/", smtp)
            let kept = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(kept.unknownPolicy == .resend)
            let wrong = try await ada.post("/profile/edit/", choosing("forget"))
            #expect(wrong.status == 422)
        }
    }

    @Test func `a paused sender says why, and goes on at a click; it can be paused by hand`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/profile/edit/", smtp)
            let account = try await site.account(of: "ada")
            try await site.database.write { tx in
                let scope = tx.account(account)
                try scope.pause(scope.defaultSender()!.id, because: "The server refuses <mail> from us.")
            }
            let paused = try await ada.get("/profile/edit/")
            #expect(paused.body.contains("Sending is paused"))
            #expect(paused.body.contains("The server refuses &lt;mail&gt; from us."))
            let resumed = try await ada.post("/profile/edit/resume/", token: paused.formToken)
            #expect(resumed.status == 303)
            var sender = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(sender.pausedReason.isEmpty)
            _ = try await ada.post("/profile/edit/pause/", token: paused.formToken)
            sender = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(sender.pausedReason == "ada has paused it.")
            let state = try await ada.get("/profile/edit/state/", [("HX-Request", "true")])
            #expect(state.body.contains("ada has paused it.") && !state.body.contains("<html"))
            #expect(state.body.contains("Resume"))
            let same = try await ada.get("/profile/edit/state/?paused=1", [("HX-Request", "true")])
            #expect(same.body.contains("ada has paused it.") && !same.body.contains("Resume"))
        }
    }

    @Test func `the page shows what the engine does: connections, the limit used, the warm-up`() async throws {
        let activity = SenderActivityRecord(openConnections: 3, connectionLimit: 4)
        let record = try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post("/profile/edit/", smtp)
            let account = try await site.account(of: "ada")
            return try await site.database.read { try $0.account(account).defaultSender()! }
        }
        var now = SenderNow(
            record: record, time: Instant(rawValue: 86_400_000_000), usedInLastMinute: 7, usedInLastHour: 249,
            usedInWarmUpDay: 12)
        now.record.warmUp = WarmUpPlan(firstDay: 50, growth: 100, beganAt: Instant(rawValue: 0))
        let card = SenderStateCard(now: now, activity: activity)
        #expect(card.title == "Sending")
        let text: (Phrase) -> String = { Catalogue.english.text($0) }
        #expect(text(card.title) == "Sending")
        #expect(text(card.connections) == "at most 4 now; you allow 8")
        #expect(card.warmUpNote.map { text($0) } == "of 100 mails on day 2")
        let resting = SenderActivityRecord(
            openConnections: 0, connectionLimit: 0, restsUntil: Instant(rawValue: 90_000_000_000), reason: "No answer.")
        let waiting = SenderStateCard(now: now, activity: resting)
        #expect(text(waiting.title) == "Waiting for the mail server")
        let read: (HTML) -> String = {
            String(decoding: $0.rendered(Rendering()), as: UTF8.self)
        }
        let told = read(waiting.sentence)
        #expect(told.contains("<time datetime=\"1970-01-02T01:00:00Z\" data-local>") && told.contains("No answer."))
        now.usedInWarmUpDay = 100
        let tomorrow = SenderStateCard(now: now, activity: nil)
        #expect(text(tomorrow.title) == "Waiting for the next day of the warm-up")
        now.usedInLastHour = 250
        let limited = SenderStateCard(now: now, activity: nil)
        #expect(text(limited.title) == "Waiting for the hourly limit")
        #expect(read(limited.sentence).contains("hourly limit is reached"))
    }

    @Test func `sending directly is stored with its names and limits, and the page warns about them`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let direct: KeyValuePairs<String, String> = [
                "kind": "direct", "smtp_port": "587", "from_email": "ada@example.org", "max_emails_per_hour": "250",
                "hello_name": "Mail.example.org", "return_domain": "bounces.example.org", "site_connections": "3",
                "site_messages": "20",
            ]
            #expect(try await ada.post("/profile/edit/", direct).status == 303)
            let account = try await site.account(of: "ada")
            let sender = try await site.database.read { try $0.account(account).defaultSender()! }
            #expect(sender.kind == .direct && sender.helloName == "mail.example.org")
            #expect(sender.returnDomain == "bounces.example.org")
            #expect(sender.siteConnections == 3 && sender.siteMessages == 20)
            let page = try await ada.get("/profile/edit/")
            #expect(page.body.contains(#"data-hx-get="/profile/edit/names/""#))
            #expect(page.body.contains(#"<option value="direct" selected>"#))
            let names = try await ada.get("/profile/edit/names/", [("HX-Request", "true")])
            #expect(names.body.contains("The address has no name.") && names.body.contains("role=\"alert\""))
            #expect(names.body.contains("so bounces are lost"))
            let wrong = try await ada.post(
                "/profile/edit/",
                [
                    "kind": "direct", "from_email": "ada@example.org", "max_emails_per_hour": "250",
                    "hello_name": "local host", "return_domain": "-x", "site_connections": "99",
                ])
            #expect(wrong.status == 422)
            for field in ["hello_name", "return_domain", "site_connections"] {
                #expect(wrong.body.contains("id=\"\(field)-error\""))
            }
        }
    }

    @Test(arguments: [
        ("smtp_host", "smtp.example.org:25"), ("smtp_host", ""), ("smtp_port", "0"), ("smtp_port", "many"),
        ("from_email", "nobody"), ("reply_to", "nobody"), ("reply_to", "jürgen@example.org"),
        ("max_emails_per_hour", "0"), ("smtp_security", "magic"),
        ("smtp_login", "magic"), ("max_connections", "0"),
    ])
    func `what is wrong is said at its field`(_ field: String, _ value: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let token = try await ada.get("/profile/edit/").formToken
            let fields =
                [("csrfmiddlewaretoken", token)] + smtp.map { ($0.key, $0.value) }.filter { $0.0 != field } + [
                    (field, value)
                ]
            let body = fields.map { "\($0.0)=\(FormData.encoded($0.1))" }.joined(separator: "&")
            let answer = try await ada.send(
                .POST, "/profile/edit/", [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8)
            )
            #expect(answer.status == 422)
            #expect(answer.body.contains("id=\"\(field)-error\""))
        }
    }

    @Test(arguments: [
        ([("smtp_security", "tls")], SenderRecord.Security.tls), ([("smtp_security", "none")], .none),
        ([("smtp_security", "starttls"), ("use_ssl", "on")], .startTLS),
        ([("use_tls", "on")], .startTLS), ([("use_ssl", "on")], .tls), ([], .none),
    ])
    func `encryption is one choice, and the two check boxes of djangoMailer are understood`(
        _ chosen: [(String, String)], _ security: SenderRecord.Security
    ) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let others = smtp.map { ($0.key, $0.value) }.filter { $0.0 != "use_tls" }
            #expect(try await ada.post("/profile/edit/", fields: others + chosen).status == 303)
            let account = try await site.account(of: "ada")
            #expect(try await site.database.read { try $0.account(account).defaultSender()! }.security == security)
        }
    }

    @Test func `both check boxes are one too many`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let answer = try await ada.post(
                "/profile/edit/", fields: smtp.map { ($0.key, $0.value) } + [("use_ssl", "on")])
            #expect(answer.status == 422)
            #expect(answer.body.contains("id=\"smtp_security-error\""))
        }
    }

    @Test func `the address for replies is stored, shown and may be taken away again`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            for address in ["answers@example.org", ""] {
                let fields = smtp.map { ($0.key, $0.value) } + [("reply_to", address)]
                #expect(try await ada.post("/profile/edit/", fields: fields).status == 303)
                let sender = try await site.database.read { try $0.account(account).defaultSender()! }
                #expect(sender.replyTo == address)
                #expect(try await ada.get("/profile/edit/").body.contains("value=\"\(address)\"") || address.isEmpty)
            }
        }
    }

    @Test func `a test shows what the server answered, with the stored password`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let token = try await ada.get("/profile/edit/").formToken
            let fields: KeyValuePairs<String, String> = [
                "smtp_host": "smtp.example.org", "smtp_port": "2525", "smtp_username": "ada", "smtp_password": "right",
                "use_tls": "on", "verifies_certificate": "on", "from_email": "ada@example.org",
                "max_emails_per_hour": "100",
            ]
            let part = try await ada.post("/profile/edit/test/", fields, token: token, [("HX-Request", "true")])
            #expect(part.body.contains("Tried smtp.example.org:2525."))
            #expect(part.body.contains("235 ok"))
            #expect(!part.body.contains("<html"))
            let mail = try await ada.post("/profile/edit/test_mail/", fields, token: token, [("HX-Request", "true")])
            #expect(mail.body.contains("Sent to ada@example.org."))
        }
    }
}
