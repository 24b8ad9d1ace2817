import Campaigns
import Hummingbird
import Logging
import Persistence

/// Deletes one recipient, those that were ticked, or all that match; always after a question.
struct RecipientDeleting {
    /// Rows of one transaction: others may write in between.
    private static let batch = 2000
    /// How long one request works before it shows how far it is.
    private static let patience = Duration.seconds(2)

    let visit: Visit

    // MARK: One

    func askForOne() async throws -> Response {
        let id = try visit.id(as: Recipient.ID.self)
        guard let record = try await visit.read({ try $0.recipient(id) }) else { throw Refusal.notFound }
        let back = RecipientBack(visit.query["next"]).path
        return try await visit.page(DeleteOnePage(record: record, back: back).page)
    }

    func one() async throws -> Response {
        let id = try visit.id(as: Recipient.ID.self)
        let deleted = try await visit.write { account -> RecipientRecord? in
            guard let record = try account.recipient(id), try account.deleteRecipient(id) else { return nil }
            return record
        }
        guard let deleted else { throw Refusal.notFound }
        return try await visit.redirect(
            to: RecipientBack(visit.form["next"]).path, saying: "“\(deleted.fields.displayName)” is deleted.")
    }

    // MARK: Several

    /// The question before all that match are deleted.
    func askForAll() async throws -> Response {
        try await ask(RecipientQuery(visit.query).filter, back: RecipientQuery(visit.query).address())
    }

    /// The ticked rows, or the answer to the question.
    func several() async throws -> Response {
        let form = visit.form
        let back = RecipientBack(form["back"]).path
        var filter = RecipientQuery(form).filter
        if form.has("recipients") {
            let ids = form.all("recipients").flatMap { $0.split(separator: ",") }.compactMap { Recipient.ID($0) }
            filter.pick(ids)
        } else if !form.has("confirm") {
            return try await visit.redirect(to: back, saying: "Tick those that are to be deleted first.", as: .warning)
        }
        guard form["confirm"] == "yes", let last = Recipient.ID(form["up_to"]) else {
            return try await ask(filter, back: back)
        }
        return try await delete(filter, upTo: last, already: form.count("deleted"), back: back)
    }

    private func ask(_ filter: AudienceFilter, back: String) async throws -> Response {
        let (count, first, last) = try await visit.read { account in
            let count = filter.isEmpty ? try account.recipientCount() : try account.audienceSize(filter).matching
            return (count, try account.recipients(filter, after: nil, limit: 10), try account.newestRecipient())
        }
        guard count > 0, let last else {
            // Ids that are nobody's here: gone, or another account's.
            if filter.picksSome { throw Refusal.notFound }
            return try await visit.redirect(to: back, saying: "Nobody matches, so nobody was deleted.", as: .info)
        }
        let page = DeleteSeveralPage(
            filter: filter, count: count, examples: first.map(\.fields), upTo: last, back: back)
        return try await visit.page(page.page)
    }

    /// In pieces. What takes long shows how far it is, and goes on by itself or, without script, at a press.
    private func delete(
        _ filter: AudienceFilter, upTo last: Recipient.ID, already: Int, back: String
    ) async throws -> Response {
        var deleted = already
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while true {
            let count = try await visit.write {
                try $0.deleteRecipients(filter, upTo: last, limit: Self.batch)
            }
            deleted += count
            if count < Self.batch { break }
            guard clock.now < end else {
                let rest = try await visit.read { try $0.audienceSize(filter).matching }
                if rest == 0 { break }
                let page = DeletionProgress(filter: filter, deleted: deleted, rest: rest, upTo: last, back: back)
                return visit.isPartial ? visit.part(page.html) : try await visit.page(page.page)
            }
        }
        if deleted == 0, filter.picksSome { throw Refusal.notFound }
        visit.logger.info("Recipients deleted", metadata: ["recipients": "\(deleted)"])
        return try await visit.redirect(
            to: filter.isEmpty || filter.selection == .allMatching ? "/recipients/" : back,
            saying: .counted(
                deleted, one: "\(deleted) recipient is deleted.", other: "\(deleted) recipients are deleted."))
    }
}
