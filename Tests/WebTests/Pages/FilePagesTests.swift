import Campaigns
import Foundation
import NIOHTTP1
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Files in the pages` {
    static let png: [UInt8] = Array(
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")!)

    /// A form with files, as a browser sends it.
    static func form(
        _ fields: [(String, String)], _ files: [(field: String, name: String, content: [UInt8])]
    ) -> (type: (String, String), body: [UInt8]) {
        var body: [UInt8] = []
        for (name, value) in fields {
            body += "--X\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8
        }
        for file in files {
            body += "--X\r\nContent-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\"\r\n".utf8
            body += "Content-Type: application/octet-stream\r\n\r\n".utf8
            body += file.content + Array("\r\n".utf8)
        }
        body += "--X--\r\n".utf8
        return (("Content-Type", "multipart/form-data; boundary=X"), body)
    }

    static func upload(
        _ browser: TestBrowser, _ path: String, _ files: [(field: String, name: String, content: [UInt8])],
        _ fields: [(String, String)] = [], isPartial: Bool = true
    ) async throws -> TestBrowser.Answer {
        let token = try await browser.get("/accounts/password_change/").formToken
        let (type, body) = form([("csrfmiddlewaretoken", token)] + fields, files)
        return try await browser.send(.POST, path, [type] + (isPartial ? [("HX-Request", "true")] : []), body: body)
    }

    static func template(_ browser: TestBrowser, _ body: String = "<p>Hello</p>") async throws -> String {
        let saved = try await browser.post("/templates/create/", ["name": "Offer", "subject": "Hi", "body": body])
        return try #require(saved.location).replacing("edit/", with: "")
    }

    @Test func `attachments are listed with type and size, downloaded, and removed with their content`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            let pdf = Array("%PDF-1.7\n".utf8) + [UInt8](repeating: 7, count: 3000)
            let added = try await Self.upload(
                ada, path + "files/",
                [("attachment", "../Übersicht.pdf", pdf), ("attachment", "list.csv", Array("a;b\n".utf8))])
            #expect(added.status == 200)
            #expect(added.body.contains("Übersicht.pdf") && added.body.contains("application/pdf"))
            #expect(added.body.contains("3 KB") && added.body.contains("2 attachments"))
            #expect(!added.body.contains("<html"))
            let page = try await ada.get(path + "edit/")
            #expect(page.body.contains("Übersicht.pdf") && page.body.contains("list.csv"))
            let link = try #require(page.body.firstMatch(of: /\/files\/(\d+)\//))
            let file = try await ada.get(String(link.output.0))
            #expect(file.status == 200)
            #expect(file.header("Content-Disposition")?.contains("filename*=UTF-8''%C3%9Cbersicht.pdf") == true)
            #expect(file.header("Content-Type") == "application/octet-stream")
            let removed = try await ada.post(
                path + "files/remove/", ["file": String(link.output.1)], from: path + "edit/", [("HX-Request", "true")])
            #expect(removed.status == 200 && !removed.body.contains("Übersicht.pdf"))
            #expect(try await ada.get(String(link.output.0)).status == 404)
        }
    }

    @Test func `without scripts the same is done by forms`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            let added = try await Self.upload(
                ada, path + "files/", [("attachment", "a.txt", Array("x".utf8))], isPartial: false)
            #expect(added.status == 303 && added.location == path + "edit/")
            let refused = try await Self.upload(
                ada, path + "files/", [("attachment", "a.pdf", Array("MZ\0".utf8))], isPartial: false)
            #expect(refused.status == 303)
            #expect(try await ada.get(path + "edit/").body.contains("a program for Windows"))
        }
    }

    @Test func `a program that is called a document is refused with a sentence, and nothing is kept`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            let answer = try await Self.upload(
                ada, path + "files/",
                [
                    ("attachment", "good.txt", Array("fine".utf8)),
                    ("attachment", "invoice.pdf", [0x4D, 0x5A, 0x90, 0] + [UInt8](repeating: 0, count: 100)),
                ])
            #expect(answer.status == 200)
            #expect(answer.body.contains("“invoice.pdf” was not taken: its content is a program for Windows"))
            #expect(answer.body.contains("Nothing is attached"))
            let files = try await site.database.read { try $0.count("SELECT COUNT(*) FROM file") }
            #expect(files == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder.file("uploads")) == [])
        }
    }

    @Test func `a picture of 30 MB is refused while it comes`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            let token = try await ada.get("/accounts/password_change/").formToken
            let head = """
                --X\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n\(token)\r\n\
                --X\r\nContent-Disposition: form-data; name="attachment"; filename="huge.png"\r\n\r\n
                """
            let cookies = ada.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let request = StreamedRequest(
                port: site.port, path: path + "files/",
                headers: [
                    ("Content-Type", "multipart/form-data; boundary=X"), ("Cookie", cookies),
                    ("Transfer-Encoding", "chunked"),
                ])
            let answer = try await request.send(beginning: Array(head.utf8), most: 30 << 20)
            #expect(answer.status == 413)
            #expect(answer.body.contains("larger than the 10 MB that are accepted here"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder.file("uploads")) == [])
        }
    }

    @Test func `all files of a mail together stay below the limit`() async throws {
        try await withSite(configure: { $0.mailFilesLimit = 5000 }) { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            func text(_ letter: UInt8) -> [UInt8] { [UInt8](repeating: letter, count: 3000) }
            #expect(try await Self.upload(ada, path + "files/", [("attachment", "a.txt", text(65))]).status == 200)
            let second = try await Self.upload(ada, path + "files/", [("attachment", "b.txt", text(66))])
            #expect(second.status == 200)
            #expect(second.body.contains("would have 6 KB; 5 KB are possible"))
            // The same content once more needs no room.
            #expect(try await Self.upload(ada, path + "files/", [("attachment", "c.txt", text(65))]).status == 200)
        }
    }

    @Test func `an account's files stay within its room, wherever they come from`() async throws {
        try await withSite(configure: { $0.accountFilesLimit = 5000 }) { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            func text(_ letter: UInt8) -> [UInt8] { [UInt8](repeating: letter, count: 3000) }
            let first = try await Self.upload(ada, path + "files/", [("attachment", "a.txt", text(65))])
            #expect(first.body.contains("All files of your account take 3 KB of 5 KB"))
            let full = "was not stored: the files of your account take 3 KB, and 5 KB are possible"
            let second = try await Self.upload(ada, path + "files/", [("attachment", "b.txt", text(66))])
            #expect(second.body.contains("“b.txt” (3 KB) \(full)") && second.body.contains("ACCOUNT_FILES_MB"))
            let other = try await Self.template(ada)
            // The same content needs no room.
            #expect(
                try await Self.upload(ada, other + "files/", [("attachment", "c.txt", text(65))]).body.contains("c.txt")
            )
            let picture = try await Self.upload(ada, "/pictures/", [("picture", "p.png", Self.png + text(67))])
            #expect(picture.status == 422 && picture.body.contains(full))
            let program = try await site.program("ada")
            #expect(try await program.get("/account").body["files"] == ["limit": 5000, "used": 3000])
            let mail = try await ada.get("/emails/create/")
            #expect(mail.body.contains("All files of your account take 3 KB of 5 KB"))
            // Another account has its own.
            let eve = try await site.member("eve")
            let hers = try await Self.template(eve)
            #expect(
                try await Self.upload(eve, hers + "files/", [("attachment", "b.txt", text(66))]).body.contains("b.txt"))
        }
    }

    @Test func `a page says what takes how much, and frees what ended campaigns were sent with`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let eve = try await site.member("eve")
            #expect(try await ada.get("/files/").body.contains("Files are attached, and pictures put into the text"))
            let account = try await site.equip("ada")
            let files = "/templates/\(account.template)/files/"
            let added = try await Self.upload(ada, files, [("attachment", "terms.txt", Array("the terms".utf8))])
            #expect(added.body.contains("href=\"/files/\""))
            let campaign = try await site.startedCampaign(account)
            let needed = try await ada.get("/files/").body
            #expect(needed.contains("terms.txt") && needed.contains("9 bytes") && needed.contains("November"))
            #expect(needed.contains("not ended yet") && !needed.contains("name=\"files\""))
            let file = try #require(needed.firstMatch(of: /href="\/files\/(\d+)\/"/)?.output.1)
            func remove(_ browser: TestBrowser) async throws -> TestBrowser.Answer {
                _ = try await browser.post("/files/remove/", ["files": String(file)], from: "/profile/account/")
                return try await browser.get("/files/")
            }
            #expect(try await remove(ada).body.contains("1 file is still needed"))
            #expect(try await ada.get("/campaigns/\(campaign)/").body.contains("<bdi>terms.txt</bdi>, 9 bytes"))
            try await site.put(3, of: account, into: .delivered)
            _ = try await ada.post(files + "remove/", ["file": String(file)], from: "/profile/account/")
            #expect(try await remove(eve).body.contains("These files were removed already"))
            #expect(try await ada.get("/files/").body.contains("name=\"files\""))
            let freed = try await remove(ada).body
            #expect(freed.contains("1 file is removed: 9 bytes") && freed.contains("No files"))
            let note = "It was sent with them: terms.txt (9 bytes)"
            #expect(try await ada.get("/campaigns/\(campaign)/").body.contains(note))
            #expect(try await ada.get("/campaigns/\(campaign)/mail/").body.contains(note))
            let mail = try await site.database.read { try $0.one("SELECT MIN(id) FROM message") { try $0.int64(0) } }
            let page = try await ada.get("/emails/\(mail)/").body
            #expect(page.contains(note))
            _ = try await ada.post(
                "/campaigns/\(campaign)/test/", ["to": "ada@example.org"], from: "/campaigns/\(campaign)/mail/")
            let test = try await ada.get("/campaigns/\(campaign)/mail/")
            #expect(test.body.contains("a test would leave without them"))
            #expect(try await remove(ada).body.contains("These files were removed already"))
        }
    }

    @Test func `files of a finished campaign stay while mails of it are to be decided about, and the page says so`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let files = "/templates/\(account.template)/files/"
            _ = try await Self.upload(ada, files, [("attachment", "terms.txt", [65])])
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .delivered)
            try await site.put(1, of: account, into: .unknown)
            try await site.database.write { tx in
                _ = try tx.run("UPDATE campaign SET state = 'finished' WHERE id = \(campaign)")
            }
            let page = try await ada.get("/files/").body
            #expect(page.contains("(ended, but for mails to decide about)") && !page.contains("not ended yet"))
            #expect(page.contains(">1 byte<") && !page.contains("name=\"files\""))
        }
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1025, "2 KB"), (1 << 20, "1 MB"), (3 << 19, "1.5 MB"),
        (1 << 30, "1 GB"), (5 << 29, "2.5 GB"),
    ])
    func `sizes are said in units that people know`(_ count: Int, _ text: String) {
        #expect(ByteCount(count).text == text)
    }

    @Test func `a copy of a campaign whose template is gone has its files`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada")
            let files = "/templates/\(account.template)/files/"
            _ = try await Self.upload(ada, files, [("attachment", "terms.txt", Array("the terms".utf8))])
            let campaign = try await site.startedCampaign(account)
            try await site.database.write { tx in
                _ = try tx.account(account.account).deleteTemplate(account.template)
            }
            _ = try await ada.post("/campaigns/\(campaign)/duplicate/", from: "/campaigns/\(campaign)/")
            let names = try await site.database.read {
                try $0.rows("SELECT name FROM template_file") { try $0.string(0) }
            }
            #expect(names == ["terms.txt"])
        }
    }

    @Test func `a new template is saved with its files, or not at all`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let page = try await ada.get("/templates/create/")
            #expect(page.body.contains("enctype=\"multipart/form-data\"") && page.body.contains("name=\"attachment\""))
            let fields = [("name", "Offer"), ("subject", "Hi"), ("body", "<p>Dear {first_name}</p>")]
            let refused = try await Self.upload(
                ada, "/templates/create/",
                [("attachment", "a.txt", Array("fine".utf8)), ("attachment", "b.pdf", Array("MZ\0".utf8))], fields,
                isPartial: false)
            #expect(refused.status == 422 && refused.body.contains("a program for Windows"))
            #expect(refused.body.contains("Dear {first_name}") && refused.body.contains("id=\"attachment-error\""))
            #expect(try await ada.get("/templates/").body.contains("No templates yet"))
            let wrong = try await Self.upload(
                ada, "/templates/create/", [("attachment", "a.txt", Array("fine".utf8))],
                [("name", ""), ("subject", "Hi"), ("body", "<p>Hello</p>")], isPartial: false)
            #expect(wrong.status == 422 && wrong.body.contains("Choose the files again"))
            let saved = try await Self.upload(
                ada, "/templates/create/",
                [("attachment", "a.txt", Array("fine".utf8)), ("attachment", "b.txt", Array("too".utf8))],
                fields + [("plain_text", String(repeating: "long ", count: 90_000)), ("preview_recipient", "x")],
                isPartial: false)
            #expect(saved.status == 303)
            let edit = try await ada.get(try #require(saved.location))
            #expect(edit.body.contains("a.txt") && edit.body.contains("b.txt") && edit.body.contains("2 attachments"))
            // Without any, as a browser sends the empty field.
            let none = try await Self.upload(
                ada, "/templates/create/", [("attachment", "", [])], fields, isPartial: false)
            #expect(none.status == 303)
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder.file("uploads")) == [])
        }
    }

    @Test func `a picture is uploaded, shown to its account alone, and belongs to the template that shows it`()
        async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let eve = try await site.member("eve")
            let uploaded = try await Self.upload(ada, "/pictures/", [("picture", "logo.png", Self.png)])
            #expect(uploaded.status == 200)
            let location = try #require(uploaded.body.firstMatch(of: /\/pictures\/([0-9a-f]{32})\//))
            let picture = try await ada.get(String(location.output.0))
            #expect(picture.status == 200 && picture.header("Content-Type") == "image/png")
            #expect(picture.header("X-Content-Type-Options") == "nosniff")
            #expect(try await eve.get(String(location.output.0)).status == 404)
            let key = try #require(PictureKey(location.output.1))
            let html = "<p>Hello <img src=\"\(key.address)\" alt=\"Logo\"></p>"
            let path = try await Self.template(ada, html)
            #expect(try await ada.get(path + "edit/").body.contains("with 1 picture in the text"))
            let frame = try await ada.post(
                "/templates/preview/frame/", ["subject": "x", "body": html], from: path + "edit/")
            #expect(frame.body.contains("src=\"data:image/png;base64,iVBORw0KGgo"))
            // Eve's template shows nothing of Ada's.
            let theirs = try await eve.post(
                "/templates/preview/frame/", ["subject": "x", "body": html], from: "/templates/create/")
            #expect(!theirs.body.contains("data:image") && theirs.body.contains(key.address))
            let copied = try await ada.post(path + "duplicate/", from: path + "edit/")
            #expect(try await ada.get(try #require(copied.location)).body.contains("with 1 picture in the text"))
        }
    }

    @Test func `what is no picture is not put into a text`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            for (name, content, told) in [
                ("a.txt", Array("x".utf8), "no picture that mail programs show"),
                ("a.png", Array("<svg onload=alert(1)>".utf8), "an SVG drawing"),
            ] {
                let answer = try await Self.upload(ada, "/pictures/", [("picture", name, content)])
                #expect(answer.status == 422 && answer.body.contains(told), "\(answer.body)")
            }
        }
    }

    @Test func `a picture that HTML of another program calls by its name is found among the attachments`() async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try await Self.template(ada)
            _ = try await Self.upload(ada, path + "files/", [("attachment", "logo.png", Self.png)])
            _ = try await ada.post(
                path + "edit/", ["name": "Offer", "subject": "Hi", "body": "<p><img src='cid:logo.png' alt='L'></p>"])
            let page = try await ada.get(path + "edit/")
            #expect(page.body.contains("@picture.martlet") && !page.body.contains("cid:logo.png"))
        }
    }

    @Test func `a single mail takes files of its own`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let things = try await site.furnish("ada")
            let fields = [("recipient", "ada-private@example.org"), ("template", "\(things.template)")]
            let refused = try await Self.upload(
                ada, "/emails/create/", [("attachment", "x.js", Array("x()".utf8))], fields, isPartial: false)
            #expect(refused.status == 422 && refused.body.contains(".js can run as programs"))
            let queued = try await Self.upload(
                ada, "/emails/create/",
                [("attachment", "a.txt", Array("a".utf8)), ("attachment", "b.txt", Array("b".utf8))], fields,
                isPartial: false)
            #expect(queued.status == 303, "\(queued.body)")
            let names = try await site.database.read {
                try $0.rows("SELECT name FROM campaign_file ORDER BY position") { try $0.string(0) }
            }
            #expect(names == ["a.txt", "b.txt"])
        }
    }
}
