import Campaigns
import Mail
import Persistence
import Vault

/// What a person may decide about a sender, read from djangoMailer's fields and checked.
struct SenderForm {
    private(set) var form: Form
    /// The record with the form's values; only to be used when the form is valid.
    private(set) var record: SenderRecord
    /// What was typed; empty when the stored one is to stay.
    let password: String

    /// A form that shows what is stored. The password never leaves the server.
    init(showing record: SenderRecord) {
        self.record = record
        password = ""
        form = Form(values: [
            "kind": record.kind.rawValue, "smtp_host": record.host, "smtp_port": String(record.port),
            "smtp_username": record.username, "from_email": record.fromEmail, "from_name": record.fromName,
            "max_emails_per_hour": String(record.maxPerHour),
        ])
        if record.security == .startTLS { form.data.set("on", for: "use_tls") }
        if record.security == .tls { form.data.set("on", for: "use_ssl") }
        if record.verifiesCertificate { form.data.set("on", for: "verifies_certificate") }
    }

    init(_ data: FormData, changing stored: SenderRecord) {
        var form = Form(data)
        var record = stored
        password = data["smtp_password"]
        record.kind = data.has("kind") ? form.choice("kind", fallback: .smtp) : .smtp
        record.host = form.text("smtp_host", required: record.kind == .smtp, max: 253)
        record.port = form.integer("smtp_port", in: 1...65_535, fallback: 587)
        record.username = form.text("smtp_username", max: 320)
        record.security = form.flag("use_ssl") ? .tls : form.flag("use_tls") ? .startTLS : .none
        record.verifiesCertificate = form.flag("verifies_certificate")
        record.fromName = form.text("from_name", max: 200)
        record.fromEmail = form.text("from_email", required: true, max: 254)
        record.maxPerHour = form.integer("max_emails_per_hour", in: 1...1_000_000, fallback: 100)
        self.form = form
        self.record = record
        check(changing: stored)
    }

    private mutating func check(changing stored: SenderRecord) {
        if form.flag("use_ssl"), form.flag("use_tls") {
            form.refuse("use_ssl", "Choose STARTTLS (usually port 587) or TLS (usually port 465), not both.")
        }
        if record.host.contains(where: { $0.isWhitespace || "/@:?#\\".contains($0) }) && !record.host.contains("::") {
            form.refuse("smtp_host", "Please enter the name of the server only, such as smtp.example.org.")
        }
        if !record.fromEmail.isEmpty {
            do { _ = try EmailAddress(record.fromEmail) } catch {
                form.refuse("from_email", sentence: error.userMessage)
            }
        }
        if password.utf8.count > 1000 { form.refuse("smtp_password", "The password is longer than 1,000 bytes.") }
        // Whoever borrows a session must not be able to have the stored password sent to a server of their own.
        let isElsewhere = record.host.lowercased() != stored.host.lowercased() || weakensProtection(of: stored)
        if stored.sealedPassword != nil, password.isEmpty, isElsewhere, !record.username.isEmpty, record.kind == .smtp {
            form.refuse("smtp_password", "The server or its protection has changed: please enter the password again.")
        }
    }

    private func weakensProtection(of stored: SenderRecord) -> Bool {
        (record.security == .none && stored.security != .none)
            || (!record.verifiesCertificate && stored.verifiesCertificate)
    }

    /// Puts the typed password under seal; without a user name there is none.
    mutating func seal(with sealer: Sealer) {
        if record.username.isEmpty {
            record.sealedPassword = nil
        } else if !password.isEmpty {
            record.sealedPassword = sealer.seal(password, at: place)
        }
    }

    /// What a test needs: the typed password, or the stored one.
    func settings(_ sealer: Sealer) throws(SealingProblem) -> SenderSettings {
        var plain = password
        if plain.isEmpty, let sealed = record.sealedPassword { plain = try sealer.openText(sealed, at: place) }
        return SenderSettings(
            account: record.accountID, host: record.host, port: record.port, security: record.security,
            userName: record.username, password: record.username.isEmpty ? "" : plain,
            verifiesCertificate: record.verifiesCertificate, fromName: record.fromName, fromEmail: record.fromEmail)
    }

    private var place: SealedPlace {
        .senderPassword(account: record.accountID.rawValue, sender: record.id.rawValue)
    }
}
