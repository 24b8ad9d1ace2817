import Campaigns
import Foundation
import HTTPTypes
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `API tokens` {
    private static let password = "a long enough phrase"

    private func shown(in page: String) -> String? {
        page.firstMatch(of: /martlet_[A-Za-z0-9_-]{43}/).map { String($0.output) }
    }

    @Test func `are shown once, kept as a hash, and work until they are revoked`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let made = try await ada.post(
                "/profile/tokens/", ["name": "Shop <b>", "scope": "read", "password": Self.password])
            // Not in answer to the form, which a reload would send again.
            #expect(made.status == 303 && made.location == "/profile/tokens/")
            let waiting = try await site.database.read { try $0.one("SELECT flash FROM session") { try $0.string(0) } }
            #expect(!waiting.isEmpty && shown(in: waiting) == nil)
            let secret = try #require(shown(in: try await ada.get("/profile/tokens/").body))
            let page = try await ada.get("/profile/tokens/")
            #expect(!page.body.contains(secret) && page.body.contains("Shop &lt;b&gt;") && page.body.contains("Never"))
            let stored = try await site.database.read { tx in
                try tx.rows("SELECT token_hash FROM api_token") { try $0.bytes(0) }
            }
            #expect(stored.count == 1 && stored[0].count == 32)

            let program = TestProgram(browser: site.browser(), token: secret)
            let used = try await program.get("/account")
            #expect(used.status == 200)
            #expect(try await !ada.get("/profile/tokens/").body.contains("Never"))

            let id = try await site.database.read { tx in try tx.count("SELECT id FROM api_token") }
            let revoked = try await ada.post("/profile/tokens/\(id)/delete/", from: "/profile/tokens/")
            #expect(revoked.status == 303)
            let refused = try await program.get("/account")
            #expect(refused.status == 401 && refused.code == "bad_token")
        }
    }

    @Test func `are made only with the password, which cannot be guessed there`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            for _ in 0..<Login.limit {
                let wrong = try await ada.post(
                    "/profile/tokens/", ["name": "x", "scope": "write", "password": "wrong"])
                #expect(wrong.status == 422 && shown(in: wrong.body) == nil)
            }
            let right = try await ada.post(
                "/profile/tokens/", ["name": "x", "scope": "write", "password": Self.password])
            #expect(right.status == 429 && shown(in: right.body) == nil)
        }
    }

    @Test func `for reading change nothing`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let things = try await site.furnish("ada")
            let program = try await site.program("ada", scope: .read)
            for route in APIRoute.all where route.method != .get {
                let path = route.path.replacing("{id}", with: things.id(of: route)).replacing("{file}", with: "1")
                let answer = try await program.raw(.init(rawValue: route.method.rawValue), path, nil)
                #expect(answer.status == 403 && answer.code == "read_only_token", "\(route.method) \(path)")
            }
        }
    }

    @Test func `of somebody who may not log in any more are refused`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            _ = try await site.database.write { try $0.run("UPDATE users SET is_active = 0") }
            let answer = try await program.get("/account")
            #expect(answer.status == 401)
        }
    }

    @Test func `that are unknown are counted, and hold up nobody whose token is right`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let right = try await site.program("ada")
            for number in 0..<(APIDoor.limit + 2) {
                let wrong = TestProgram(
                    browser: site.browser(), token: "martlet_" + String(repeating: "A", count: 42) + "w")
                let answer = try await wrong.get("/account")
                #expect(answer.status == (number < APIDoor.limit ? 401 : 429), "\(number)")
                if number >= APIDoor.limit { #expect(Int(answer.header("Retry-After") ?? "") ?? 0 > 0) }
            }
            let answer = try await right.get("/account")
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["", "Bearer", "Basic YWRhOnB3", "Bearer martlet_", "Bearer x y"])
    func `that are none are refused with a header that says what is wanted`(_ header: String) async throws {
        try await withSite { site in
            let answer = try await site.browser().get("/api/v1/account", [("Authorization", header)])
            #expect(answer.status == 401)
            #expect(answer.header("WWW-Authenticate")?.hasPrefix("Bearer realm=") == true)
        }
    }

    @Test func `alone let programs in: a browser's cookie does not`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            for route in APIRoute.all {
                let path = APIRoute.root + route.path.replacing("{id}", with: "1").replacing("{file}", with: "1")
                let answer = try await ada.send(
                    .init(rawValue: route.method.rawValue), path, [("Content-Type", "application/json")], body: nil)
                #expect(answer.status == 401, "\(route.method) \(path)")
                #expect(answer.header("Content-Type") == "application/json")
            }
        }
    }
}
