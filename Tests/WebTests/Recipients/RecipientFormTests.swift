import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Forms of recipients` {
    @Test func `a recipient is added, normalised, and edited`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let added = try await ada.post(
                "/recipients/create/",
                ["email": " Zoe@Example.org ", "first_name": " Zoë ", "free_field3": "tea\r\nBcc: x@y.z"])
            #expect(added.status == 303)
            #expect(added.location == "/recipients/")
            let list = try await ada.get("/recipients/")
            #expect(list.body.contains("Zoe@example.org"))
            let edit = try #require(list.body.firstMatch(of: /href="(\/recipients\/\d+\/edit\/)/)).1
            let form = try await ada.get(String(edit))
            #expect(form.body.contains(#"value="tea Bcc: x@y.z""#))
            let saved = try await ada.post(String(edit), ["email": "zoe@example.org", "city": "Wien"])
            #expect(saved.status == 303)
            let found = try await ada.get("/recipients/?city=wien")
            #expect(found.body.contains("1 of 1 recipients matches"))
        }
    }

    @Test(arguments: [
        ("", "Please fill in this field."), ("bob@", "has no domain after the @"), ("bob", "has no @"),
        ("bob@x.org\r\nBcc: eve@x.org", "line break"), ("a b@x.org", "space"),
    ]) func `what is no address comes back with the reason, and the rest as it was typed`(
        _ address: String, _ reason: String
    ) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let answer = try await ada.post("/recipients/create/", ["email": address, "first_name": "Bob \"B\""])
            #expect(answer.status == 422)
            #expect(answer.body.contains(reason))
            #expect(answer.body.contains(#"value="Bob &quot;B&quot;""#))
            #expect(answer.body.contains(#"aria-describedby="email-error""#))
            let addresses = try await site.addresses(of: "ada")
            #expect(addresses.isEmpty)
        }
    }

    @Test func `a value that is too long is refused, not cut`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let answer = try await ada.post(
                "/recipients/create/", ["email": "bob@example.org", "company": String(repeating: "é", count: 251)])
            #expect(answer.status == 422)
            #expect(answer.body.contains("502 bytes"))
        }
    }

    @Test func `an address that is there, in whatever letters, names who has it with a link`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let ids = try await site.addRecipients(
                for: "ada",
                [
                    RecipientFields(email: "bob@example.org", firstName: "Bob"),
                    RecipientFields(email: "eve@example.org"),
                ])
            for path in ["/recipients/create/", "/recipients/\(ids[1])/edit/"] {
                let answer = try await ada.post(path, ["email": "BOB@Example.ORG"])
                #expect(answer.status == 422)
                #expect(answer.body.contains("it belongs to “Bob”"))
                #expect(answer.body.contains("href=\"/recipients/\(ids[0])/edit/\""))
            }
            let addresses = try await site.addresses(of: "ada")
            #expect(addresses == ["bob@example.org", "eve@example.org"])
        }
    }

    @Test func `whoever unsubscribed stays so when added again, and the form says it`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            _ = try await site.database.write {
                try $0.account(account).suppress(
                    key: "bob@example.org", email: "bob@example.org", reason: .unsubscribed)
            }
            _ = try await ada.post("/recipients/create/", ["email": "Bob@example.org"])
            let list = try await ada.get("/recipients/")
            #expect(list.body.contains("They can take that back by a link in your mails."))
            #expect(list.body.contains("Unsubscribed"))
            let id = try #require(list.body.firstMatch(of: /\/recipients\/(\d+)\/edit/)).1
            _ = try await ada.post("/recipients/\(id)/allow/", from: "/recipients/")
            let page = try await ada.get("/recipients/\(id)/")
            #expect(page.body.contains("Unsubscribed"))
            #expect(!page.body.contains("Allow mails again"))
        }
    }

    @Test func `an address is blocked by hand and allowed again`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let id = try await site.addRecipients(for: "ada", [RecipientFields(email: "bob@example.org")])[0]
            _ = try await ada.post("/recipients/\(id)/block/", from: "/recipients/")
            let blocked = try await ada.get("/recipients/\(id)/edit/")
            #expect(blocked.body.contains("Allow mails again"))
            _ = try await ada.post("/recipients/\(id)/allow/", from: "/recipients/")
            let allowed = try await ada.get("/recipients/\(id)/edit/")
            #expect(allowed.body.contains("Send nothing to this address"))
        }
    }

    @Test func `after saving, the list is as it was, and no other site can be named`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let id = try await site.addRecipients(for: "ada", [RecipientFields(email: "bob@example.org")])[0]
            let kept = try await ada.post(
                "/recipients/\(id)/edit/", ["email": "bob@example.org", "next": "/recipients/?q=bob"])
            #expect(kept.location == "/recipients/?q=bob")
            for next in [
                "https://evil.example/", "//evil.example/recipients/?", "/campaigns/", "/recipients/?\r\nX: y",
            ] {
                let answer = try await ada.post("/recipients/\(id)/edit/", ["email": "bob@example.org", "next": next])
                #expect(answer.location == "/recipients/")
            }
        }
    }
}
