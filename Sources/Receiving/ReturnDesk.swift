internal import Campaigns
internal import Foundation
public import Logging
internal import Mail
public import Persistence
public import Vault

/// A mail that was taken for addresses that we made.
public struct IncomingMail: Sendable {
    public var recipients: [ReturnAddress]
    /// With CR LF or LF; of a long one the beginning.
    public var bytes: [UInt8]

    public init(recipients: [ReturnAddress], bytes: [UInt8]) {
        self.recipients = recipients
        self.bytes = bytes
    }
}

/// What comes back is taken here, whichever way it came: read, and written down. It never sends anything, and takes nothing for
/// an address that was not made here, so there is nothing to relay and nothing to bounce.
public struct ReturnDesk: Sendable {
    /// Octets that are kept of one mail: a report stands before the mail that it sends back.
    public static let kept = 262_144

    let database: any Database
    let signer: Signer
    let figures: ReturnFigures
    let logger: Logger

    public init(database: any Database, signer: Signer, figures: ReturnFigures = ReturnFigures(), logger: Logger) {
        self.database = database
        self.signer = signer
        self.figures = figures
        self.logger = logger
    }

    /// What an address stands for; `nil` for one that we did not make. The domain does not matter: whoever hands the mail on
    /// may have rewritten it, and the name is signed.
    public func address(_ text: some StringProtocol) -> ReturnAddress? {
        guard let at = text.lastIndex(of: "@") else { return nil }
        var local = text[..<at]
        if local.count > 2, local.hasPrefix("\""), local.hasSuffix("\"") { local = local.dropFirst().dropLast() }
        return signer.returnAddress(localPart: local)
    }

    /// Reads it and writes down what it says, for all of its recipients or none; durable when it returns.
    /// - Throws: a database fault: nothing was changed, and the same mail may come again.
    public func take(_ incoming: IncomingMail) async throws {
        let mail = ReturnedMail(
            incoming.bytes.count > Self.kept ? Array(incoming.bytes.prefix(Self.kept)) : incoming.bytes)
        let recipients = incoming.recipients
        let signer = signer
        let results: [ReturnResult]
        do {
            results = try await database.write { tx in
                try recipients.map { try Self.write(mail, to: $0, signer, tx) }
            }
        } catch {
            figures.count(.failed)
            logger.error("Returned mail cannot be written down; its sender keeps it", metadata: ["error": "\(error)"])
            throw error
        }
        for (recipient, result) in zip(recipients, results) {
            figures.count(result)
            logger.info("Mail came back", metadata: ["return.kind": "\(result.rawValue)"])
            if case .complaints(let account) = recipient { tell(of: mail, account, result) }
        }
    }

    /// A provider asks whether its reports are wanted: a person has to answer that, so the log says that it did. Not to
    /// be told from other mail that is no complaint.
    private func tell(of mail: ReturnedMail, _ account: Int64, _ result: ReturnResult) {
        guard result == .unclear || result == .automatic else { return }
        logger.notice(
            "Mail to the address for complaints is no complaint; it may be a provider's confirmation",
            metadata: ["account.id": "\(account)", "mail.from": "\(mail.writer)", "mail.subject": "\(mail.subject)"])
    }

    private static func write(
        _ mail: ReturnedMail, to address: ReturnAddress, _ signer: Signer, _ tx: any Transaction
    ) throws -> ReturnResult {
        switch address {
        case .bounce(let account, let message):
            let scope = tx.account(Account.ID(rawValue: account))
            guard let message = try scope.returnedMessage(Message.ID(rawValue: message)) else { return .gone }
            if mail.isComplaint { return try complain(mail, message, scope) }
            guard mail.kind == .report else { return mail.kind == .automaticReply ? .automatic : .unclear }
            guard let notice = mail.notice(about: message.email) else { return .unclear }
            return try ReturnResult(notice, scope.note(notice, about: message))
        case .complaints:
            return try complaint(mail, signer, tx)
        case .unsubscribe(let account, let campaign, let recipient):
            // Nobody unsubscribes by being away, or by a mail that came back.
            if mail.kind == .automaticReply || mail.kind == .report { return .automatic }
            let scope = tx.account(Account.ID(rawValue: account))
            let campaign = Campaign.ID(rawValue: campaign)
            guard
                let subscription = try scope.subscription(
                    campaign: campaign, recipient: Recipient.ID(rawValue: recipient))
            else { return .gone }
            try scope.unsubscribe(subscription, by: campaign)
            return .unsubscribed
        }
    }

    /// To the address for complaints: whose mail it was is found by what we signed in what was sent back. Some providers send
    /// the mail back without a report; others report that it is wanted.
    private static func complaint(_ mail: ReturnedMail, _ signer: Signer, _ tx: any Transaction) throws -> ReturnResult
    {
        guard mail.isComplaint || mail.kind == .other,
            let reference = SignedTokens.reference(in: mail.returnedText, signer)
        else { return mail.kind == .automaticReply ? .automatic : .unclear }
        let (scope, message) =
            switch reference {
            case .message(let account, let message):
                (tx.account(account), try tx.account(account).returnedMessage(message))
            case .recipient(let account, let campaign, let recipient):
                (tx.account(account), try tx.account(account).returnedMessage(campaign: campaign, recipient: recipient))
            }
        guard let message else { return .gone }
        return try complain(mail, message, scope)
    }

    private static func complain(
        _ mail: ReturnedMail, _ message: ReturnedMessage, _ scope: AccountScope
    ) throws -> ReturnResult {
        let kind = mail.feedbackType.isEmpty ? "abuse" : mail.feedbackType
        let notice = ReturnNotice(.complained, words: Words.clean("Reported as unwanted (\(kind))."))
        return try ReturnResult(notice, scope.note(notice, about: message))
    }
}
