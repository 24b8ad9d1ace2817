import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `Templates` {
    @Test(arguments: TestDatabase.allCases)
    func `a template that a draft needs is not deleted, and the draft is named`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let draft = try scope.createCampaign(
                    CampaignDraft(
                        name: "Spring", templateID: fixture.template, senderID: fixture.sender, audienceFilter: "{}",
                        scheduledAt: nil))
                let deletion = try scope.deleteTemplate(fixture.template)
                guard case .usedBy(let campaigns) = deletion else { return #expect(Bool(false), "\(deletion)") }
                #expect(campaigns.map(\.name) == ["Spring"])
                #expect(campaigns.map(\.id) == [draft])
                #expect(try scope.template(fixture.template) != nil)
                // As a restored backup leaves those that had not begun.
                try tx.run("UPDATE campaign SET state = 'paused' WHERE id = \(draft)")
                guard case .usedBy = try scope.deleteTemplate(fixture.template) else {
                    return #expect(Bool(false), "it can be resumed")
                }
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a campaign that has begun keeps what it sends when its template goes`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let campaign = try fixture.startedCampaign(tx)
                #expect(try scope.deleteTemplate(fixture.template) == .deleted)
                let record = try #require(try scope.campaign(campaign))
                #expect(record.templateID == nil)
                let content = try #require(try record.contentID.flatMap { try scope.content($0) })
                #expect(content.subject == "Hello {first_name}")
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `another account neither sees, changes nor deletes a template`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let ada = try CampaignFixture(tx)
                let bob = try CampaignFixture(tx, name: "Bob's shop")
                let scope = tx.account(bob.account)
                let text = TemplateText(name: "Mine", subject: "", html: "", plainText: "")
                #expect(try scope.template(ada.template) == nil)
                #expect(try scope.updateTemplate(ada.template, text) == false)
                #expect(try scope.deleteTemplate(ada.template) == .missing)
                #expect(try scope.templates(limit: 10).map(\.id) == [bob.template])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `the list is walked by its newest ids and searched in name and subject`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let later = try scope.createTemplate(
                    TemplateText(name: "Größe", subject: "Sizes", html: "", plainText: ""))
                #expect(try scope.templates(limit: 1).map(\.id) == [later])
                #expect(try scope.templates(before: later, limit: 5).map(\.id) == [fixture.template])
                #expect(try scope.templates(limit: 5, search: "SIZE").map(\.id) == [later])
                #expect(try scope.templates(limit: 5, search: "größe").map(\.id) == [later])
            }
        }
    }
}
