internal import Campaigns
internal import Delivery
internal import Persistence
internal import Web

/// A message's mail for a page: the engine's composer makes it, so it is to the byte what is sent.
struct ComposedMails: MailRendering {
    let database: any Database
    let composer: Composer

    func mail(_ message: Message.ID, of account: Account.ID, isCounted: Bool, isWhole: Bool) async throws -> [UInt8]? {
        guard let found = try await database.read({ tx in try tx.account(account).messageForShowing(message) }) else {
            return nil
        }
        do {
            return try await composer.bytes(of: found, isCounted: isCounted, isWhole: isWhole)
        } catch is DraftProblem {
            // It has failed, and its attempt says why.
            return nil
        }
    }

    func mail(_ draft: DraftMail, of account: Account.ID, isWhole: Bool) async throws -> [UInt8] {
        do {
            return try await composer.bytes(of: draft, for: account, isWhole: isWhole)
        } catch let problem as DraftProblem { throw MailProblem(userMessage: problem.userMessage) }
    }
}
