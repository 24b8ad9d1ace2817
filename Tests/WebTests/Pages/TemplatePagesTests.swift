import Campaigns
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `Template pages` {
    @Test func `a template is saved, shown again and listed`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let saved = try await ada.post(
                "/templates/create/",
                ["name": "Offer", "subject": "Hello {first_name}", "body": "<p>Dear {first_name|friend}</p>"])
            #expect(saved.status == 303)
            let edit = try await ada.get(try #require(saved.location))
            #expect(edit.body.contains("value=\"Hello {first_name}\""))
            #expect(edit.body.contains("&lt;p&gt;Dear {first_name|friend}&lt;/p&gt;"))
            #expect(try await ada.get("/templates/").body.contains("Offer"))
            #expect(try await !ada.get("/templates/?q=nothing-like-it").body.contains(">Offer<"))
        }
    }

    @Test func `what a mail may not contain is taken out and told`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let saved = try await ada.post(
                "/templates/create/",
                ["name": "Offer", "subject": "Hi", "body": "<p onclick=\"x()\">Hi</p><script>alert(1)</script>"])
            let edit = try await ada.get(try #require(saved.location))
            #expect(edit.body.contains("not all of it"))
            #expect(!edit.body.contains("alert(1)"))
            #expect(!edit.body.contains("onclick=&quot;x()"))
        }
    }

    @Test(arguments: [
        ("subject", "Hello {frist_name}", "Did you mean {first_name}?"),
        ("body", "<p>one</p>\n<p>{#company} never closed</p>", "Line 2, column 4"),
        ("plain_text", "{vorname}", "there is no field named"),
        ("name", "", "Please fill in this field."),
        ("body", "<script>x</script>", "Nothing that a mail can show"),
    ])
    func `a fault is told at its field and nothing typed is lost`(_ field: String, _ text: String, _ told: String)
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            var fields = ["name": "Offer", "subject": "Hi", "body": "<p>Hi there</p>", "plain_text": "plain as typed"]
            fields[field] = text
            let answer = try await ada.post(
                "/templates/create/",
                [
                    "name": fields["name"]!, "subject": fields["subject"]!, "body": fields["body"]!,
                    "plain_text": fields["plain_text"]!,
                ])
            #expect(answer.status == 422)
            #expect(answer.body.contains(told), "\(told)")
            #expect(answer.body.contains("id=\"\(field)-error\""))
            for value in fields.values where !value.isEmpty {
                var escaped: [UInt8] = []
                HTML.escape(value, into: &escaped)
                #expect(answer.body.contains(String(decoding: escaped, as: UTF8.self)), "\(value) is lost")
            }
            #expect(try await ada.get("/templates/").body.contains("No templates yet"))
        }
    }

    @Test func `braces of style sheets and programs are text`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let saved = try await ada.post(
                "/templates/create/",
                ["name": "CSS", "subject": "Hi", "body": "<style>p {color:red}</style><p>Dear {first_name}</p>"])
            #expect(saved.status == 303)
        }
    }

    @Test func `HTML beyond the limit gets a sentence, and nothing is stored`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let large = String(repeating: "<p>x</p>", count: 1_200_000 / 8)
            let answer = try await ada.post("/templates/create/", ["name": "Large", "subject": "Hi", "body": large])
            #expect(answer.status == 422)
            #expect(answer.body.contains("1,200,000 bytes"))
        }
    }

    @Test func `the preview is filled in for a recipient, and its frame lets no script run`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let invented = try await ada.post(
                "/templates/preview/", ["subject": "Hi {first_name}", "body": "<p>x</p>"], from: "/templates/create/")
            #expect(invented.body.contains("Hi Ada"))
            #expect(invented.body.contains("invented"))
            _ = try await site.equip("ada")
            let part = try await ada.post(
                "/templates/preview/",
                ["subject": "Hi {first_name}", "body": "<p>Dear <b>{first_name}</b></p>", "preview_recipient": "p2@"],
                from: "/templates/create/")
            #expect(part.body.contains("Hi P2"))
            #expect(part.body.contains("Dear P2") || part.body.contains("Dear *P2*") || part.body.contains("P2"))
            let frame = try await ada.post(
                "/templates/preview/frame/", ["subject": "s", "body": "<p>{first_name}</p><script>evil()</script>"],
                from: "/templates/create/")
            #expect(frame.body.contains("<p>P1</p>"))
            #expect(!frame.body.contains("evil"))
            let policy = frame.header("Content-Security-Policy") ?? ""
            #expect(policy.contains("sandbox") && !policy.contains("script-src 'self'"))
        }
    }

    @Test func `a template is duplicated, and deleted only while no draft needs it`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let copy = try await ada.post("/templates/\(account.template)/duplicate/", from: "/templates/")
            #expect(try await ada.get(try #require(copy.location)).body.contains("Offer (copy)"))
            _ = try await site.draft(account)
            _ = try await ada.post("/templates/\(account.template)/delete/", from: "/templates/")
            let list = try await ada.get("/templates/")
            #expect(list.body.contains("“Spring” has yet to send it"))
            #expect(list.body.contains("/templates/\(account.template)/edit/"))
        }
    }
}
