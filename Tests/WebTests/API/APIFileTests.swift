import Campaigns
import Foundation
import NIOHTTP1
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Files by the API` {
    @Test func `are uploaded, attached, listed and removed`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            _ = ada
            let program = try await site.program("ada")
            let things = try await site.furnish("ada")
            let made = try await program.raw(
                .POST, "/files?name=logo.png", `Files in the pages`.png, type: "application/octet-stream")
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.body["id"]?.integer)
            #expect(made.body["media_type"] == "image/png")
            #expect(made.body["picture"]?.text?.hasPrefix("cid:") == true)
            let path = "/templates/\(things.template)/files"
            let attached = try await program.post(path, ["file_id": .integer(id), "name": "../Logo.png"])
            #expect(attached.status == 200)
            #expect(attached.items.map { $0["name"] } == ["Logo.png"])
            #expect(try await program.get(path).items.map { $0["use"] } == ["attachment"])
            #expect(try await program.send(.DELETE, "\(path)/\(id)").status == 204)
            #expect(try await program.get(path).items.isEmpty)
            #expect(try await program.post(path, ["file_id": .integer(id)]).status == 404)
        }
    }

    @Test func `are listed page by page, each account its own`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            _ = try await site.member("eve")
            let (program, eve) = (try await site.program("ada"), try await site.program("eve"))
            for name in ["a.txt", "b.txt", "c.txt"] {
                let made = try await program.raw(.POST, "/files?name=\(name)", Array(name.utf8), type: "text/plain")
                #expect(made.status == 201)
            }
            let first = try await program.get("/files?limit=2")
            #expect(first.items.map { $0["name"] } == ["c.txt", "b.txt"])
            let next = try #require(first.body["next"]?.text)
            let second = try await program.get(String(next.dropFirst("/api/v1".count)))
            #expect(second.items.map { $0["name"] } == ["a.txt"] && second.body["next"] == JSON.null)
            #expect(try await eve.get("/files").items.isEmpty)
        }
    }

    @Test func `go with a single mail`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            _ = try await site.member("eve")
            let things = try await site.furnish("ada")
            let (program, eve) = (try await site.program("ada"), try await site.program("eve"))
            let made = try await program.raw(.POST, "/files?name=a.txt", Array("hello".utf8), type: "text/plain")
            let id = try #require(made.body["id"]?.integer)
            let sent = try await program.post(
                "/messages",
                [
                    "recipient": "ada-private@example.org", "template_id": JSON(things.template),
                    "files": [["id": .integer(id), "name": "b.txt"]],
                ])
            #expect(sent.status == 202, "\(sent.text)")
            let names = try await site.database.read {
                try $0.rows("SELECT name FROM campaign_file") { try $0.string(0) }
            }
            #expect(names == ["b.txt"])
            let theirs = try await site.furnish("eve")
            let stolen = try await eve.post(
                "/messages",
                [
                    "recipient": "eve-private@example.org", "template_id": JSON(theirs.template),
                    "files": [["id": .integer(id)]],
                ])
            #expect(stolen.status == 404)
            let attached = try await eve.post("/templates/\(theirs.template)/files", ["file_id": .integer(id)])
            #expect(attached.status == 404)
        }
    }

    @Test func `that are documents become no programs by another name`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            let things = try await site.furnish("ada")
            let made = try await program.raw(.POST, "/files?name=invoice.txt", Array("echo hello".utf8))
            let id = try #require(made.body["id"]?.integer)
            let path = "/templates/\(things.template)/files"
            let attached = try await program.post(path, ["file_id": .integer(id), "name": "a/invoice.bat"])
            #expect(attached.status == 422 && attached.fields == ["file"], "\(attached.text)")
            #expect(attached.text.contains("“invoice.bat” was not taken: files that end in .bat can run as programs"))
            let pretended = try await program.post(path, ["file_id": .integer(id), "name": "invoice.pdf"])
            #expect(pretended.status == 422 && pretended.text.contains("its content is"))
            let sent = try await program.post(
                "/messages",
                [
                    "recipient": "ada-private@example.org", "template_id": JSON(things.template),
                    "files": [["id": .integer(id), "name": "run.hta"]],
                ])
            #expect(sent.status == 422 && sent.text.contains(".hta can run as programs"), "\(sent.text)")
            #expect(try await program.get(path).items.isEmpty)
            let mails = try await site.database.read { try $0.count("SELECT COUNT(*) FROM campaign_file") }
            #expect(mails == 0)
        }
    }

    @Test func `have the name and the type that they were given last, and keep them where they are used`()
        async throws
    {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            let things = try await site.furnish("ada")
            let path = "/templates/\(things.template)/files"
            let zip: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0]
            let first = try await program.raw(.POST, "/files?name=x.zip", zip)
            let id = try #require(first.body["id"]?.integer)
            #expect(try await program.post(path, ["file_id": .integer(id)]).status == 200)
            let second = try await program.raw(.POST, "/files?name=macro.docm", zip)
            #expect(second.body["id"] == first.body["id"])
            #expect(second.body["name"] == "macro.docm")
            #expect(second.body["media_type"] == "application/vnd.ms-word.document.macroEnabled.12")
            let kept = try await program.get(path).items
            #expect(kept.map { $0["name"] } == ["x.zip"])
            #expect(kept.map { $0["media_type"] } == ["application/zip"])
            let sent = try await program.post(
                "/messages",
                [
                    "recipient": "ada-private@example.org", "template_id": JSON(things.template),
                    "files": [["id": .integer(id)]],
                ])
            #expect(sent.status == 202, "\(sent.text)")
            let used = try await site.database.read {
                try $0.rows("SELECT name, media_type FROM campaign_file") { [try $0.string(0), try $0.string(1)] }
            }
            #expect(used == [["macro.docm", "application/vnd.ms-word.document.macroEnabled.12"]])
            let renamed = try await program.post(path, ["file_id": .integer(id), "name": "plan.xlsx"])
            #expect(
                renamed.items.map { $0["media_type"] }
                    == ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
        }
    }

    @Test func `are refused with a sentence, by what they are and by their size`() async throws {
        try await withSite(configure: { $0.mailFilesLimit = 5000 }) { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            let reader = try await site.program("ada", scope: .read)
            let script = try await program.raw(
                .POST, "/files?name=a.pdf", Array("#!/bin/sh".utf8), type: "application/pdf")
            #expect(script.status == 422 && script.fields == ["file"] && script.text.contains("a script"))
            let large = try await program.raw(.POST, "/files?name=a.txt", [UInt8](repeating: 65, count: 6000))
            #expect(large.status == 413 && large.code == "too_large")
            #expect(try await reader.raw(.POST, "/files?name=a.txt", [65]).status == 403)
            #expect(try await program.raw(.POST, "/files", [65]).status == 400)
        }
    }
}
