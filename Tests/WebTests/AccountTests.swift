import PersistenceSQLite
import Persistence
import Foundation
import Networks
import TestSupport
import Testing

@testable import Web

@Suite struct `Accounts` {
    @Test func `who registers is logged in, and the first one is the administrator`() async throws {
        try await withSite { site in
            let browser = site.browser()
            let answer = try await browser.register("ada")
            #expect(answer.status == 303)
            #expect(answer.location == "/")
            let found1 = try await browser.get("/accounts/password_change/").status
            #expect(found1 == 200)
            let second = site.browser()
            _ = try await second.register("bob")
            let users = try await site.database.read { try $0.allUsers() }
            #expect(users.map(\.isAdministrator) == [true, false])
        }
    }

    @Test(arguments: ["ada", "ADA", "ada@example.org", "Ada@Example.ORG"])
    func `a user logs in by name or address, in any letters`(_ name: String) async throws {
        try await withSite { site in
            _ = try await site.browser().register("ada")
            let browser = site.browser()
            let answer = try await browser.post(
                "/accounts/login/", ["username": name, "password": "a long enough phrase"])
            #expect(answer.status == 303)
        }
    }

    @Test(arguments: [
        ("alice", "Tr0ub4dor-alice", "9UQX3eYtUtE5TRgcA2s7p2$ik520wqsI5cAtcaB7UdhlpqbeviX4RB6SZHH750RnqE="),
        ("bob", "c0rrect-horse-bob", "oyp0LODbwWptPxl5fOo0bt$m6O9Q9NlgwXd+W9/kuEvkZxI+gBZnKusFo19RvV02dU="),
    ])
    func `who came from djangoMailer logs in with the old password, which is hashed anew`(
        _ name: String, _ password: String, _ hash: String
    ) async throws {
        try await withSite { site in
            try await site.database.write { tx in
                _ = try tx.addUser(
                    NewUser(
                        userName: name, userKey: name, email: "\(name)@example.org", emailKey: "\(name)@example.org",
                        passwordHash: "pbkdf2_sha256$870000$\(hash)"))
            }
            let wrong = try await site.browser().post("/accounts/login/", ["username": name, "password": "wrong"])
            #expect(wrong.status == 422)
            for _ in 1...2 {
                let right = try await site.browser().post("/accounts/login/", ["username": name, "password": password])
                #expect(right.status == 303)
                let stored = try await site.database.read { tx in try tx.user(withKey: name)?.passwordHash }
                #expect(stored?.hasPrefix("$argon2id$") == true)
            }
        }
    }

    @Test func `a wrong password and an unknown name read the same`() async throws {
        try await withSite { site in
            _ = try await site.browser().register("ada")
            let wrong = try await site.browser().post("/accounts/login/", ["username": "ada", "password": "wrong"])
            let unknown = try await site.browser().post("/accounts/login/", ["username": "eve", "password": "wrong"])
            #expect(wrong.status == 422)
            #expect(unknown.status == 422)
            let sentence = "The user name or the password is not right."
            #expect(wrong.body.contains(sentence))
            #expect(unknown.body.contains(sentence))
            #expect(
                wrong.body.contains("<h2>You are not logged in</h2>") && unknown.body.contains("You are not logged in"))
        }
    }

    @Test func `a form comes back with what was typed and a message at each field`() async throws {
        try await withSite { site in
            let answer = try await site.browser().post(
                "/accounts/register/",
                ["username": "a<b>", "email": "nobody", "password1": "short", "password2": "short"])
            #expect(answer.status == 422)
            #expect(answer.body.contains(#"value="a&lt;b&gt;""#))
            #expect(answer.body.contains(#"aria-describedby="email-error""#))
            #expect(answer.body.contains("The password is shorter than 10 characters"))
            #expect(!answer.body.contains(#"value="short""#))
        }
    }

    /// Two hundred of them are no more than 200 characters, and 5,000 bytes.
    private static let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}"

    @Test func `a password of few characters and too many bytes is refused with a sentence`() async throws {
        try await withSite { site in
            let long = "abcd" + String(repeating: Self.family, count: 190)
            let stranger = try await site.browser().post(
                "/accounts/register/",
                ["username": "eve", "email": "eve@example.org", "password1": long, "password2": long])
            #expect(stranger.status == 422 && stranger.body.contains("takes more than 1024 bytes"))
            let ada = try await site.member("ada")
            let changed = try await ada.post(
                "/accounts/password_change/",
                ["old_password": "a long enough phrase", "new_password1": long, "new_password2": long])
            #expect(changed.status == 422 && changed.body.contains("takes more than 1024 bytes"))
        }
    }

    @Test func `a form that comes after the session ended is told to be unsaved, and the login leads back to it`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let host = ("Referer", "http://127.0.0.1:\(site.port)/recipients/create/?q=1")
            let token = try await ada.get("/recipients/create/").formToken
            try await site.database.write { _ = try $0.run("DELETE FROM session") }
            let late = try await ada.post("/recipients/create/", ["email": "x@example.org"], token: token, [host])
            #expect(late.status == 302)
            #expect(late.location == "/accounts/login/?next=%2Frecipients%2Fcreate%2F%3Fq%3D1&unsent=yes")
            let login = try await ada.get(try #require(late.location))
            #expect(login.body.contains("You were logged out meanwhile") && login.body.contains("data-unsent"))
            #expect(login.body.contains(#"name="next" value="/recipients/create/?q=1""#))
            for stranger in ["http://evil.example/recipients/", "http://127.0.0.1:\(site.port).evil.example/x/", "x"] {
                let answer = try await ada.post(
                    "/recipients/create/", ["email": "x@example.org"], token: token, [("Referer", stranger)])
                #expect(answer.location == "/accounts/login/?unsent=yes")
            }
            #expect(try await !site.browser().get("/accounts/login/").body.contains("data-unsent"))
        }
    }

    @Test func `a form of an older session is not taken, and its page says where it is to be had anew`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = "http://127.0.0.1:\(site.port)/recipients/create/"
            let old = try await ada.post(
                "/recipients/create/", ["email": "x@example.org"], token: "old", [("Referer", path)])
            #expect(old.status == 403 && old.body.contains("data-unsent"))
            #expect(old.body.contains(#"href="/recipients/create/""#) && old.body.contains("Back to the form"))
            // Nothing of what another site sends comes back, and no way to its page.
            let forged = try await ada.post(
                "/recipients/create/", ["email": "forged@example.org"], token: "old",
                [("Referer", "http://evil.example/recipients/create/"), ("Origin", "http://evil.example")])
            #expect(forged.status == 403 && !forged.body.contains("forged") && !forged.body.contains("evil"))
            #expect(!forged.body.contains("data-unsent"))
            #expect(try await site.database.read { try $0.count("SELECT COUNT(*) FROM recipient") } == 0)
        }
    }

    @Test func `a new password ends every other session and keeps this one`() async throws {
        try await withSite { site in
            let browser = try await site.member("ada")
            let other = browser.copy()
            let answer = try await browser.post(
                "/accounts/password_change/",
                [
                    "old_password": "a long enough phrase", "new_password1": "another long phrase",
                    "new_password2": "another long phrase",
                ])
            #expect(answer.status == 303)
            let found2 = try await browser.get("/accounts/password_change/").status
            #expect(found2 == 200)
            let found3 = try await other.get("/accounts/password_change/").status
            #expect(found3 == 302)
        }
    }

    @Test func `logging out ends the session on the server too`() async throws {
        try await withSite { site in
            let browser = try await site.member("ada")
            let thief = browser.copy()
            _ = try await browser.post("/accounts/logout/", from: "/accounts/password_change/")
            let found4 = try await thief.get("/accounts/password_change/").location
            #expect(found4?.hasPrefix("/accounts/login/") == true)
        }
    }

    @Test func `a login begins a new session, so that a planted one is worth nothing`() async throws {
        try await withSite { site in
            _ = try await site.browser().register("ada")
            let browser = site.browser()
            let planted = String(repeating: "A", count: 43)
            browser.cookies["martlet_session"] = planted
            _ = try await browser.post("/accounts/login/", ["username": "ada", "password": "a long enough phrase"])
            #expect(browser.cookies["martlet_session"] != planted)
        }
    }
}

@Suite struct `Limits on trying` {
    @Test func `the sixth login within a minute is refused, also after a restart`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withServer(in: folder) { site in
            for _ in 1...5 {
                let answer = try await site.browser().post("/accounts/login/", ["username": "x", "password": "y"])
                #expect(answer.status == 422)
            }
        }
        try await withServer(in: folder) { site in
            let answer = try await site.browser().post("/accounts/login/", ["username": "x", "password": "y"])
            #expect(answer.status == 429)
            #expect(Int(answer.header("Retry-After") ?? "") != nil)
        }
    }

    @Test func `the fourth registration within an hour is refused`() async throws {
        try await withSite { site in
            for name in ["ada", "bob", "cleo"] {
                let found5 = try await site.browser().register(name).status
                #expect(found5 == 303)
            }
            let found6 = try await site.browser().register("dora").status
            #expect(found6 == 429)
        }
    }

    /// A browser behind a trusted proxy, at an address of its own.
    private func stranger(_ site: TestSite, _ number: Int) -> TestBrowser {
        let browser = site.browser()
        browser.headers = [("X-Forwarded-For", "203.0.113.\(number)")]
        return browser
    }

    @Test(arguments: ["ada", "nobody"])
    func `the eleventh try for a name within an hour is refused, from wherever it comes`(_ name: String) async throws {
        try await withSite(configure: { $0.trustedProxies = [AddressRange("127.0.0.0/8")!] }) { site in
            let home = stranger(site, 1)
            _ = try await home.register("ada")
            for number in 2...11 {
                let answer = try await stranger(site, number).post(
                    "/accounts/login/", ["username": number % 2 == 0 ? name : name.uppercased(), "password": "guess"])
                #expect(answer.status == 422)
            }
            // Also with the right password: a guess must not be told from a success.
            let right: KeyValuePairs = ["username": name, "password": "a long enough phrase"]
            let refused = try await stranger(site, 12).post("/accounts/login/", right)
            #expect(refused.status == 429)
            #expect(refused.body.contains("Too many tries for this user name"))
            #expect((Int(refused.header("Retry-After") ?? "") ?? 0) > 3000)
            // Another name is another matter.
            let other = try await stranger(site, 12).post("/accounts/login/", ["username": "bob", "password": "guess"])
            #expect(other.status == 422)
        }
    }

    @Test func `a browser in which the user has logged in before is not locked out by strangers`() async throws {
        try await withSite(configure: { $0.trustedProxies = [AddressRange("127.0.0.0/8")!] }) { site in
            let home = stranger(site, 1)
            _ = try await home.register("ada")
            _ = try await home.post("/accounts/logout/", from: "/accounts/password_change/")
            for number in 2...12 {
                _ = try await stranger(site, number).post(
                    "/accounts/login/", ["username": "ada", "password": "guess"])
            }
            let answer = try await home.post(
                "/accounts/login/", ["username": "ada", "password": "a long enough phrase"])
            #expect(answer.status == 303)
            // The same cookie is worth nothing for somebody else's name.
            let eve = stranger(site, 20)
            eve.cookies["martlet_known"] = home.cookies["martlet_known"]
            for number in 21...31 {
                eve.headers = [("X-Forwarded-For", "203.0.113.\(number)")]
                let guess = try await eve.post("/accounts/login/", ["username": "bob", "password": "guess"])
                #expect(guess.status == (number < 31 ? 422 : 429))
            }
        }
    }

    @Test func `a success forgets the tries before it`() async throws {
        try await withSite(configure: { $0.trustedProxies = [AddressRange("127.0.0.0/8")!] }) { site in
            _ = try await stranger(site, 1).register("ada")
            for round in 0...1 {
                for number in 1...9 {
                    let answer = try await stranger(site, 20 * round + number + 1).post(
                        "/accounts/login/", ["username": "ada", "password": "guess"])
                    #expect(answer.status == 422)
                }
                let answer = try await stranger(site, 20 * round + 12).post(
                    "/accounts/login/", ["username": "ada", "password": "a long enough phrase"])
                #expect(answer.status == 303)
            }
        }
    }

    @Test func `a forwarded address counts only behind a proxy that is trusted`() async throws {
        try await withSite { site in
            for number in 1...5 {
                let browser = site.browser()
                browser.headers = [("X-Forwarded-For", "203.0.113.\(number)")]
                _ = try await browser.post("/accounts/login/", ["username": "x", "password": "y"])
            }
            let browser = site.browser()
            browser.headers = [("X-Forwarded-For", "203.0.113.99")]
            let found7 = try await browser.post("/accounts/login/", ["username": "x", "password": "y"]).status
            #expect(found7 == 429)
        }
        try await withSite(configure: { $0.trustedProxies = [AddressRange("127.0.0.0/8")!] }) { site in
            for number in 1...6 {
                let browser = stranger(site, number)
                let found8 = try await browser.post("/accounts/login/", ["username": "x", "password": "y"]).status
                #expect(found8 == 422)
            }
        }
    }
}

extension TestBrowser {
    func register(_ name: String) async throws -> Answer {
        try await post(
            "/accounts/register/",
            [
                "username": name, "email": "\(name)@example.org", "password1": "a long enough phrase",
                "password2": "a long enough phrase",
            ])
    }
}
