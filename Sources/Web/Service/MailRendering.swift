public import Campaigns

/// Composes a message's mail to be shown. `Server` implements it with the delivery engine's composer, so that a page
/// shows to the byte what is sent; `Web` may not import the engine.
public protocol MailRendering: Sendable {
    /// The whole mail (RFC 5322); `nil` when there is no such message in the account, or nothing to send yet.
    func mail(_ message: Message.ID, of account: Account.ID) async throws -> [UInt8]?
}
