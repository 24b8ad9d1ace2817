import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Uploading recipients` {
    static let file = """
        E-Mail;Vorname;Nachname;Firma\r
        ada@example.org;Ada;Lovelace;"Engines; Ltd"\r
        zoe@example.org;Zoë;Müller;\r
        nobody;No;Body;\r

        """

    @Test func `a file is previewed, then imported, and what was wrong can be downloaded`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let sent = try await ada.upload("people.csv", Self.file)
            #expect(sent.status == 303)
            let path = try #require(sent.location)
            let preview = try await ada.settled(path, "Import 2 recipients")
            #expect(preview.body.contains("nobody"))
            #expect(preview.body.contains("has no @"))
            #expect(preview.body.contains("Engines; Ltd"))
            var addresses = try await site.addresses(of: "ada")
            #expect(addresses.isEmpty)
            let confirmed = try await ada.post(path + "confirm/", from: path)
            #expect(confirmed.status == 303)
            let imported = try await ada.settled(path, "2 imported, 1 row left out").body
            #expect(!imported.contains("up to date") && !imported.contains("data-variant=\"success\""))
            #expect(imported.components(separatedBy: "\(path)faults/").count == 3, "at the top, too")
            addresses = try await site.addresses(of: "ada")
            #expect(addresses.sorted() == ["ada@example.org", "zoe@example.org"])
            let faults = try await ada.get(path + "faults/")
            #expect(faults.body.contains("4,"))
            #expect(faults.body.contains("nobody"))
            let list = try await ada.get("/recipients/upload/")
            #expect(list.body.contains("people.csv"))
            let found = try await ada.get("/recipients/?q=muller")
            #expect(found.body.contains("zoe@example.org"))
        }
    }

    @Test func `columns that are not known are asked for`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let sent = try await ada.upload("odd.csv", "who,what\r\nada@example.org,Ada\r\n")
            let path = try #require(sent.location)
            let form = try await ada.settled(path, "Use these columns")
            #expect(form.body.contains("ada@example.org"))
            let twice = try await ada.post(path + "columns/", ["column_0": "email", "column_1": "email"], from: path)
            #expect(twice.status == 422)
            let none = try await ada.post(path + "columns/", ["column_1": "first_name"], from: path)
            #expect(none.status == 422)
            #expect(none.body.contains("No column was chosen for the e-mail address"))
            let chosen = try await ada.post(
                path + "columns/", ["column_0": "email", "column_1": "first_name"], from: path)
            #expect(chosen.location == path)
            _ = try await ada.settled(path, "Import 1 recipient")
        }
    }

    @Test func `a file that changes nothing says why`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let wrong = try await ada.upload("wrong.csv", "email\r\nnot-an-address\r\n")
            _ = try await ada.settled(try #require(wrong.location), "No row of this file can be imported")
            let people = try #require(try await ada.upload("people.csv", "email\r\nada@example.org\r\n").location)
            _ = try await ada.settled(people, "Import 1 recipient")
            _ = try await ada.post(people + "confirm/", from: people)
            _ = try await ada.settled(people, "Your recipients are up to date with this file")
            let mixed = try await ada.upload("mixed.csv", "email\r\nada@example.org\r\nnot-an-address\r\n")
            let sentence = "The recipients that could be read are there already with the same values"
            _ = try await ada.settled(try #require(mixed.location), sentence)
        }
    }

    @Test func `a cancelled upload leaves nothing, and cannot be confirmed`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try #require(try await ada.upload("people.csv", Self.file).location)
            _ = try await ada.settled(path, "Import 2 recipients")
            _ = try await ada.post(path + "cancel/", from: path)
            let answer = try await ada.post(path + "confirm/", from: path)
            #expect(answer.location == path)
            let page = try await ada.settled(path, "Nothing of this file is left")
            #expect(page.body.contains("This import was cancelled"))
            let addresses = try await site.addresses(of: "ada")
            #expect(addresses.isEmpty)
        }
    }

    @Test(arguments: [("", "The file is empty"), ("email\r\n", "nobody to import")])
    func `a file without recipients says so`(_ text: String, _ sentence: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let path = try #require(try await ada.upload("empty.csv", text).location)
            _ = try await ada.settled(path, sentence)
        }
    }

    @Test func `a form without a file comes back with a message`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let answer = try await ada.upload("", "")
            #expect(answer.status == 422)
            #expect(answer.body.contains("Please choose a CSV file first."))
        }
    }

    @Test func `a file that is too large is refused with a sentence`() async throws {
        try await withSite(configure: { $0.uploadLimit = 100_000 }) { site in
            let ada = try await site.member("ada")
            let answer = try await ada.upload("large.csv", String(repeating: "x", count: 200_000))
            #expect(answer.status == 413)
            #expect(answer.body.contains("larger than"))
            let list = try await ada.get("/recipients/upload/")
            #expect(!list.body.contains("large.csv"))
        }
    }

    @Test(arguments: [true, false])
    func `a file beyond the limit is refused before it has come, and leaves nothing on disk`(isAnnounced: Bool)
        async throws
    {
        try await withSite(configure: { $0.uploadLimit = 1 << 20 }) { site in
            let ada = try await site.member("ada")
            let token = try await ada.get("/recipients/upload/").formToken
            let beginning = """
                --X\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n\(token)\r
                --X\r\nContent-Disposition: form-data; name="csv_file"; filename="large.csv"\r\n\r\nemail\r\n
                """
            let request = StreamedRequest(
                port: site.port, path: "/recipients/upload/",
                headers: [
                    ("Content-Type", "multipart/form-data; boundary=X"),
                    ("Cookie", "martlet_session=\(ada.cookies["martlet_session"] ?? "")"),
                    isAnnounced ? ("Content-Length", "\(2 << 30)") : ("Transfer-Encoding", "chunked"),
                ])
            // Far less than 2 GB, and never an end.
            let answer = try await request.send(beginning: Array(beginning.utf8), most: 2 << 20)
            #expect(answer.status == 413)
            #expect(answer.body.contains("larger than the 1 MB that are accepted here"))
            let left = try? FileManager.default.contentsOfDirectory(atPath: site.folder.file("uploads"))
            #expect(left ?? [] == [])
            let list = try await ada.get("/recipients/upload/")
            #expect(!list.body.contains("large.csv"))
        }
    }

    @Test func `nobody who unsubscribed comes back by an upload`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.account(of: "ada")
            _ = try await site.database.write {
                try $0.account(account).suppress(
                    key: "ada@example.org", email: "ada@example.org", reason: .unsubscribed)
            }
            let path = try #require(try await ada.upload("people.csv", Self.file).location)
            _ = try await ada.settled(path, "Import 2 recipients")
            _ = try await ada.post(path + "confirm/", from: path)
            let imported = try await ada.settled(path, "2 imported, 1 row left out").body
            #expect(!imported.contains("up to date") && !imported.contains("data-variant=\"success\""))
            #expect(imported.components(separatedBy: "\(path)faults/").count == 3, "at the top, too")
            let page = try await ada.get("/recipients/?q=ada@")
            #expect(page.body.contains("Unsubscribed"))
        }
    }

    @Test func `another account's import is not found on any route`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let eve = try await site.member("eve")
            let path = try #require(try await ada.upload("people.csv", Self.file).location)
            _ = try await ada.settled(path, "Import 2 recipients")
            for part in ["", "panel/", "columns/", "faults/"] {
                let answer = try await eve.get(path + part)
                #expect(answer.status == 404, "GET \(part)")
                #expect(!answer.body.contains("ada@example"))
            }
            for part in ["columns/", "confirm/", "cancel/"] {
                let answer = try await eve.post(path + part, ["column_0": "email"], from: "/recipients/")
                #expect(answer.status == 404, "POST \(part)")
            }
            let list = try await eve.get("/recipients/upload/")
            #expect(!list.body.contains("people.csv"))
            _ = try await ada.settled(path, "Import 2 recipients")
        }
    }
}

extension TestBrowser {
    /// The page once it says this; looks again as the page itself does, for ten seconds at most.
    func settled(_ path: String, _ text: String) async throws -> Answer {
        var answer = try await get(path)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(10)
        while !answer.body.contains(text), clock.now < end {
            try await clock.sleep(for: .milliseconds(50))
            answer = try await get(path)
        }
        if !answer.body.contains(text) { throw NotSaid(text: text, body: answer.body) }
        return answer
    }

    struct NotSaid: Error {
        let text: String
        let body: String
    }
}
