import Campaigns
import Hummingbird
import Persistence

/// The button that stops mails to one address, and the one that allows them again.
struct RecipientBlocking {
    let visit: Visit

    func block() async throws -> Response {
        let id = try visit.id(as: Recipient.ID.self)
        let email = try await RecipientBlock(actor: visit, recipient: id).block()
        return try await visit.redirect(
            to: "/recipients/\(id)/edit/", saying: "Nothing is sent to “\(email)” any more.")
    }

    func allow() async throws -> Response {
        let id = try visit.id(as: Recipient.ID.self)
        guard let email = try await RecipientBlock(actor: visit, recipient: id).allow() else {
            return try await visit.redirect(
                to: "/recipients/\(id)/edit/", saying: "What this person decided cannot be changed by you.", as: .error)
        }
        return try await visit.redirect(to: "/recipients/\(id)/edit/", saying: "“\(email)” gets mails again.")
    }
}
