import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `The list of recipients` {
    static let people = [
        RecipientFields(
            email: "ada@example.org", firstName: "Ada", lastName: "Lovelace", company: "Engines", city: "London"),
        RecipientFields(
            email: "zoe@example.org", firstName: "Zoë", lastName: "Müller", country: "Austria", city: "Wien"),
        RecipientFields(email: "bob@example.org", firstName: "<b>Bob</b>", company: "Acme & Sons"),
    ]

    @Test func `an account without recipients is shown the first steps`() async throws {
        try await withSite { site in
            let page = try await site.member("ada").get("/recipients/")
            #expect(page.status == 200)
            #expect(page.body.contains("No recipients yet"))
            #expect(page.body.contains(#"href="/recipients/upload/""#))
            #expect(page.body.contains(#"href="/recipients/create/""#))
        }
    }

    @Test func `everybody is shown, and what they wrote is text`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(for: "ada", Self.people)
            let page = try await ada.get("/recipients/")
            #expect(page.body.contains("3 recipients"))
            #expect(page.body.contains("&lt;b&gt;Bob&lt;/b&gt;"))
            #expect(!page.body.contains("<b>Bob"))
            #expect(page.body.contains("Acme &amp; Sons"))
        }
    }

    @Test(arguments: [
        ("q=MULLER", "zoe@"), ("q=engines", "ada@"), ("city=wien", "zoe@"), ("first_name=b%3Eb", "bob@"),
        ("country=aus&last_name=m", "zoe@"), ("q=%26", "bob@"),
    ]) func `search and filter find whatever the case and accents`(_ query: String, _ found: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(for: "ada", Self.people)
            let page = try await ada.get("/recipients/?" + query)
            #expect(page.body.contains("1 of 3 recipients matches"))
            for person in Self.people {
                #expect(page.body.contains("Edit \(person.email)") == person.email.hasPrefix(found))
            }
        }
    }

    @Test func `a list is sorted by a heading, and links lead through all pages and back`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let people = (0..<120).map { RecipientFields(email: "p\(1000 + $0 * 7 % 120)@example.org") }
            try await site.addRecipients(for: "ada", people)
            var seen: [String] = []
            var address: String? = "/recipients/?sort=email&q=example"
            var last = ""
            while let next = address {
                let page = try await ada.get(next)
                seen += page.body.matches(of: /aria-label="Edit ([^"]+)"/).map { String($0.1) }
                #expect(page.body.contains(#"aria-sort="ascending""#))
                last = page.body
                address = page.link("Next")
            }
            #expect(seen.count == 120)
            #expect(seen == seen.sorted())
            var back = 0
            while let previous = Self.link("Previous", in: last) {
                last = try await ada.get(previous).body
                back += 1
            }
            #expect(back == 2)
            #expect(last.contains("p1000@example.org"))
        }
    }

    private static func link(_ title: String, in body: String) -> String? {
        TestBrowser.Answer(status: 200, headers: [], body: body).link(title)
    }

    @Test(arguments: [
        "sort=nonsense", "after=x", "after=-1", "before=99999999999999999999", "sort=-name&after=7&before=7",
    ])
    func `an address that makes no sense shows the list`(_ query: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(for: "ada", Self.people)
            let page = try await ada.get("/recipients/?" + query)
            #expect(page.status == 200)
            #expect(page.body.contains("3 recipients"))
        }
    }

    @Test func `who unsubscribed is marked`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(for: "ada", Self.people)
            let account = try await site.account(of: "ada")
            _ = try await site.database.write {
                try $0.account(account).suppress(
                    key: "zoe@example.org", email: "zoe@example.org", reason: .unsubscribed)
            }
            let page = try await ada.get("/recipients/?q=zoe")
            #expect(page.body.contains("Unsubscribed"))
            let other = try await ada.get("/recipients/?q=bob")
            #expect(!other.body.contains("Unsubscribed"))
        }
    }

    @Test func `an export holds all that match, can be uploaded again, and runs nothing in a spreadsheet`() async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            try await site.addRecipients(
                for: "ada",
                Self.people + [RecipientFields(email: "eve@example.org", company: "=HYPERLINK(\"http://evil\")")])
            let all = try await ada.get("/recipients/export/")
            #expect(all.header("Content-Disposition")?.contains("recipients.csv") == true)
            #expect(all.header("Content-Type") == "text/csv; charset=utf-8")
            let lines = all.body.split(separator: "\r\n").map(String.init)
            #expect(lines.count == 5)
            #expect(
                lines[0].hasSuffix(
                    "email,first_name,last_name,company,country,city,free_field1,free_field2,free_field3"))
            #expect(lines[2] == "zoe@example.org,Zoë,Müller,,Austria,Wien,,,")
            #expect(lines[4].contains("'=HYPERLINK"))
            let some = try await ada.get("/recipients/export/?city=wien")
            #expect(some.body.split(separator: "\r\n").count == 2)
        }
    }
}

extension TestBrowser.Answer {
    /// Where the link with this text leads; nil when it is not there or leads nowhere.
    func link(_ title: String) -> String? {
        for match in body.matches(of: /<a ([^>]*)>(.*?)<\/a>/) where match.2.hasSuffix(title) {
            guard let href = match.1.firstMatch(of: /href="([^"]*)"/) else { continue }
            return String(href.1).replacing("&amp;", with: "&")
        }
        return nil
    }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String? {
        body.firstMatch(of: try! Regex<(Substring, Substring)>("name=\"\(name)\" value=\"([^\"]*)\"")).map {
            String($0.1)
        }
    }
}
