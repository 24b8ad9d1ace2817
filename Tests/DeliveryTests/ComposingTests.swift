import Foundation
import Campaigns
import Delivery
import Mail
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@Suite(.timeLimit(.minutes(1))) struct `A mail` {
    @Test func `has the same bytes each time it is written, whatever happened to the recipient meanwhile`() async throws
    {
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1, company: "Größe & Söhne <GmbH>")
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let settings = try EngineHarness.settings()
            let account = acme.account
            let message = try await database.read { tx in
                let id = try tx.one("SELECT id FROM message WHERE campaign_id = \(campaign)") {
                    try $0.id(0, as: Message.ID.self)
                }
                return try #require(try tx.account(account).messageForShowing(id))
            }
            let first = try await Composer(database: database, settings: settings).bytes(of: message)
            try await database.write { tx in
                _ = try tx.run(
                    "UPDATE recipient SET company = 'Other', first_name = 'Else' WHERE account_id = \(account)")
                _ = try tx.run("UPDATE template SET subject = 'Other', html = 'Other' WHERE account_id = \(account)")
            }
            let again = try await Composer(database: database, settings: settings).bytes(of: message)
            #expect(first == again)

            let text = String(decoding: first, as: UTF8.self)
            #expect(text.contains("List-Unsubscribe: <https://mail.example/unsubscribe/"))
            #expect(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
            #expect(text.contains("text/plain") && text.contains("text/html"))
            let received = ReceivedMessage(first)
            #expect(received.subject == "Offer for Größe & Söhne <GmbH>")
        }
    }

    @Test func `name a second way to unsubscribe where mail is received, frozen with the campaign (RFC 2369, 6068)`()
        async throws
    {
        for receives in [true, false] {
            try await withDatabase { database in
                let acme = try await SeededAccount(database)
                try await acme.addRecipients(1)
                try await acme.changeSender { $0.returnDomain = "bounces.acme.example" }
                var settings = try EngineHarness.settings()
                settings.receivesReturnMail = receives
                let campaign = try await acme.startCampaign()
                try await EngineHarness(database: database).runOnePass(settings)
                let account = acme.account
                let message = try await database.read { tx in
                    let id = try tx.one("SELECT id FROM message WHERE campaign_id = \(campaign)") {
                        try $0.id(0, as: Message.ID.self)
                    }
                    return try #require(try tx.account(account).messageForShowing(id))
                }
                let first = try await Composer(database: database, settings: settings).bytes(of: message)
                // Whatever is changed meanwhile, a resend is the same to the byte.
                try await acme.changeSender { $0.returnDomain = "elsewhere.example" }
                settings.receivesReturnMail = !receives
                #expect(try await Composer(database: database, settings: settings).bytes(of: message) == first)
                let header = try #require(ReceivedMessage(first).header("List-Unsubscribe"))
                let ways = header.split(separator: ", ")
                #expect(ways.first?.hasPrefix("<https://mail.example/unsubscribe/") == true)
                guard receives else {
                    #expect(ways.count == 1)
                    return
                }
                let way = try #require(
                    header.firstMatch(of: /<mailto:([^@]+)@bounces.acme.example\?subject=unsubscribe>$/))
                let address = settings.signer.returnAddress(localPart: way.output.1)
                #expect(
                    address
                        == .unsubscribe(
                            account: account.rawValue, campaign: campaign.rawValue,
                            recipient: message.recipientID.rawValue))
            }
        }
    }

    @Test func `cannot get another header by what a recipient is called`() async throws {
        try await withDatabase { database in
            let acme = try await SeededAccount(database, subject: "Hello {first_name}")
            try await acme.addRecipients(1)
            let account = acme.account
            try await database.write { tx in
                let name = "Eve\r\nBcc: victim@example.org"
                _ = try tx.run("UPDATE recipient SET first_name = \(name) WHERE account_id = \(account)")
            }
            let sink = try await RecordingSMTPSink.start()
            try await acme.sendOverSMTP(port: sink.port)
            _ = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let sent = try #require(sink.messages.first)
            let head = String(decoding: sent.bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")[0]
            #expect(!head.components(separatedBy: "\r\n").contains { $0.lowercased().hasPrefix("bcc") })
            #expect(sink.messages.count == 1)
            await sink.stop()
        }
    }
}
