import Campaigns
import NIOHTTP1
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

    @Test func `a preview text is kept, copied, and shown behind the subject`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let fields: KeyValuePairs<String, String> = [
                "name": "Offer", "subject": "Hi", "preview_text": "For {first_name} & others",
                "body": "<p>Dear all</p>",
            ]
            let saved = try await ada.post("/templates/create/", fields)
            let path = try #require(saved.location)
            let shown = "value=\"For {first_name} &amp; others\""
            #expect(try await ada.get(path).body.contains(shown))
            let copy = try await ada.post(path.replacing("/edit/", with: "/duplicate/"), from: path)
            #expect(try await ada.get(try #require(copy.location)).body.contains(shown))
            let part = try await ada.post("/templates/preview/", fields, from: path, [("HX-Request", "true")])
            #expect(part.body.contains("<span class=\"text-muted-foreground\">For Ada &amp; others</span>"))
            #expect(!part.body.contains("display:none"))
        }
    }

    @Test func `a template is saved and sent to whoever wrote it, once, for the recipient of the preview`() async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 2)
            let create = "/templates/create/"
            #expect(try await ada.get(create).body.contains(#"value="ada@example.org""#))
            func save(_ subject: String, to address: String, at path: String) async throws -> TestBrowser.Answer {
                try await ada.post(
                    path,
                    [
                        "name": "Spring", "subject": subject, "body": "<p>Dear {first_name}</p>", "then": "test",
                        "test_to": address, "preview_recipient": "p2@ada.example",
                    ])
            }
            // Nothing is stored of what cannot be sent as a test.
            let refused = try await save("Hi", to: "nobody", at: create)
            #expect(refused.status == 422 && refused.body.contains("#test_to"))
            #expect(try await !ada.get("/templates/").body.contains("Spring"))

            let rehearsed = try await save("Hi {first_name}", to: "me@example.org", at: create)
            let path = try #require(rehearsed.location?.split(separator: "#").first.map(String.init))
            #expect(rehearsed.location == path + "#test")
            let told = try await ada.get(path).body
            #expect(told.contains("In a rehearsal nothing leaves this server") && told.contains("is saved."))
            #expect(told.contains(#"value="me@example.org""#))
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                var sender = try scope.defaultSender()!
                (sender.kind, sender.host) = (.smtp, "smtp.example.org")
                try scope.update(sender)
            }
            _ = try await save("Hello {first_name}", to: "me@example.org", at: path)
            let result = "Sent “[Test] Hello P2” to me@example.org."
            #expect(try await ada.get(path).body.contains(result))
            #expect(try await !ada.get(path).body.contains(result))
            #expect(try await site.database.read { try $0.count("SELECT COUNT(*) FROM message") } == 0)
            // Somebody else's template is not there.
            let eve = try await site.member("eve")
            let theirs = try await eve.post(
                path, ["name": "x", "subject": "x", "body": "x", "then": "test", "test_to": "eve@example.org"],
                from: create)
            #expect(theirs.status == 404)
        }
    }

    @Test func `a preview says which merge tags are not right before anything is saved`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            func part(_ subject: String, _ body: String) async throws -> String {
                try await ada.post(
                    "/templates/preview/", ["name": "", "subject": subject, "body": body], from: "/templates/create/",
                    [("HX-Request", "true")]
                ).body
            }
            let wrong = try await part("Hello {frist_name}", "<p>{#company}never closed</p>")
            #expect(wrong.contains("Did you mean {first_name}?") && wrong.contains("Message: "))
            #expect(try await !part("Hello {first_name}", "<p>{company}</p>").contains("not right"))
        }
    }

    @Test(arguments: ["subject", "preview_text", "plain_text", "body"])
    func `a text that no template may have is not looked at for a preview`(_ field: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            for path in ["/templates/preview/", "/templates/preview/frame/"] {
                let answer = try await ada.post(
                    path, fields: [(field, String(repeating: "{frist_name}", count: 100_000))],
                    from: "/templates/create/")
                #expect(answer.body.contains("too long for a preview"))
            }
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
        ("preview_text", "{vorname}", "there is no field named"), ("preview_text", "two\nlines", "is one line"),
        ("preview_text", "{unsubscribe_url}", "has no links"),
        ("preview_text", String(repeating: "x", count: 251), "250 are possible"),
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
                    "plain_text": fields["plain_text"]!, "preview_text": fields["preview_text"] ?? "",
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

    @Test func `the preview shows what is sent: style sheets in the elements, and nothing dangerous`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let text =
                "<style>p {color: red} @media (max-width: 9em) {p {color: blue !important}}</style><p>Dear {first_name}</p><script>x()</script>"
            func frame(_ box: KeyValuePairs<String, String>) async throws -> String {
                let token = try await ada.get("/templates/create/").formToken
                var fields = [("subject", "Hi"), ("body", text)] + box.map { ($0.key, $0.value) }
                fields.insert(("csrfmiddlewaretoken", token), at: 0)
                let body = fields.map { "\($0.0)=\(FormData.encoded($0.1))" }.joined(separator: "&")
                let answer = try await ada.send(
                    .POST, "/templates/preview/frame/", [("Content-Type", "application/x-www-form-urlencoded")],
                    body: Array(body.utf8))
                #expect(answer.status == 200)
                return answer.body
            }
            let inlined = try await frame(["has_options": "yes", "inline_styles": "on"])
            #expect(inlined.contains("<p style=\"color:red\">Dear Ada") && inlined.contains("@media"))
            #expect(!inlined.contains("x()"))
            #expect(try await frame(["has_options": "yes"]).contains("<p>Dear Ada"))
            #expect(try await frame([:]).contains("<p style=\"color:red\">Dear Ada"))
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

    @Test func `5 MB of HTML get a sentence, come back as typed, and nothing is stored`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let large = "<p>" + String(repeating: "x", count: 5 << 20) + "</p><p>the end</p>"
            let answer = try await ada.post("/templates/create/", ["name": "Large", "subject": "Hi", "body": large])
            #expect(answer.status == 422)
            #expect(answer.body.contains("bytes; a mail can have 1,000,000"))
            #expect(answer.body.contains("value=\"Large\""))
            #expect(answer.body.contains("&lt;p&gt;the end&lt;/p&gt;"))
            #expect(answer.body.utf8.count > 5 << 20)
            #expect(try await ada.get("/templates/").body.contains("No templates yet"))
        }
    }

    @Test func `a form beyond every limit is refused before it has come, with a page that says so`() async throws {
        let answer = try await oversized("/templates/create/", connection: "keep-alive", announcing: 1 << 30)
        #expect(answer.status == 413)
        #expect(answer.body.contains("larger than the 32 MB"))
    }

    @Test func `a connection that is closed afterwards is not reset before the page has come`() async throws {
        let answer = try await oversized("/recipients/create/", connection: "close", announcing: 2 << 20)
        #expect(answer.status == 413)
        #expect(answer.body.contains("larger than the 1 MB"))
    }

    /// The answer to a form that says it has so many bytes, of which at most 2 MB are sent.
    private func oversized(
        _ path: String, connection: String, announcing length: Int
    ) async throws -> (status: Int, body: String) {
        try await withSite { site in
            let ada = try await site.member("ada")
            let request = StreamedRequest(
                port: site.port, path: path,
                headers: [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Connection", connection),
                    ("Cookie", "martlet_session=\(ada.cookies["martlet_session"] ?? "")"),
                    ("Content-Length", "\(length)"),
                ])
            return try await request.send(beginning: [], most: 2 << 20)
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

    @Test func `the preview of what would fill gigabytes says so`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = try await site.equip("ada")
            let quotes = String(repeating: "'", count: 500)
            try await site.database.write { _ = try $0.run("UPDATE recipient SET city = \(quotes)") }
            for path in ["/templates/preview/", "/templates/preview/frame/"] {
                let answer = try await ada.post(
                    path, ["subject": "s", "body": "<p>" + String(repeating: "{city}", count: 50_000)],
                    from: "/templates/create/")
                #expect(answer.body.contains("too long for a preview") && answer.body.utf8.count < 10_000)
            }
        }
    }

    @Test func `a template is duplicated, and deleted only while no draft needs it`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let copy = try await ada.post("/templates/\(account.template)/duplicate/", from: "/templates/")
            #expect(try await ada.get(try #require(copy.location)).body.contains("Offer (copy)"))
            _ = try await site.draft(account)
            #expect(try await ada.get("/templates/").body.contains("1 campaign uses “Offer”. If it has begun"))
            _ = try await ada.post("/templates/\(account.template)/delete/", from: "/templates/")
            let list = try await ada.get("/templates/")
            #expect(list.body.contains("“Spring” has yet to send it"))
            #expect(list.body.contains("/templates/\(account.template)/edit/"))
        }
    }
}
