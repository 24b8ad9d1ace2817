import Campaigns
import Persistence
import TestSupport
import Testing

@Suite struct `What happened by itself` {
    @Test(arguments: TestDatabase.allCases)
    func `is told of one account, the newest first, until somebody has seen it or it is mended`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let user = try tx.addUser(.named("ada"))
                let other = try tx.addUser(.named("eve"))
                let token: [UInt8] = [1, 2, 3]
                try tx.addSession(tokenHash: token, csrf: "x", user: user.id, lifetime: .seconds(60))
                func unseen() throws -> Int { try #require(try tx.session(tokenHash: token)).unseenNotices }
                let later = try tx.now.rawValue + 1_000_000
                func finish(_ name: String, at: Int64, of account: Account.ID) throws -> Campaign.ID {
                    let scope = tx.account(account)
                    let sender = try #require(try scope.senders().first).id
                    let template = try scope.createTemplate(
                        TemplateText(name: "t", subject: "s", html: "<p>x</p>", plainText: ""))
                    let campaign = try scope.createCampaign(
                        CampaignDraft(
                            name: name, templateID: template, senderID: sender, audienceFilter: "{}", scheduledAt: nil))
                    try tx.run("UPDATE campaign SET state = 'finished', finished_at = \(at) WHERE id = \(campaign)")
                    return campaign
                }
                let scope = tx.account(user.account)
                #expect(try unseen() == 0)
                #expect(try scope.notices(limit: 9).isEmpty)
                // What was over before the user was there is told, and is no news.
                _ = try finish("old", at: 5, of: user.account)
                _ = try finish("theirs", at: later, of: other.account)
                #expect(try unseen() == 0)
                let first = try finish("first", at: later, of: user.account)
                let second = try finish("second", at: later + 2, of: user.account)
                try tx.run(
                    """
                    INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                    VALUES (\(user.account), \(second), 'delivered', 7)
                    """)
                let sender = try #require(try scope.senders().first).id
                try scope.pause(sender, because: "The password is wrong.")
                try tx.run("UPDATE sender SET paused_at = \(later + 1) WHERE id = \(sender)")
                #expect(try unseen() == 3)
                let notices = try scope.notices(limit: 9)
                #expect(notices.map(\.at.rawValue) == [later + 2, later + 1, later, 5])
                guard case .finished(let newest, let tally) = notices[0].subject,
                    case .pausedSender(sender, _, "The password is wrong.") = notices[1].subject,
                    case .finished(let older, _) = notices[2].subject
                else { return #expect(Bool(false), "\(notices)") }
                #expect(newest.id == second && tally[.delivered] == 7 && older.id == first)
                #expect(try scope.notices(limit: 2).count == 2)

                try tx.seeNotices(user.id, until: Instant(rawValue: later + 1))
                #expect(try unseen() == 1)
                // An older look, of another tab, brings nothing back.
                try tx.seeNotices(user.id, until: Instant(rawValue: later))
                #expect(try unseen() == 1)
                try scope.pause(sender, because: nil)
                #expect(try scope.notices(limit: 9).count == 3)

                // A pause that somebody wanted is none; one by itself is.
                try tx.run("UPDATE campaign SET state = 'sending' WHERE id = \(first)")
                _ = try scope.pauseCampaign(first)
                #expect(try scope.notices(limit: 9).count == 2)
                try tx.run("UPDATE campaign SET paused_reason = 'A reason.' WHERE id = \(first)")
                let paused = try scope.notices(limit: 9).compactMap { notice in
                    if case .pausedCampaign(let campaign) = notice.subject { campaign.pausedReason } else { nil }
                }
                #expect(paused == ["A reason."])
                try tx.run("UPDATE campaign SET updated_at = \(later + 1) WHERE id = \(first)")
                #expect(try unseen() == 1)
                try tx.run("UPDATE campaign SET updated_at = \(later + 2) WHERE id = \(first)")
                #expect(try unseen() == 2)
                _ = try scope.resumeCampaign(first)
                #expect(try unseen() == 1)
            }
        }
    }
}

extension NewUser {
    fileprivate static func named(_ name: String) -> NewUser {
        NewUser(
            userName: name, userKey: name, email: "\(name)@example.org", emailKey: "\(name)@example.org",
            passwordHash: "")
    }
}
