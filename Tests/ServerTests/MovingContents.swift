import Campaigns
import Foundation
import Persistence
import PersistenceSQLite
import Testing

/// What tests of moving compare and begin with.
enum MovingContents {
    static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("MovingTests/Samples/djangomailer-sample.sql").path

    /// What an import has written, without ids of sequences and times of its own.
    static func of(_ path: String) async throws -> [String] {
        let database = try SQLiteDatabase(path: path)
        let lines = try await database.read { tx in
            try tx.rows("SELECT user_name || email || password_hash FROM users ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT account_id || email || search FROM recipient ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT name || subject || html FROM template ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT name || state || audience FROM campaign ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT email || state || attempts || reason FROM message ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT email || at || outcome || reply FROM attempt ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT campaign_id || state || messages FROM campaign_tally WHERE messages > 0 ORDER BY 1") {
                    try $0.string(0)
                }
                + tx.rows("SELECT account_id || day || outcome || messages FROM daily ORDER BY 1") { try $0.string(0) }
                + tx.rows("SELECT account_id || email || reason FROM suppression ORDER BY 1") { try $0.string(0) }
        }
        try await database.close()
        return lines
    }

    /// A user with a campaign that is being sent and one that waits for its time, as a running server has them.
    static func seedCampaigns(_ database: any Database) async throws {
        try await database.write { tx in
            let user = try tx.addUser(
                NewUser(
                    userName: "ada", userKey: "ada", email: "ada@example.org", emailKey: "ada@example.org",
                    passwordHash: "!"))
            let scope = tx.account(user.account)
            let sender = try #require(try scope.defaultSender()).id
            let template = try scope.createTemplate(
                TemplateText(name: "T", subject: "S", html: "<p>x</p>", plainText: ""))
            _ = try scope.addRecipient(RecipientFields(email: "b@example.org"), key: "b@example.org")
            for (name, state) in [("now", CampaignState.planning), ("later", .scheduled)] {
                let campaign = try scope.createCampaign(
                    CampaignDraft(
                        name: name, templateID: template, senderID: sender, audienceFilter: "{}",
                        scheduledAt: Instant(rawValue: 1)))
                guard state == .planning, let record = try scope.campaign(campaign) else { continue }
                try tx.begin(record, expiry: .seconds(60))
                _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 10)
            }
            try tx.addSession(tokenHash: [1, 2, 3], csrf: "x", user: user.id, lifetime: .seconds(600))
        }
    }
}
