import Campaigns
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Pages on a full disk` {
    @Test func `a form gets a sentence, nothing is half done, and it works when there is space`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let token = try await ada.get("/templates/create/").formToken
            let body = "<p>" + String(repeating: "long ", count: 20_000) + "</p>"
            let fields: KeyValuePairs = ["name": "Offer", "subject": "Hi", "body": body]
            try await site.database.fillDisk()
            let refused = try await ada.post("/templates/create/", fields, token: token)
            #expect(refused.status == 503)
            #expect(refused.body.contains("The disk is full. Nothing was lost"))
            let list = try await ada.get("/templates/")
            #expect(list.status == 200 && list.body.contains("No templates yet"))

            try await site.database.makeSpace()
            let saved = try await ada.post("/templates/create/", fields, token: token)
            #expect(saved.status == 303)
        }
    }

    @Test func `an upload that does not fit gets a sentence, and none of its rows stays`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let rows = (1...5000).map { "person\($0)@example.org,A long enough name \($0)" }
            let token = try await ada.get("/recipients/upload/").formToken
            try await site.database.fillDisk()
            let file = "email,first_name\r\n" + rows.joined(separator: "\r\n") + "\r\n"
            let refused = try await ada.upload("large.csv", bytes: Array(file.utf8), token: token)
            #expect(refused.status == 503)
            #expect(refused.body.contains("The disk is full"))
            try await site.database.makeSpace()
            let addresses = try await site.addresses(of: "ada")
            #expect(addresses.isEmpty)
            let path = try #require(
                try await ada.upload("large.csv", bytes: Array(file.utf8), token: token).location)
            _ = try await ada.settled(path, "Import 5,000 recipients")
        }
    }
}
