public import Campaigns

/// Composes a message's mail to be shown. `Server` implements it with the delivery engine's composer, so that a page
/// shows to the byte what is sent; `Web` may not import the engine.
public protocol MailRendering: Sendable {
    /// The whole mail (RFC 5322); `nil` when there is no such message in the account, or nothing to send yet.
    /// - Parameters:
    ///   - isCounted: whether it is the very mail, in which openings and clicks are counted; otherwise for somebody who looks
    ///     at it without being its recipient.
    ///   - isWhole: false where attachments need not have their contents, which may be large.
    func mail(_ message: Message.ID, of account: Account.ID, isCounted: Bool, isWhole: Bool) async throws -> [UInt8]?

    /// What a campaign that has not begun would send.
    /// - Throws: ``MailProblem`` where it cannot be written.
    func mail(_ draft: DraftMail, of account: Account.ID, isWhole: Bool) async throws -> [UInt8]
}

extension MailRendering {
    /// To the byte what is sent.
    func mail(_ message: Message.ID, of account: Account.ID, isWhole: Bool = true) async throws -> [UInt8]? {
        try await mail(message, of: account, isCounted: true, isWhole: isWhole)
    }
}

/// Why a mail cannot be shown or sent: a sentence for the person.
public struct MailProblem: Error {
    public var userMessage: String

    public init(userMessage: String) { self.userMessage = userMessage }
}
