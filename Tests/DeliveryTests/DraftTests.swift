import Campaigns
import Delivery
import Foundation
import Mail
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A mail that is in no ledger` {
    private func draft(isTest: Bool = true, from: String = "ada@example.org") -> DraftMail {
        DraftMail(
            campaign: Campaign.ID(rawValue: 7), subject: "Hello {first_name}",
            html: #"<p>{company}</p><a href="{unsubscribe_url}">Bye</a>"#, plainText: "", fromName: "Ada",
            fromEmail: from, fields: RecipientFields(email: "bob@example.org", firstName: "Bob", company: "A & B"),
            email: "boss@example.org", isTest: isTest, date: Instant(rawValue: 1_700_000_000_000_000), number: 3)
    }

    @Test func `is written as the real one, says that it is a test, and its links change nothing`() async throws {
        try await withDatabase { database in
            let account = try await SeededAccount(database).account
            let composer = Composer(database: database, settings: try EngineHarness.settings())
            let bytes = try await composer.bytes(of: draft(), for: account)
            #expect(try await composer.bytes(of: draft(), for: account) == bytes)
            let mail = ReceivedMessage(bytes)
            #expect(mail.subject == "[Test] Hello Bob" && mail.header("X-Martlet-Test") == "yes")
            #expect(mail.header("To")?.contains("boss@example.org") == true)
            #expect(mail.header("List-Unsubscribe") == "<https://mail.example/unsubscribe/test/>")
            #expect(
                mail.html?.contains("<p>A &amp; B</p>") == true && mail.text?.contains("/unsubscribe/test/") == true)
            let seen = ReceivedMessage(try await composer.bytes(of: draft(isTest: false), for: account))
            #expect(seen.subject == "Hello Bob" && seen.header("X-Martlet-Test") == nil)
            #expect(seen.header("Message-ID") == mail.header("Message-ID"))
        }
    }

    @Test func `that cannot be written says why`() async throws {
        try await withDatabase { database in
            let account = try await SeededAccount(database).account
            let composer = Composer(database: database, settings: try EngineHarness.settings())
            await #expect(throws: DraftProblem.self) {
                try await composer.bytes(of: draft(from: "nobody"), for: account)
            }
        }
    }

    @Test func `a campaign's mails have the footer, in HTML and text, where its template has no link`() async throws {
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1)
            let account = acme.account
            try await database.write {
                try $0.account(account).update(AccountDetails(name: "Acme", postalAddress: "1 Main Street"))
            }
            let sink = try await RecordingSMTPSink.start()
            try await acme.sendOverSMTP(port: sink.port)
            _ = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let mail = ReceivedMessage(try #require(sink.messages.first).bytes)
            for part in [mail.html, mail.text] {
                #expect(part?.contains("1 Main Street") == true)
                #expect(part?.contains("https://mail.example/unsubscribe/") == true)
            }
            await sink.stop()
        }
    }
}
