import Campaigns
import Hummingbird
import Mail
import Persistence

/// Adds a recipient, or shows and changes one.
struct RecipientEditing {
    /// Mails shown below the form.
    static let mailLimit = 50

    let visit: Visit
    /// nil for a new one.
    let recipient: Recipient.ID?

    func show() async throws -> Response {
        guard let recipient else { return try await visit.page(page(Form(visit.query)).page) }
        guard let (record, mails, isUntracked) = try await load(recipient) else { throw Refusal.notFound }
        var data = FormData()
        for field in RecipientField.allCases { data.set(record.fields[field], for: field.rawValue) }
        return try await visit.page(
            page(Form(data), record: record, mails: mails, isUntracked: isUntracked).page)
    }

    func save() async throws -> Response {
        // A foreign id reads as not found before anything else is said.
        var known: Known?
        if let recipient {
            known = try await load(recipient)
            if known == nil { throw Refusal.notFound }
        }
        switch try await RecipientSaving(actor: visit, recipient: recipient).save(visit.form) {
        case .refused(let form, let taken): return try await refuse(form, known, taken: taken)
        case .saved(_, let fields, let suppression): return try await done(fields, suppression)
        }
    }

    private typealias Known = (record: RecipientRecord, mails: [RecipientMail], isUntracked: Bool)

    private func load(_ recipient: Recipient.ID) async throws -> Known? {
        try await visit.read { account in
            guard let record = try account.recipient(recipient) else { return nil }
            let key = try? EmailAddress(record.fields.email).key
            return (
                record, try account.mails(of: recipient, limit: Self.mailLimit),
                try key.map { try account.isUntracked(key: $0) } ?? false
            )
        }
    }

    private func refuse(
        _ form: Form, _ known: Known?, taken: Recipient.ID? = nil
    ) async throws -> Response {
        let page = page(
            form, record: known?.record, mails: known?.mails ?? [], taken: taken,
            isUntracked: known?.isUntracked ?? false)
        return try await visit.page(page.page, status: .unprocessableContent)
    }

    private func done(_ fields: RecipientFields, _ suppression: Suppression?) async throws -> Response {
        let isNew = recipient == nil
        let next = isNew && visit.form.has("another") ? "/recipients/create/" : back
        let name = fields.displayName
        if let suppression {
            return try await visit.redirect(to: next, saying: suppression.reason.explanation, as: .warning)
        }
        return try await visit.redirect(
            to: next, saying: isNew ? "“\(name)” is added." : "“\(name)” is saved.")
    }

    private func page(
        _ form: Form, record: RecipientRecord? = nil, mails: [RecipientMail] = [], taken: Recipient.ID? = nil,
        isUntracked: Bool = false
    ) -> RecipientFormPage {
        RecipientFormPage(
            form: form, record: record, mails: mails, taken: taken, back: back, isUntracked: isUntracked)
    }

    /// The list as it was, where the page was opened from it.
    private var back: String {
        RecipientBack(visit.form.has("next") ? visit.form["next"] : visit.query["next"]).path
    }
}

/// The list of recipients that somebody came from, with its filter; never another page.
struct RecipientBack {
    let path: String

    init(_ wanted: String) {
        let path = SafePath(wanted).path
        self.path = path.hasPrefix("/recipients/?") ? path : "/recipients/"
    }
}
