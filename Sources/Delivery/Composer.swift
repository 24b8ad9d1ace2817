internal import Campaigns
internal import Foundation
internal import Mail
public import Persistence
internal import Synchronization
internal import Vault

/// A mail that is ready to leave. A class: it passes through many hands, and each would copy a dozen references.
final class Prepared: Sendable {
    let message: ClaimedMessage
    let letter: Letter
    /// The message (RFC 5322), lines ended by CR LF: the whole of it, or what stands before its files.
    let bytes: [UInt8]
    /// Its files, shared by all mails of the content.
    let enclosure: Enclosure?

    init(message: ClaimedMessage, letter: Letter, bytes: [UInt8], enclosure: Enclosure?) {
        self.message = message
        self.letter = letter
        self.bytes = bytes
        self.enclosure = enclosure
    }

    /// - Parameter isWhole: whether attachments have their contents.
    func message(isWhole: Bool = true) -> [UInt8] {
        guard let enclosure else { return bytes }
        var message = bytes
        message.reserveCapacity(bytes.count + (isWhole ? enclosure.count : 4096))
        enclosure.append(to: &message, isWhole: isWhole)
        return message
    }
}

/// Writes mails from the ledger alone, so that the same message always has the same bytes (DESIGN §4.3).
public final class Composer: Sendable {
    let database: any Database
    let siteURL: String
    let signer: Signer
    let sealer: Sealer
    /// Compiled contents of campaigns that were sent lately.
    private let contents = Mutex<[Content.ID: CompiledContent]>([:])

    private let shelf = ContentShelf()

    private static let mostContents = 64
    /// Octets of files that are kept at hand for them.
    private static let mostEnclosed = 64 << 20

    public init(database: any Database, settings: DeliverySettings) {
        self.database = database
        siteURL = settings.siteURL
        signer = settings.signer
        sealer = settings.sealer
    }

    /// - Parameters:
    ///   - returnDomain: where bounces go, each mail's to an address of its own; empty for the From address.
    ///   - isCounted: whether its links and its picture are the counted ones, if it has any.
    func prepare(
        _ message: ClaimedMessage, returnDomain: String = "", isCounted: Bool = true
    ) async throws -> Prepared {
        let content = try await content(of: message)
        let to: EmailAddress
        do { to = try EmailAddress(message.email) } catch { throw CompositionProblem(userMessage: error.userMessage) }
        let unsigned = try compose(content, message, to: to, isCounted: isCounted && message.isTracked)
        let enclosure = content.enclosure
        let bytes =
            await content.signer?.signature(on: unsigned, enclosing: enclosure, at: message.beganAt) ?? unsigned
        let from = ReturnPath(domain: returnDomain)?.address(of: message, signer) ?? content.from.address
        let size = bytes.count + (enclosure?.count ?? 0)
        return Prepared(
            message: message, letter: Letter(from: from, to: to, size: size), bytes: bytes, enclosure: enclosure)
    }

    private func compose(
        _ content: CompiledContent, _ message: ClaimedMessage, to: EmailAddress, isCounted: Bool
    ) throws(CompositionProblem) -> [UInt8] {
        let links = MailLinks(siteURL: siteURL, signer: signer)
        let unsubscribe =
            standsAlone
            ? content.unsubscribeByMail
            : links.unsubscribe(
                account: message.accountID.rawValue, campaign: message.campaignID.rawValue,
                recipient: message.recipientID.rawValue)
        let view =
            content.namesView && !standsAlone
            ? links.view(account: message.accountID.rawValue, message: message.id.rawValue) : ""
        var values = MergeValues(
            packed: Array(message.merge.utf8), unsubscribeURL: Array(unsubscribe.utf8), viewURL: Array(view.utf8))
        var bodies = content.bodies
        if isCounted, !standsAlone, let counted = content.counted {
            bodies = counted.bodies
            values.addresses = counted.addresses(message, links)
        }
        let ways = [unsubscribe] + (content.unsubscribePath?.unsubscribe(message, signer).map { [$0] } ?? [])
        let (html, text): (MessageBody, MessageBody)
        do throws(MergeOverflow) {
            (html, text) = (try bodies.html.body(values), try bodies.text.body(values))
        } catch { throw CompositionProblem(userMessage: error.userMessage) }
        let local = signer.messageIDLocalPart(
            campaign: message.campaignID.rawValue, recipient: message.recipientID.rawValue)
        return content.blueprint.compose(
            to: Mailbox(name: values.fullName, address: to), subject: content.subject.rendered(values),
            date: Date(timeIntervalSince1970: message.beganAt.secondsSince1970.rounded(.down)),
            messageID: local + content.messageIDDomain, html: html, text: text,
            headers: [HeaderField("List-Unsubscribe", ways.map { "<\($0)>" }.joined(separator: ", "))]
                + (standsAlone ? [] : [HeaderField("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]),
            frame: content.enclosure?.frame)
    }

    /// No server is behind these mails (`martlet send`): whoever wants no more of them writes to the sender.
    private var standsAlone: Bool { siteURL.isEmpty }

    private func content(of message: ClaimedMessage) async throws -> CompiledContent {
        let (id, account, campaign) = (message.contentID, message.accountID, message.campaignID)
        if let known = contents.withLock({ $0[id] }) { return known }
        return try await shelf.content(id) {
            // Somebody may have finished it meanwhile.
            if let known = self.contents.withLock({ $0[id] }) { return known }
            let compiled = try await self.compile(id, of: account, campaign)
            self.keep(compiled, for: id)
            return compiled
        }
    }

    private func compile(
        _ id: Content.ID, of account: Account.ID, _ campaign: Campaign.ID
    ) async throws -> CompiledContent {
        let (found, links, keys, files) = try await database.read { tx in
            let scope = tx.account(account)
            return (
                try scope.content(id), try scope.links(of: id), try scope.signingKeys(of: id),
                try scope.files(of: .content(id))
            )
        }
        guard let record = found else {
            throw ContentProblem(userMessage: "What this campaign sends is no longer there.")
        }
        let enclosure = try await Enclosure.load(
            files, of: account, identity: identity(of: campaign, content: id), from: database)
        return try CompiledContent(
            record, campaign: campaign, links: links, keys: try sealer.open(keys), enclosure: enclosure)
    }

    private func keep(_ compiled: CompiledContent, for id: Content.ID) {
        contents.withLock { contents in
            let enclosed = contents.values.reduce(compiled.enclosure?.count ?? 0) { $0 + ($1.enclosure?.count ?? 0) }
            if contents.count >= Self.mostContents || enclosed > Self.mostEnclosed { contents.removeAll() }
            contents[id] = compiled
        }
    }
}

extension Composer {
    /// The very bytes of a message that was, or would be, sent: for showing it.
    ///
    /// - Parameters:
    ///   - isCounted: false for those who look at it without being its recipient: nothing in it is counted.
    ///   - isWhole: false where attachments need not have their contents.
    /// - Throws: with a sentence (``DraftProblem``) where it cannot be written.
    public func bytes(
        of message: ClaimedMessage, isCounted: Bool = true, isWhole: Bool = true
    ) async throws -> [UInt8] {
        do {
            return try await prepare(message, isCounted: isCounted).message(isWhole: isWhole)
        } catch let problem as CompositionProblem { throw DraftProblem(userMessage: problem.userMessage) }
    }

    /// What the boundaries around a content's files follow from: nobody can know it who writes one of its texts.
    func identity(of campaign: Campaign.ID, content: Content.ID) -> String {
        signer.messageIDLocalPart(campaign: campaign.rawValue, recipient: -content.rawValue)
    }
}
