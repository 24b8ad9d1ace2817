import Campaigns
import Mail
import Persistence

/// Leaves one recipient out of all counting, or takes them in again. It belongs to the address, so no import changes it.
struct RecipientTracking {
    let actor: any Acting
    let recipient: Recipient.ID

    /// - Returns: the address.
    func set(isTracked: Bool) async throws -> String {
        guard let record = try await actor.read({ [recipient] in try $0.recipient(recipient) }),
            let address = try? EmailAddress(record.fields.email)
        else { throw Refusal.notFound }
        _ = try await actor.write { try $0.setUntracked(!isTracked, key: address.key) }
        return record.fields.email
    }
}
