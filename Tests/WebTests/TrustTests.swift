import PersistenceSQLite
import Persistence
import TestSupport
import HTTPTypes
import NIOHTTP1
import Foundation
import NIOCore
import Networks
import Testing

@testable import Web

@Suite struct `Trust` {
    @Test func `every page but login and registration asks for a login`() async throws {
        let entries = try await routeEntries()
        try await withSite { site in
            for entry in entries where entry.access == .member && entry.method == .get {
                let path = entry.path.replacing(/\{[a-z]+\}/, with: "1")
                let answer = try await site.browser().get(path)
                #expect(answer.status == 302, "\(path)")
                #expect(answer.location?.hasPrefix("/accounts/login/") == true, "\(path)")
            }
        }
    }

    /// What anybody may call. Each one more is to be thought about, and added here.
    @Test func `without a login there are these, and nothing else`() async throws {
        try await withSite { site in
            let without = site.entries.filter { $0.access != .member && $0.access != .bearer }
                .map { "\($0.method) \($0.path) \($0.access)" }
            #expect(
                Set(without) == [
                    "GET /health plain", "GET /ready plain", "GET /metrics plain", "GET /static/** plain",
                    "GET /favicon.ico plain", "GET /api/v1/openapi.json plain",
                    "GET /accounts/login/ open", "POST /accounts/login/ open", "GET /accounts/register/ open",
                    "POST /accounts/register/ open",
                    "GET /unsubscribe/{token}/ token", "POST /unsubscribe/{token}/ token",
                    "POST /unsubscribe/{token}/reason/ token", "POST /resubscribe/{token}/ token",
                    "GET /view/{token}/ token", "GET /track/click/{token}/ token", "GET /track/pixel/{token}/ token",
                ])
            for entry in site.entries where !["open", "plain"].contains("\(entry.access)") {
                let path = entry.path.replacing(/\{[a-z_]+\}/, with: "1")
                let answer = try await site.browser().send(
                    .init(rawValue: entry.method.rawValue), path,
                    [
                        (
                            "Content-Type",
                            entry.access == .bearer ? "application/json" : "application/x-www-form-urlencoded"
                        )
                    ],
                    body: entry.method == .get ? nil : [])
                let what = "\(entry.method) \(path): \(answer.status)"
                switch entry.access {
                case .member: #expect(answer.location?.hasPrefix("/accounts/login/") == true, "\(what)")
                case .bearer: #expect(answer.status == 401, "\(what)")
                // A picture is always one.
                default: #expect(answer.status == (path.hasPrefix("/track/pixel/") ? 200 : 404), "\(what)")
                }
            }
            #expect(try await site.browser().get("/metrics").status == 401)
        }
    }

    @Test func `a form without the session's token is refused on every route, and nothing is done`() async throws {
        let entries = try await routeEntries()
        try await withSite { site in
            let ada = try await site.member("ada")
            for entry in entries where entry.method == .post && [.member, .open].contains(entry.access) {
                let path = entry.path.replacing(/\{[a-z]+\}/, with: "1")
                let found1 = try await ada.post(path, token: "").status
                #expect(found1 == 403, "\(path) without a token")
                let bobs = String(repeating: "x", count: 43)
                let found2 = try await ada.post(path, token: bobs).status
                #expect(found2 == 403, "\(path) with another token")
            }
            // The log-out form was among them.
            let found3 = try await ada.get("/accounts/password_change/").status
            #expect(found3 == 200)
        }
    }

    @Test(arguments: [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")])
    func `a form from another site is refused even with the right token`(_ header: (String, String)) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let token = try await ada.get("/accounts/password_change/").formToken
            let found4 = try await ada.post("/accounts/logout/", token: token, [header]).status
            #expect(found4 == 403)
        }
    }

    @Test func `every answer has the security headers`() async throws {
        try await withSite { site in
            for path in ["/accounts/login/", "/", "/nothing-here/", "/static/app.css", "/health"] {
                let answer = try await site.browser().get(path)
                let policy = answer.header("Content-Security-Policy") ?? ""
                #expect(policy.contains("script-src 'self'"), "\(path)")
                #expect(!policy.contains("unsafe"), "\(path)")
                #expect(answer.header("X-Content-Type-Options") == "nosniff", "\(path)")
            }
        }
    }

    @Test func `another host name is not answered`() async throws {
        try await withSite(configure: { $0.allowedHosts = ["mail.example.org", "127.0.0.1"] }) { site in
            let found5 = try await site.browser().get("/accounts/login/").status
            #expect(found5 == 200)
            let found6 = try await site.browser().get("/accounts/login/", [("Host", "evil.example")]).status
            #expect(found6 == 400)
            let found7 = try await site.browser().get("/health", [("Host", "10.1.2.3")]).status
            #expect(found7 == 200)
        }
    }

    @Test(arguments: [
        "//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "",
    ])
    func `a login leads to no other site`(_ next: String) { #expect(SafePath(next).path == "/") }

    @Test func `a login leads back to the page that was asked for`() async throws {
        try await withSite { site in
            _ = try await site.browser().register("ada")
            let browser = site.browser()
            let page = try await browser.get("/logs/?email=a%20b")
            #expect(page.location == "/accounts/login/?next=%2Flogs%2F%3Femail%3Da%2520b")
            let answer = try await browser.post(
                "/accounts/login/",
                ["username": "ada", "password": "a long enough phrase", "next": "/logs/?email=a%20b"])
            #expect(answer.location == "/logs/?email=a%20b")
        }
    }

    @Test func `cookies are for this site's pages only, and Secure where the site is`() async throws {
        try await withSite(configure: { $0.siteURL = "https://mail.example.org" }) { site in
            let cookie = try await site.browser().get("/accounts/login/").header("Set-Cookie") ?? ""
            #expect(cookie.hasPrefix("__Host-martlet_guest="))
            #expect(cookie.contains("; HttpOnly; SameSite=Lax"))
            #expect(cookie.hasSuffix("; Secure"))
        }
    }

    @Test func `a path cannot leave the folder of the assets`() async throws {
        try await withSite { site in
            let secret = site.folder.file("assets/secret.txt")
            try Data("secret".utf8).write(to: URL(fileURLWithPath: secret))
            for path in ["../secret.txt", "%2e%2e/secret.txt", "x/../../secret.txt", "/etc/passwd", "..%2fsecret.txt"] {
                let found8 = try await site.browser().get("/static/" + path).status
                #expect(found8 == 404, "\(path)")
            }
            let style = try await site.browser().get("/static/app.css")
            #expect(style.body == "body{}")
            let again = try await site.browser().get("/static/app.css", [("If-None-Match", style.header("ETag")!)])
            #expect(again.status == 304)
        }
    }

    @Test(arguments: ["body{color:red}", "main{}"])
    func `a file that was replaced under the running server comes whole and is not kept`(_ text: String) async throws {
        try await withSite { site in
            let path = try #require(
                try await site.browser().get("/accounts/login/").body.firstMatch(of: /\/static\/[0-9a-f]+\/app.css/)
            ).output
            let before = try await site.browser().get(String(path))
            #expect(before.body == "body{}" && before.header("Cache-Control")?.contains("immutable") == true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: site.folder.file("assets/static/app.css")))
            for path in [String(path), "/static/app.css"] {
                let after = try await site.browser().get(path, [("If-None-Match", before.header("ETag")!)])
                #expect(after.status == 200 && after.body == text)
                #expect(after.header("Cache-Control") == "no-cache" && after.header("ETag") == nil)
            }
        }
    }

    @Test func `what was not expected is a reference, and nothing else of it is shown`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.database.write { tx in _ = try tx.run("DROP TABLE daily") }
            let answer = try await ada.get("/")
            #expect(answer.status == 500)
            #expect(answer.body.contains(/Something went wrong \(reference [0-9A-F]{4}\)/))
            #expect(!answer.body.contains("daily"))
        }
    }

    @Test func `errors are pages, and messages for htmx`() async throws {
        try await withSite { site in
            let missing = try await site.browser().get("/nothing-here/")
            #expect(missing.status == 404)
            #expect(missing.body.contains("Page not found"))
            let found9 = try await site.browser().get("/accounts/logout/").status
            #expect(found9 == 405)
            let large = try await site.browser().send(
                .POST, "/accounts/login/", [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(repeating: 65, count: Routes.formLimit + 1))
            #expect(large.status == 413)
            #expect(large.body.contains("larger than the 1 MB") && large.body.contains("To the dashboard"))
            // Whoever comes from a mail has no dashboard.
            let reader = try await site.browser().send(
                .POST, "/unsubscribe/x/", [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(repeating: 65, count: Routes.publicFormLimit + 1))
            #expect(reader.status == 413)
            #expect(reader.body.contains("larger than the 16 KB") && !reader.body.contains("To the dashboard"))
            let part = try await site.browser().get("/nothing-here/", [("HX-Request", "true")])
            #expect(part.status == 404)
            #expect(part.header("HX-Retarget") == "#toaster")
            #expect(!part.body.contains("<html"))
        }
    }
}

/// Every route of the server.
func routeEntries() async throws -> [Routes.Entry] { try await withSite { $0.entries } }

@Suite struct `Client addresses` {
    @Test func `the nearest address that is no proxy of ours counts, and an IPv6 neighbourhood as one`() throws {
        let client = ClientAddress(trustedProxies: [try #require(AddressRange("10.0.0.0/8"))])
        let proxy = try SocketAddress(ipAddress: "10.0.0.1", port: 1)
        #expect(client.subject(peer: proxy, forwardedFor: "1.1.1.1, 203.0.113.7, 10.0.0.2") == "203.0.113.7")
        #expect(client.subject(peer: proxy, forwardedFor: "203.0.113.7, nonsense") == "10.0.0.1")
        let stranger = try SocketAddress(ipAddress: "2001:db8:1:2:3:4:5:6", port: 1)
        #expect(client.subject(peer: stranger, forwardedFor: "203.0.113.7") == "2001:db8:1:2::/64")
    }
}
