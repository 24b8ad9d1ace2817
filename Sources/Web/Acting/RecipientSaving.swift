import Campaigns
import Mail
import Persistence

/// Stores one recipient; `recipient` is `nil` for a new one.
struct RecipientSaving {
    enum Outcome: Sendable {
        /// With what keeps mails from this address, if anything does.
        case saved(Recipient.ID, RecipientFields, Suppression?)
        /// What is wrong is in the form; the address may be another recipient's.
        case refused(Form, taken: Recipient.ID?)
    }

    let actor: any Acting
    let recipient: Recipient.ID?

    func save(_ data: FormData) async throws -> Outcome {
        var form = Form(data)
        let (fields, key) = Self.read(&form)
        guard form.isValid else { return .refused(form, taken: nil) }
        let write = try await actor.write { [recipient] account in
            if let recipient { return try account.updateRecipient(recipient, fields, key: key) }
            return try account.addRecipient(fields, key: key)
        }
        switch write {
        case .gone: throw Refusal.notFound
        case .taken(let other):
            let name = try await actor.read { try $0.recipient(other)?.fields.displayName } ?? fields.email
            form.refuse("email", "You have this address already: it belongs to “\(name)”.")
            return .refused(form, taken: other)
        case .written(let id):
            return .saved(id, fields, try await actor.read { try $0.suppression(ofKey: key) })
        }
    }

    /// The nine fields, normalised, and the key of their address.
    static func read(_ form: inout Form) -> (RecipientFields, key: String) {
        var fields = RecipientFields(email: "")
        for field in RecipientField.allCases where field != .email {
            let text = RecipientFields.normalised(form[field.rawValue], limit: .max)
            if text.utf8.count > field.limit {
                form.refuse(field.rawValue, "This is \(text.utf8.count) bytes long; \(field.limit) are possible.")
            }
            fields[field] = text
        }
        guard !form["email"].trimmed.isEmpty else {
            form.refuse("email", "Please fill in this field.")
            return (fields, "")
        }
        do throws(EmailAddressProblem) {
            let address = try EmailAddress(form["email"])
            fields.email = address.description
            return (fields, address.key)
        } catch {
            form.refuse("email", sentence: error.userMessage)
            return (fields, "")
        }
    }
}

/// Stops mails to one address by hand, and allows them again.
struct RecipientBlock {
    let actor: any Acting
    let recipient: Recipient.ID

    /// - Returns: the address.
    func block() async throws -> String {
        let (email, key) = try await address()
        _ = try await actor.write {
            try $0.suppress([NewSuppression(key: key, email: email, reason: .blocked)])
        }
        return email
    }

    /// - Returns: the address, or `nil` where the person behind it decided.
    func allow() async throws -> String? {
        let (email, key) = try await address()
        return try await actor.write { [name = actor.userName] in try $0.allowAgain(key: key, by: name) }
            ? email : nil
    }

    private func address() async throws -> (email: String, key: String) {
        guard let record = try await actor.read({ [recipient] in try $0.recipient(recipient) }),
            let address = try? EmailAddress(record.fields.email)
        else { throw Refusal.notFound }
        return (record.fields.email, address.key)
    }
}
