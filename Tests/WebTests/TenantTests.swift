import HTTPTypes
import Campaigns
import DKIM
import Foundation
import Importing
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

/// Every route that takes an id takes only the account's own: another account's reads as not there, in addresses and in
/// posted fields alike (djangoMailer checked neither fields nor all addresses).
@Suite struct `Accounts do not see each other` {
    @Test func `every address with an id of another account is not found`() async throws {
        try await withSite { site in
            let eve = try await site.member("eve")
            let ada = try await site.member("ada")
            let things = try await site.furnish("ada")
            let token = try await eve.get("/accounts/password_change/").formToken
            for entry in site.entries
            where entry.path.contains("{") && entry.access == .member {
                guard let id = things.id(for: entry.path) else {
                    Issue.record("\(entry.path) has an id of something that `Furniture.id(for:)` does not know")
                    continue
                }
                let path = entry.path.replacing(/\{[a-z_]+\}/, with: id)
                let answer =
                    entry.method == .post
                    ? try await eve.post(path, things.fields, token: token) : try await eve.get(path)
                #expect(answer.status == 404, "\(entry.method) \(path)")
                for secret in Furniture.secrets {
                    #expect(!answer.body.contains(secret), "\(entry.method) \(path)")
                }
                // The id is a real one: its owner finds something there. Streams have no end.
                guard entry.method == .get, !path.hasSuffix("/live/") else { continue }
                let own = try await ada.get(path)
                #expect(own.status < 400, "\(path) of its owner: \(own.status)")
            }
            let left = try await site.database.read { [ada = things.account] tx in
                let scope = tx.account(ada)
                return (try scope.counts(), try scope.messages(limit: 10).map(\.state))
            }
            #expect(left.0.recipients == 1 && left.0.templates == 1 && left.0.campaigns == 1)
            #expect(left.1 == [.ready])
        }
    }

    /// Else a form that refuses everybody's ids would pass the test above.
    @Test func `every form with an id finds what is its owner's`() async throws {
        try await withSite { site in
            let entries = site.entries.filter { $0.path.contains("{") && $0.access == .member && $0.method == .post }
            #expect(entries.count > 20)
            for (number, entry) in entries.enumerated() {
                // The file is no attachment of the template, so there is nothing to remove.
                if entry.path == "/templates/{id}/files/remove/" { continue }
                let name = "owner\(number)"
                let owner = try await site.member(name)
                let things = try await site.furnish(name)
                let id = try #require(things.id(for: entry.path), "\(entry.path)")
                let path = entry.path.replacing(/\{[a-z_]+\}/, with: id)
                let token = try await owner.get("/accounts/password_change/").formToken
                let answer = try await owner.post(path, things.fields, token: token)
                #expect(answer.status != 404 && answer.status < 500, "\(path): \(answer.status)")
            }
        }
    }

    @Test func `an id of another account in a posted field is not found, and nothing is made`() async throws {
        try await withSite { site in
            let eve = try await site.member("eve")
            _ = try await site.member("ada")
            let adas = try await site.furnish("ada")
            let eves = try await site.furnish("eve")
            let token = try await eve.get("/accounts/password_change/").formToken
            let before = try await site.counts("eve")
            let theirs = try await eve.post(
                "/emails/create/", ["recipient": "\(adas.recipient)", "template": "\(eves.template)"], token: token)
            #expect(theirs.status == 404)
            let template = try await eve.post(
                "/emails/create/", ["recipient": "\(eves.recipient)", "template": "\(adas.template)"], token: token)
            #expect(template.status == 404)
            let log = try await eve.get("/logs/?campaign=\(adas.campaign)")
            #expect(log.status == 404)
            for (path, fields) in [
                ("/campaigns/create/", ["name": "x", "template": "\(adas.template)"]),
                (
                    "/campaigns/create/",
                    [
                        "name": "x", "template": "\(eves.template)", "selection": "picked",
                        "recipients": "\(adas.recipient)",
                    ]
                ),
                (
                    "/campaigns/\(eves.campaign)/messages/settle/",
                    ["state": "unknown", "settlement": "delivered", "message": "\(adas.message)"]
                ),
                ("/recipients/bulk_delete/", ["recipients": "\(adas.recipient)"]),
                (
                    "/recipients/bulk_delete/",
                    ["recipients": "\(adas.recipient)", "confirm": "yes", "up_to": "\(adas.recipient)"]
                ),
            ] as [(String, KeyValuePairs<String, String>)] {
                let answer = try await eve.post(path, fields, token: token)
                #expect(answer.status == 404, "\(path) \(fields)")
                for secret in Furniture.secrets { #expect(!answer.body.contains(secret), "\(path)") }
            }
            // Where ids or addresses only choose what is shown, nothing of the other account is.
            for (path, fields) in [
                (
                    "/templates/preview/",
                    ["subject": "{email}", "body": "x", "preview_recipient": "ada-private@example.org"]
                ),
                (
                    "/campaigns/picks/",
                    ["selection": "picked", "recipients": "\(adas.recipient)", "pick_search": "ada-private"]
                ),
                ("/campaigns/audience/", ["selection": "picked", "recipients": "\(adas.recipient)"]),
            ] as [(String, KeyValuePairs<String, String>)] {
                let answer = try await eve.post(path, fields, token: token)
                #expect(answer.status == 200, "\(path)")
                #expect(!answer.body.contains("ada-private@example.org</"), "\(path)")
            }
            for path in [
                "/recipients/?after=\(adas.recipient)", "/recipients/?before=\(adas.recipient)",
                "/templates/?before=\(adas.template)", "/campaigns/?before=\(adas.campaign)",
                "/emails/?after=\(adas.campaign)-\(adas.recipient)", "/logs/?before=\(adas.message)",
                "/campaigns/\(eves.campaign)/messages/?after=\(adas.recipient)",
                "/campaigns/create/?template=\(adas.template)&recipients=\(adas.recipient)",
                "/emails/create/?template=\(adas.template)&recipient=\(adas.recipient)",
                "/emails/create/recipients/?recipient=ada-private",
            ] {
                let answer = try await eve.get(path)
                #expect(answer.status == 200, "\(path)")
                for secret in Furniture.secrets { #expect(!answer.body.contains(secret), "\(path)") }
            }
            let after = try await site.counts("eve")
            #expect(after == before)
        }
    }

    @Test func `lists show the account's own rows only`() async throws {
        try await withSite { site in
            let eve = try await site.member("eve")
            _ = try await site.member("ada")
            _ = try await site.furnish("ada")
            for entry in site.entries where entry.method == .get && entry.access == .member && !entry.path.contains("{")
            {
                if entry.path == "/live/" || entry.path.contains("events") { continue }
                let answer = try await eve.get(entry.path)
                #expect(answer.status < 500, "\(entry.path)")
                for secret in Furniture.secrets {
                    #expect(!answer.body.contains(secret), "\(entry.path)")
                }
            }
        }
    }
}

/// One of each thing that an account has.
struct Furniture {
    var account: Account.ID
    var recipient: Recipient.ID
    var template: Template.ID
    var campaign: Campaign.ID
    var message: Message.ID
    var upload: Import.ID
    var sender: Sender.ID
    var token: APIToken.ID
    var key: SigningKey.ID
    var file: File.ID
    var picture: PictureKey

    /// What nobody but Ada may read.
    static let secrets = ["ada-private", "Adas template", "Adas campaign"]

    /// The id that a route's address takes; nil for one that is not known here yet.
    func id(for path: String) -> String? {
        if path.hasPrefix("/profile/tokens/") { return "\(token)" }
        if path.hasPrefix("/recipients/upload/") { return "\(upload)" }
        if path.hasPrefix("/recipients/") { return "\(recipient)" }
        if path.hasPrefix("/templates/") { return "\(template)" }
        if path.hasPrefix("/campaigns/") { return "\(campaign)" }
        if path.hasPrefix("/profile/domain/keys/") { return "\(key)" }
        if path.hasPrefix("/files/") { return "\(file)" }
        if path.hasPrefix("/pictures/") { return picture.text }
        if path.hasPrefix("/emails/") || path.hasPrefix("/email_send_candidate/") { return "\(message)" }
        return nil
    }

    /// What every form of the application could ask for.
    var fields: KeyValuePairs<String, String> {
        [
            "name": "x", "subject": "x", "body": "x", "email": "x@example.org", "template": "\(template)",
            "recipient": "\(recipient)", "recipients": "\(recipient)", "ids": "\(recipient)", "confirm": "yes",
            "message": "\(message)", "state": "unknown", "settlement": "delivered", "column_0": "email",
            "file": "\(file)",
        ]
    }
}

extension TestSite {
    func counts(_ name: String) async throws -> [Int] {
        let account = try await account(of: name)
        return try await database.read { tx in
            let counts = try tx.account(account).counts()
            let singles = try tx.account(account).messages(limit: 100).count
            return [counts.recipients, counts.templates, counts.campaigns, singles]
        }
    }

    /// Gives a user's account one recipient, template, campaign, waiting message, and import that waits for its columns.
    func furnish(_ name: String) async throws -> Furniture {
        let account = try await account(of: name)
        let file = Array("who\r\n\(name)-private@example.org\r\n".utf8)
        let upload = try await Imports(database: database).begin(
            account: account, fileName: "\(name)-private.csv",
            pieces: AsyncStream { pieces in
                pieces.yield(file)
                pieces.finish()
            })
        let title = name.prefix(1).uppercased() + name.dropFirst()
        return try await database.write { tx in
            let scope = tx.account(account)
            let fields = RecipientFields(email: "\(name)-private@example.org")
            guard case .written(let recipient) = try scope.addRecipient(fields, key: fields.email) else {
                throw DatabaseFault.noRow
            }
            let now = try tx.now
            let template = try tx.one(
                """
                INSERT INTO template (account_id, name, subject, html, created_at, updated_at)
                VALUES (\(account), \("\(title)s template"), 'Hello', '<p>Hello</p>', \(now), \(now)) RETURNING id
                """
            ) { try $0.id(0, as: Template.ID.self) }
            guard let sender = try scope.defaultSender() else { throw DatabaseFault.noRow }
            let made = NewSigningKey(
                domain: "\(name)-private.example", selector: "\(name)-private", algorithm: .ed25519, bits: 256,
                publicKey: "")
            guard let key = try scope.addSigningKey(made, seal: { _ in [] }) else { throw DatabaseFault.noRow }
            let campaign = try scope.createCampaign(
                CampaignDraft(
                    name: "\(title)s campaign", templateID: template, senderID: sender.id, audienceFilter: "{}",
                    scheduledAt: now))
            guard let record = try scope.campaign(campaign) else { throw DatabaseFault.noRow }
            try tx.begin(record, expiry: .seconds(3600))
            _ = try tx.plan(campaign, filter: AudienceFilter(), limit: 10)
            guard let message = try scope.messages(limit: 1).first,
                let user = try tx.user(withKey: name)?.user,
                let token = try scope.addAPIToken(
                    name: "\(name)-private", scope: .read, hash: Array(name.utf8), user: user.id)
            else { throw DatabaseFault.noRow }
            let picture = try furnishFile(scope, name)
            return Furniture(
                account: account, recipient: recipient, template: template, campaign: campaign, message: message.id,
                upload: upload, sender: sender.id, token: token, key: key, file: picture.id,
                picture: picture.pictureKey)
        }
    }
}

/// A file that the account uploaded.
private func furnishFile(_ scope: AccountScope, _ name: String) throws -> FileRecord {
    let content = Array("\(name)-private".utf8)
    var rest: [[UInt8]] = [content]
    let id = try scope.storeFile(
        NewFile(
            hash: Array((name + String(repeating: "-", count: 32)).utf8.prefix(32)), size: content.count,
            mediaType: "image/png", name: "\(name)-private.png", isPicture: true)
    ) { rest.popLast() }
    guard let file = try scope.file(id) else { throw DatabaseFault.noRow }
    return file
}
