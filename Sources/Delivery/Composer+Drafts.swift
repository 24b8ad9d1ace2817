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
    public func bytes(of draft: DraftMail, for account: Account.ID) async throws -> [UInt8] {
        let domain = (try? EmailAddress(draft.fromEmail))?.asciiDomain ?? ""
        let keys = try await database.read { tx in try tx.account(account).signingKeys(ofDomain: domain) }
        let content: CompiledContent
        let to: EmailAddress
        do throws(ContentProblem) {
            content = try CompiledContent(
                ContentRecord(draft, of: account), campaign: draft.campaign, keys: try sealer.open(keys))
        } catch { throw DraftProblem(userMessage: error.userMessage) }
        do throws(EmailAddressProblem) {
            to = try EmailAddress(draft.email)
        } catch { throw DraftProblem(userMessage: error.userMessage) }
        let unsubscribe = "\(siteURL)/unsubscribe/\(DraftMail.linkToken)/"
        let values = MergeValues(
            draft.fields.normalised(), unsubscribeURL: unsubscribe, viewURL: "\(siteURL)/view/\(DraftMail.linkToken)/")
        let local = signer.messageIDLocalPart(campaign: -draft.campaign.rawValue, recipient: draft.number)
        let unsigned = content.blueprint.compose(
            to: Mailbox(name: values.fullName, address: to),
            subject: (draft.isTest ? "[Test] " : "") + content.subject.rendered(values),
            date: Date(timeIntervalSince1970: draft.date.secondsSince1970.rounded(.down)),
            messageID: local + content.messageIDDomain, html: content.bodies.html.body(values),
            text: content.bodies.text.body(values),
            headers: [
                HeaderField("List-Unsubscribe", "<\(unsubscribe)>"),
                HeaderField("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ] + (draft.isTest ? [HeaderField("X-Martlet-Test", "yes")] : []))
        return await content.signer?.signature(on: unsigned, at: draft.date) ?? unsigned
    }
}

/// Why a mail cannot be written: a sentence for the person who wanted to see it.
public struct DraftProblem: Error {
    public var userMessage: String
}
