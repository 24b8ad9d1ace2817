import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Deleting recipients` {
    private func people(_ count: Int) -> [RecipientFields] {
        (0..<count).map { RecipientFields(email: "p\($0)@example.org", city: $0 % 2 == 0 ? "Even" : "Odd") }
    }

    @Test func `one is deleted after a question`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let id = try await site.addRecipients(for: "ada", people(2))[0]
            let question = try await ada.get("/recipients/\(id)/delete/")
            #expect(question.body.contains("p0@example.org"))
            var left = try await site.addresses(of: "ada")
            #expect(left.count == 2)
            let answer = try await ada.post("/recipients/\(id)/delete/")
            #expect(answer.location == "/recipients/")
            left = try await site.addresses(of: "ada")
            #expect(left == ["p1@example.org"])
            let again = try await ada.post("/recipients/\(id)/delete/", from: "/recipients/")
            #expect(again.status == 404)
        }
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "99999999999999999999", "many"])
    func `what a form says of those that were deleted before cannot stop the server`(_ number: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let ids = try await site.addRecipients(for: "ada", people(3))
            let answer = try await ada.post(
                "/recipients/bulk_delete/",
                ["confirm": "yes", "up_to": ids[2].description, "deleted": number], from: "/recipients/")
            #expect(answer.status == 303)
            #expect(try await ada.get("/recipients/").status == 200)
            #expect(try await site.addresses(of: "ada").isEmpty)
        }
    }

    @Test func `those that are ticked are deleted after a question, and no others`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let ids = try await site.addRecipients(for: "ada", people(5))
            let question = try await ada.post(
                "/recipients/bulk_delete/", ["recipients": ids[1].description, "recipients": ids[3].description],
                from: "/recipients/")
            #expect(question.status == 200)
            #expect(question.body.contains("Delete 2 recipients?"))
            #expect(question.body.contains("p1@example.org") && question.body.contains("p3@example.org"))
            #expect(!question.body.contains("p2@example.org"))
            var left = try await site.addresses(of: "ada")
            #expect(left.count == 5)
            let answer = try await ada.post(
                "/recipients/bulk_delete/",
                [
                    "confirm": "yes", "up_to": try #require(question.hidden("up_to")),
                    "recipients": try #require(question.hidden("recipients")),
                ], from: "/recipients/")
            #expect(answer.status == 303)
            left = try await site.addresses(of: "ada")
            #expect(left == ["p0@example.org", "p2@example.org", "p4@example.org"])
        }
    }

    @Test func `all that match are deleted after a question that counts them`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(for: "ada", people(25))
            let question = try await ada.get("/recipients/bulk_delete/?city=odd")
            #expect(question.body.contains("Delete 12 recipients?"))
            #expect(question.body.contains("and 2 more"))
            // Who is added after the question is not part of the answer.
            try await site.addRecipients(for: "ada", [RecipientFields(email: "new@example.org", city: "Odd")])
            let answer = try await ada.post(
                "/recipients/bulk_delete/",
                [
                    "confirm": "yes", "up_to": try #require(question.hidden("up_to")),
                    "city": try #require(question.hidden("city")),
                ], from: "/recipients/")
            #expect(answer.status == 303)
            let left = try await site.addresses(of: "ada")
            #expect(left.count == 14)
            #expect(left.contains("new@example.org"))
            let page = try await ada.get("/recipients/")
            #expect(page.body.contains("12 recipients are deleted."))
        }
    }

    @Test func `nothing is deleted without a confirmed question, or for ids that are none`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(for: "ada", people(3))
            for fields: KeyValuePairs<String, String> in [
                [:], ["confirm": "yes"], ["confirm": "yes", "up_to": "x"], ["city": "odd"],
                ["confirm": "yes", "up_to": "999", "recipients": "x"],
                ["confirm": "yes", "up_to": "999", "recipients": ""],
            ] {
                let answer = try await ada.post("/recipients/bulk_delete/", fields, from: "/recipients/")
                #expect(answer.status == 200 || answer.status == 303)
            }
            let left = try await site.addresses(of: "ada")
            #expect(left.count == 3)
        }
    }
}

@Suite struct `Recipients of another account` {
    @Test func `are not found on any route, and nothing happens to them`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let eve = try await site.member("eve")
            let id = try await site.addRecipients(
                for: "ada", [RecipientFields(email: "bob@example.org", firstName: "Bob")])[0]
            try await site.addRecipients(for: "eve", [RecipientFields(email: "mine@example.org")])
            for path in ["", "edit/", "delete/"] {
                let answer = try await eve.get("/recipients/\(id)/\(path)")
                #expect(answer.status == 404, "GET \(path)")
                #expect(!answer.body.contains("bob@"))
            }
            for path in ["edit/", "delete/", "block/", "allow/"] {
                let answer = try await eve.post(
                    "/recipients/\(id)/\(path)", ["email": "eve@example.org"], from: "/recipients/")
                #expect(answer.status == 404, "POST \(path)")
            }
            let question = try await eve.post(
                "/recipients/bulk_delete/", ["recipients": id.description], from: "/recipients/")
            #expect(!question.body.contains("bob@"))
            _ = try await eve.post(
                "/recipients/bulk_delete/", ["confirm": "yes", "up_to": "999999", "recipients": id.description],
                from: "/recipients/")
            // All of eve's own, which reaches nobody else.
            _ = try await eve.post(
                "/recipients/bulk_delete/", ["confirm": "yes", "up_to": "999999"], from: "/recipients/")
            let mine = try await site.addresses(of: "eve")
            #expect(mine.isEmpty)
            let theirs = try await site.addresses(of: "ada")
            #expect(theirs == ["bob@example.org"])
            let list = try await eve.get("/recipients/?after=\(id)&sort=email&q=bob")
            #expect(!list.body.contains("bob@example"))
            let export = try await eve.get("/recipients/export/")
            #expect(!export.body.contains("bob@example"))
            // The same address may be added: nothing says that somebody else has it.
            let added = try await eve.post("/recipients/create/", ["email": "bob@example.org"])
            #expect(added.status == 303)
        }
    }
}
