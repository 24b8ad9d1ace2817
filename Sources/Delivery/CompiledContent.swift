internal import Campaigns
internal import DKIM
internal import Foundation
internal import Mail
internal import Markup
internal import Persistence

/// What a campaign sends, compiled once: a text is then made by appending bytes. A class, for each mail holds it for a while.
final class CompiledContent: Sendable {
    let from: Mailbox
    let blueprint: MessageBlueprint
    let subject: MergeTemplate
    /// Whether it leads to the same mail in a browser.
    let namesView: Bool
    /// As they are for whoever is not counted.
    let bodies: MailBodies
    /// With counted links, and the picture that tells an opening; nil where nothing is counted.
    let counted: CountedBodies?
    /// Where no server is behind the mails: whoever wants no more of them writes to the sender (RFC 6068).
    let unsubscribeByMail: String
    /// Makes the address that unsubscribes; nil where none is received.
    let unsubscribePath: ReturnPath?
    /// What stands behind the local part of each Message-ID.
    let messageIDDomain: String
    /// Where the sender's domain has keys: signs what is written.
    let signer: MessageSigner?
    /// Its files.
    let enclosure: Enclosure?

    /// - Parameter links: the addresses that counted links lead to, by number.
    /// - Throws: when the sender's address is none.
    init(
        _ content: ContentRecord, campaign: Campaign.ID, links: [(number: Int64, url: String)] = [],
        keys: [(selector: String, key: DomainKey)] = [], enclosure: Enclosure? = nil
    ) throws(ContentProblem) {
        do {
            from = Mailbox(name: content.fromName, address: try EmailAddress(content.fromEmail))
        } catch {
            throw ContentProblem(userMessage: "The sender's address cannot be used. \(error.userMessage)")
        }
        let replyTo: Mailbox?
        do {
            replyTo = content.replyTo.isEmpty ? nil : Mailbox(name: "", address: try EmailAddress(content.replyTo))
        } catch {
            throw ContentProblem(userMessage: "The address for replies cannot be used. \(error.userMessage)")
        }
        blueprint = MessageBlueprint(
            from: from, replyTo: replyTo,
            headers: [
                HeaderField("List-ID", "<account-\(content.accountID).\(from.address.asciiDomain)>"),
                HeaderField("Feedback-ID", "\(campaign):\(content.accountID):martlet"),
            ])
        subject = MergeTemplate(content.subject, as: .header)
        let text = content.writtenText
        namesView = [content.subject, content.html, text].contains { $0.contains("view_url") }
        bodies = MailBodies(html: content.html, text: text)
        counted = CountedBodies(content, text: text, links: links)
        let path = from.address.wireForm.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
        unsubscribeByMail = "mailto:\(path)?subject=unsubscribe"
        unsubscribePath = ReturnPath(domain: content.unsubscribeDomain)
        messageIDDomain = "@" + from.address.asciiDomain
        self.enclosure = enclosure
        signer = keys.isEmpty ? nil : MessageSigner(domain: from.address.asciiDomain, keys: keys)
    }
}

/// Why a message could not be written: it fails with this sentence, and the others go on.
struct CompositionProblem: Error {
    var userMessage: String
}

/// Why nothing of a campaign can be written: about the content, not about one recipient, so nobody fails.
struct ContentProblem: Error {
    var userMessage: String
}
