public import Campaigns
internal import Foundation
internal import Mail
internal import Persistence
internal import Vault

/// Mails that are in no ledger.
extension Composer {
    /// Made as a mail of the ledger is, and signed with the keys that sign now; only its own links lead nowhere.
    ///
    /// - Throws: with a sentence (``DraftProblem``) where it cannot be written.
    ///
    /// - Parameter isWhole: false where attachments need not have their contents.
    public func bytes(
        of draft: DraftMail, for account: Account.ID, isWhole: Bool = true
    ) async throws -> [UInt8] {
        let domain = (try? EmailAddress(draft.fromEmail))?.asciiDomain ?? ""
        let (keys, files) = try await database.read { tx in
            let scope = tx.account(account)
            return (try scope.signingKeys(ofDomain: domain), try scope.files(of: draft))
        }
        let content: CompiledContent
        let to: EmailAddress
        do {
            let enclosure = try await Enclosure.load(
                files, of: account, identity: identity(of: draft.campaign, content: Content.ID(rawValue: 0)),
                from: database, isWhole: isWhole)
            content = try CompiledContent(
                ContentRecord(draft, of: account), campaign: draft.campaign, keys: try sealer.open(keys),
                enclosure: enclosure)
        } catch let problem as ContentProblem { throw DraftProblem(userMessage: problem.userMessage) }
        do throws(EmailAddressProblem) {
            to = try EmailAddress(draft.email)
        } catch { throw DraftProblem(userMessage: error.userMessage) }
        let unsubscribe = "\(siteURL)/unsubscribe/\(DraftMail.linkToken)/"
        let values = MergeValues(
            draft.fields.normalised(), unsubscribeURL: unsubscribe, viewURL: "\(siteURL)/view/\(DraftMail.linkToken)/")
        let (html, text): (MessageBody, MessageBody)
        do throws(MergeOverflow) {
            (html, text) = (try content.bodies.html.body(values), try content.bodies.text.body(values))
        } catch { throw DraftProblem(userMessage: error.userMessage) }
        let local = signer.messageIDLocalPart(campaign: -draft.campaign.rawValue, recipient: draft.number)
        let unsigned = content.blueprint.compose(
            to: Mailbox(name: values.fullName, address: to),
            subject: (draft.isTest ? "[Test] " : "") + content.subject.rendered(values),
            date: Date(timeIntervalSince1970: draft.date.secondsSince1970.rounded(.down)),
            messageID: local + content.messageIDDomain, html: html, text: text,
            headers: [
                HeaderField("List-Unsubscribe", "<\(unsubscribe)>"),
                HeaderField("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ] + (draft.isTest ? [HeaderField("X-Martlet-Test", "yes")] : []), frame: content.enclosure?.frame)
        var bytes =
            await content.signer?.signature(on: unsigned, enclosing: content.enclosure, at: draft.date) ?? unsigned
        content.enclosure?.append(to: &bytes, isWhole: isWhole)
        return bytes
    }
}

extension AccountScope {
    /// What goes with a mail that is in no ledger.
    fileprivate func files(of draft: DraftMail) throws -> [FileUse] {
        if let content = draft.content { return try files(of: .content(content)) }
        let own = try draft.template.map { try files(of: .template($0)) } ?? []
        let single = try files(of: .campaign(draft.campaign))
        return own + single.filter { use in !own.contains { $0.file.id == use.file.id && $0.kind == use.kind } }
    }
}

/// Why a mail cannot be written: a sentence for the person who wanted to see it.
public struct DraftProblem: Error {
    public var userMessage: String
}
