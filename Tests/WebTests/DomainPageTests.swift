import Campaigns
import DKIM
import DomainChecks
import Foundation
import NIOConcurrencyHelpers
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@testable import Web

@Suite struct `Domain and signatures` {
    private func sender(_ browser: TestBrowser, from: String = "ada@example.org") async throws {
        let saved = try await browser.post(
            "/profile/edit/", ["kind": "rehearsal", "from_email": from, "max_emails_per_hour": "250"])
        #expect(saved.status == 303)
    }

    @Test func `two keys are made, kept sealed, shown as records, and sign at a click`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            try await site.database.write { tx in
                _ = try tx.run("UPDATE sender SET from_email = '' WHERE account_id = \(account)")
            }
            let before = try await ada.get("/profile/domain/")
            #expect(before.body.contains("No From address yet"))
            try await sender(ada)
            let made = try await ada.post(
                "/profile/domain/keys/", ["kind": "both", "selector": "M1"], from: "/profile/domain/")
            #expect(made.status == 303)
            let keys = try await site.database.read { try $0.account(account).signingKeys() }
            #expect(Set(keys.map(\.selector)) == ["m1-rsa", "m1-ed25519"])
            #expect(keys.allSatisfy { $0.state == .waiting && $0.domain == "example.org" && $0.sealedKey.count > 60 })
            let page = try await ada.get("/profile/domain/")
            for key in keys {
                #expect(page.body.contains("\(key.selector)._domainkey.example.org</pre>"))
                let record = KeyRecord(algorithm: key.algorithm, publicKey: key.publicKey)
                #expect(page.body.contains(">\(record.text)</pre>"))
                #expect(page.body.contains(">\(record.strings.replacing("\"", with: "&quot;"))</pre>"))
            }
            let rsa = try #require(keys.first { $0.algorithm == .rsa })
            #expect(rsa.bits == 2048)
            _ = try await ada.post("/profile/domain/keys/\(rsa.id)/start/", token: page.formToken)
            let signing = try await ada.get("/profile/domain/")
            #expect(
                signing.body.contains("Mails from example.org are signed") && signing.body.contains("every kind: RSA."))
            _ = try await ada.post("/profile/domain/keys/\(rsa.id)/stop/", token: page.formToken)
            _ = try await ada.post("/profile/domain/keys/\(rsa.id)/remove/", token: page.formToken)
            let left = try await site.database.read { try $0.account(account).signingKeys() }
            #expect(left.map(\.algorithm) == [.ed25519])
        }
    }

    @Test func `a key is brought along; what is no key gets a sentence at its field and is not shown again as markup`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await sender(ada, from: "ada@bücher.example")
            let broken = try await ada.post(
                "/profile/domain/keys/import/", ["import_selector": "s1", "private_key": "<script>alert(1)</script>"],
                from: "/profile/domain/")
            #expect(broken.status == 422)
            #expect(
                broken.body.contains("id=\"private_key-error\"") && broken.body.contains("no private key in PEM form"))
            #expect(!broken.body.contains("<script>alert"))
            let pem = """
                -----BEGIN PRIVATE KEY-----
                MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
                -----END PRIVATE KEY-----
                """
            let known: KeyValuePairs<String, String> = ["import_selector": "s1.eu", "private_key": pem]
            let taken = try await ada.post("/profile/domain/keys/import/", known, token: broken.formToken)
            #expect(taken.status == 303)
            let page = try await ada.get("/profile/domain/")
            #expect(page.body.contains("s1.eu._domainkey.xn--bcher-kva.example"))
            #expect(page.body.contains("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="))
            #expect(!page.body.contains("MC4CAQAw"))
            let twice = try await ada.post("/profile/domain/keys/import/", known, token: broken.formToken)
            #expect(twice.status == 422 && twice.body.contains("There is a key with this selector already."))
        }
    }

    @Test(arguments: [
        "", "with space", "under_score", "-x", "a..b", String(repeating: "a", count: 64), "ümlaut", "\"><b>",
    ])
    func `a selector that is none is said at its field`(_ selector: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await sender(ada)
            let answer = try await ada.post(
                "/profile/domain/keys/", ["kind": "ed25519", "selector": selector], from: "/profile/domain/")
            #expect(answer.status == 422)
            #expect(answer.body.contains("id=\"selector-error\""))
        }
    }

    @Test func `keys cannot be made without end`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await sender(ada)
            let token = try await ada.get("/profile/domain/").formToken
            for number in 0..<10 {
                let made = try await ada.post(
                    "/profile/domain/keys/", ["kind": "ed25519", "selector": "s\(number)"], token: token)
                #expect(made.status == 303)
            }
            let refused = try await ada.post(
                "/profile/domain/keys/", ["kind": "ed25519", "selector": "s10"], token: token)
            #expect(refused.status == 429 && refused.body.contains("Please wait a minute"))
        }
    }
}

@Suite struct `What the DNS says, on the page` {
    @Test func `a look is begun once, shown while it is under way, and its findings with what to do`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post(
                "/profile/edit/", ["kind": "rehearsal", "from_email": "ada@example.org", "max_emails_per_hour": "250"])
            let fresh = try await ada.get("/profile/domain/")
            #expect(fresh.body.contains("It has not been asked yet.") && fresh.body.contains("load, submit"))
            let asked = try await ada.post("/profile/domain/check/", token: fresh.formToken, [("HX-Request", "true")])
            #expect(asked.body.contains("The DNS is being asked …") && asked.body.contains("every 1s"))
            _ = try await ada.post("/profile/domain/check/", token: fresh.formToken)
            let account = try await site.account(of: "ada")
            #expect(site.domainChecks.withLockedValue { $0 } == ["example.org of \(account)"])
            let report = DomainReport(
                domain: "example.org",
                findings: [
                    .key(selector: "s<1>", .missing), .spf(.includesNothing(domain: "<b>x")), .dmarc(.missing),
                    .alignment(isSigned: false), .mailExchanger(.failed(.timedOut)),
                ])
            let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
            try await site.database.write { try $0.account(account).endDomainCheck("example.org", report: text) }
            let part = try await ada.get("/profile/domain/check/", [("HX-Request", "true")])
            #expect(!part.body.contains("every 1s") && !part.body.contains("<html"))
            #expect(part.body.contains("key s&lt;1&gt;") && part.body.contains("includes “&lt;b&gt;x”"))
            #expect(
                part.body.contains("_dmarc.example.org TXT &quot;v=DMARC1; p=none; rua=mailto:ada@example.org&quot;"))
            #expect(part.body.contains("The DNS did not answer in time."))
        }
    }

    @Test func `when a key starts or stops, what was found before is not said any more and is asked anew`() async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            _ = try await ada.post(
                "/profile/edit/", ["kind": "rehearsal", "from_email": "ada@example.org", "max_emails_per_hour": "250"])
            _ = try await ada.post(
                "/profile/domain/keys/", ["kind": "ed25519", "selector": "m1"], from: "/profile/domain/")
            let key = try #require(try await site.database.read { try $0.account(account).signingKeys().first?.id })
            let token = try await ada.get("/profile/domain/").formToken
            for (step, looks) in [("start", 1), ("stop", 2)] {
                let report = DomainReport(domain: "example.org", findings: [.alignment(isSigned: step == "stop")])
                let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
                try await site.database.write {
                    _ = try $0.account(account).beginDomainCheck("example.org")
                    try $0.account(account).endDomainCheck("example.org", report: text)
                }
                #expect(try await ada.get("/profile/domain/").body.contains("DMARC alignment"))
                _ = try await ada.post("/profile/domain/keys/\(key)/\(step)/", token: token)
                let page = try await ada.get("/profile/domain/").body
                #expect(!page.contains("DMARC alignment") && page.contains("The DNS is being asked …"))
                #expect(site.domainChecks.withLockedValue { $0.count } == looks)
            }
        }
    }

    @Test func `a look whose process died does not hold up the next one; too many are refused`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await ada.post(
                "/profile/edit/", ["kind": "rehearsal", "from_email": "ada@example.org", "max_emails_per_hour": "250"])
            let token = try await ada.get("/profile/domain/").formToken
            let account = try await site.account(of: "ada")
            for _ in 0..<10 {
                _ = try await ada.post("/profile/domain/check/", token: token)
                try await site.database.write { tx in
                    _ = try tx.run(
                        "UPDATE domain_check SET began_at = began_at - 31000000 WHERE account_id = \(account)")
                }
            }
            #expect(site.domainChecks.withLockedValue { $0.count } == 10)
            let refused = try await ada.post("/profile/domain/check/", token: token)
            #expect(refused.status == 429)
        }
    }
}
