import Campaigns
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `What came back, on pages and in the API` {
    @Test func `bounces and complaints are counted and told in the stranger's own words, escaped`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 3)
            let campaign = try await site.startedCampaign(account)
            try await site.put(3, of: account, into: .delivered)
            let program = try await site.program("ada")
            let messages = try await program.get("/campaigns/\(campaign)/messages").items.compactMap {
                $0["id"]?.integer
            }
            let words = "550 5.1.1 <img src=x onerror=alert(1)> =cmd|' /C calc'!A0"
            try await site.database.write { tx in
                let scope = tx.account(account.account)
                for (id, kind) in zip(messages, [ReturnNotice.Kind.bounced(.hard), .complained]) {
                    guard let message = try scope.returnedMessage(Message.ID(rawValue: id)) else {
                        throw DatabaseFault.noRow
                    }
                    #expect(try scope.note(ReturnNotice(kind, code: 550, words: words), about: message) == .noted)
                    #expect(try scope.note(ReturnNotice(kind, code: 550, words: words), about: message) == .repeated)
                }
                // Another account's name for it leads nowhere.
                #expect(
                    try tx.account(Account.ID(rawValue: 999)).returnedMessage(Message.ID(rawValue: messages[0])) == nil)
            }
            let readings = try await program.get("/campaigns/\(campaign)").body["readings"]
            #expect(readings?["bounced"] == 1 && readings?["returned"] == 1 && readings?["complained"] == 1)
            let history = try await program.get("/messages/\(messages[0])").body["history"]?.elements
            #expect(history?.last?["outcome"] == "bounced" && history?.last?["step"] == "hard")
            #expect(history?.last?["reply"]?.text == words)
            #expect(try await program.get("/attempts?outcome=complained").items.count == 1)
            let listed = try await program.get("/suppressions").items.compactMap { $0["reason"]?.text }
            #expect(Set(listed) == ["bounced", "complained"])

            for path in [
                "/logs/", "/emails/\(messages[0])/", "/campaigns/\(campaign)/statistics/recipients/?show=bounced",
                "/campaigns/\(campaign)/statistics/recipients/", "/logs/?outcome=bounced",
            ] {
                let page = try await ada.get(path).body
                #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "\(path)")
                #expect(!page.contains("<img src=x"), "\(path)")
            }
            #expect(try await ada.get("/emails/\(messages[0])/").body.contains("Address not reachable"))
            let statistics = try await ada.get("/campaigns/\(campaign)/statistics/").body
            #expect(statistics.contains("came back later 1"))
            let csv = try await ada.get("/campaigns/\(campaign)/statistics/export/").body
            #expect(csv.contains("bounced_at,complained_at,returned_words") && csv.contains("550 5.1.1 <img"))
        }
    }

    @Test func `the sender's page says whether it is received, and where complaints go`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let page = try await ada.get("/profile/edit/").body
            #expect(page.contains("What comes back is not read here") && page.contains("RETURN_MAIL"))
            #expect(!page.contains("complaints+"))
            // What there is to do stands there itself.
            #expect(
                !page.contains("docs/") && page.contains("How to set it up") && page.contains("martlet receive-mail"))
            #expect(page.contains("bounces.example.org. MX 10 mail.example.org."))
        }
        try await withSite(configure: {
            $0.receivesReturnMail = true
            $0.returnMailReceiver = "mx1.acme.example"
        }) { site in
            let ada = try await site.member("ada")
            let page = try await ada.get("/profile/edit/").body
            #expect(page.contains("MX 10 mx1.acme.example.") && page.contains("That is done."))
        }
    }
}
