import Campaigns
import Hummingbird
import Mail
import Persistence

/// Stops mails to one address by hand, and allows them again.
struct RecipientBlocking {
    let visit: Visit

    func block() async throws -> Response {
        let (id, fields, key) = try await recipient()
        _ = try await visit.write { try $0.suppress(key: key, email: fields.email, reason: .blocked) }
        return try await visit.redirect(
            to: "/recipients/\(id)/edit/", saying: "New campaigns will send nothing to “\(fields.email)”.")
    }

    func allow() async throws -> Response {
        let (id, fields, key) = try await recipient()
        guard try await visit.write({ try $0.allowAgain(key: key) }) else {
            return try await visit.redirect(
                to: "/recipients/\(id)/edit/", saying: "What this person decided cannot be changed by you.", as: .error)
        }
        return try await visit.redirect(to: "/recipients/\(id)/edit/", saying: "“\(fields.email)” gets mails again.")
    }

    private func recipient() async throws -> (Recipient.ID, RecipientFields, key: String) {
        let id = try visit.id(as: Recipient.ID.self)
        guard let record = try await visit.read({ try $0.recipient(id) }),
            let address = try? EmailAddress(record.fields.email)
        else { throw Refusal.notFound }
        return (id, record.fields, address.key)
    }
}
