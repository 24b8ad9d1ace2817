import Campaigns
import Markup
import Persistence
import Testing

@testable import Web

@Suite struct `Designs that a template may begin with` {
    @Test(arguments: MailDesign.all.map(\.id)) func `may be saved as they are, and lose nothing`(_ id: String)
        throws
    {
        let design = try #require(MailDesign.named(id))
        let reading = TemplateReading(
            FormData(urlEncoded: "name=x".utf8).with([
                "subject": design.subject, "preview_text": design.previewText, "body": design.html,
            ]))
        #expect(reading.form.isValid && reading.removed.isEmpty)
        // A mail that leaves says how it ends.
        #expect(MergeTemplate(reading.text.html, as: .html).alwaysUnsubscribes)
    }

    @Test func `are shown as the first recipient would see them, and fill in the form of a new template`() async throws
    {
        try await withSite { site in
            let ada = try await site.member("ada")
            let page = try await ada.get("/templates/designs/")
            for design in MailDesign.all {
                #expect(page.body.contains("href=\"/templates/create/?design=\(design.id)\""))
                let frame = try await ada.get("/templates/designs/preview/?design=\(design.id)")
                #expect(frame.status == 200 && frame.body.contains("Ada"))
            }
            let form = try await ada.get("/templates/create/?design=offer").body
            #expect(form.contains("20 % off until Sunday.") && form.contains("{#company} for {company}{/company}"))
            #expect(try await ada.get("/templates/designs/preview/?design=../offer").status == 404)
            #expect(try await ada.get("/templates/create/?design=none").status == 200)
        }
    }
}

extension FormData {
    fileprivate func with(_ values: [String: String]) -> FormData {
        values.reduce(into: self) { $0.set($1.value, for: $1.key) }
    }
}
