import Campaigns
import Mail
import Persistence
import Vault

/// What a person may decide about a sender, read from djangoMailer's fields and checked.
struct SenderForm {
    private(set) var form: Form
    /// The record with the form's values; only to be used when the form is valid.
    private(set) var record: SenderRecord
    /// The password or token that was typed; empty when the stored one is to stay.
    let password: String

    /// A form that shows what is stored. The password never leaves the server.
    init(showing record: SenderRecord) {
        self.record = record
        password = ""
        form = Form(values: [
            "kind": record.kind.rawValue, "smtp_host": record.host, "smtp_port": String(record.port),
            "smtp_username": record.username, "smtp_login": record.login.rawValue, "from_email": record.fromEmail,
            "from_name": record.fromName, "reply_to": record.replyTo, "smtp_security": record.security.rawValue,
            "max_emails_per_hour": String(record.maxPerHour), "max_connections": String(record.maxConnections),
            "warm_up_first": String(record.warmUp?.firstDay ?? 50),
            "warm_up_growth": String(record.warmUp?.growth ?? 100),
            "unknown_policy": record.unknownPolicy.rawValue,
            "hello_name": record.helloName, "return_domain": record.returnDomain,
            "site_connections": String(record.siteConnections), "site_messages": String(record.siteMessages),
        ])
        if record.spreadsEvenly { form.data.set("on", for: "spreads_evenly") }
        if record.warmUp != nil { form.data.set("on", for: "warms_up") }
        if record.verifiesCertificate { form.data.set("on", for: "verifies_certificate") }
    }

    /// - Parameter now: when a new warm-up begins.
    init(_ data: FormData, changing stored: SenderRecord, at now: Instant) {
        var form = Form(data)
        var record = stored
        password = data["smtp_password"]
        record.kind = data.has("kind") ? form.choice("kind", fallback: .smtp) : .smtp
        record.host = form.text("smtp_host", required: record.kind == .smtp, max: 253)
        record.port = form.integer("smtp_port", in: 1...65_535, fallback: 587)
        record.username = form.text("smtp_username", max: 320)
        record.login = data.has("smtp_login") ? form.choice("smtp_login", fallback: .password) : .password
        record.security = Self.security(&form)
        record.verifiesCertificate = form.flag("verifies_certificate")
        record.fromName = form.text("from_name", max: 200)
        record.fromEmail = form.text("from_email", required: true, max: 254)
        if data.has("reply_to") { record.replyTo = form.text("reply_to", max: 254) }
        record.maxPerHour = form.integer("max_emails_per_hour", in: 1...1_000_000, fallback: 100)
        record.maxConnections = form.integer("max_connections", in: 1...500, fallback: stored.maxConnections)
        record.spreadsEvenly = form.flag("spreads_evenly")
        record.warmUp = Self.warmUp(&form, stored.warmUp, now)
        // djangoMailer's form does not have it.
        if data.has("unknown_policy") { record.unknownPolicy = form.choice("unknown_policy", fallback: .hold) }
        if data.has("hello_name") { record.helloName = form.text("hello_name", max: 253).lowercased() }
        if data.has("return_domain") { record.returnDomain = form.text("return_domain", max: 190).lowercased() }
        record.siteConnections = form.integer("site_connections", in: 1...50, fallback: stored.siteConnections)
        record.siteMessages = form.integer("site_messages", in: 1...1000, fallback: stored.siteMessages)
        self.form = form
        self.record = record
        check(changing: stored)
    }

    /// djangoMailer's form has two check boxes for it.
    private static func security(_ form: inout Form) -> SenderRecord.Security {
        if form.data.has("smtp_security") { return form.choice("smtp_security", fallback: .startTLS) }
        let security: SenderRecord.Security = form.flag("use_ssl") ? .tls : form.flag("use_tls") ? .startTLS : .none
        form.data.set(security.rawValue, for: "smtp_security")
        if form.flag("use_ssl"), form.flag("use_tls") {
            form.refuse("smtp_security", "Choose STARTTLS (usually port 587) or TLS (usually port 465), not both.")
        }
        return security
    }

    private static func warmUp(_ form: inout Form, _ stored: WarmUpPlan?, _ now: Instant) -> WarmUpPlan? {
        guard form.flag("warms_up") else { return nil }
        return WarmUpPlan(
            firstDay: form.integer("warm_up_first", in: WarmUpPlan.firstDays, fallback: 50),
            growth: form.integer("warm_up_growth", in: WarmUpPlan.growths, fallback: 100),
            beganAt: stored?.beganAt ?? now)
    }

    private mutating func check(changing stored: SenderRecord) {
        if record.host.contains(where: { $0.isWhitespace || "/@:?#\\".contains($0) }) && !record.host.contains("::") {
            form.refuse("smtp_host", "Please enter the name of the server only, such as smtp.example.org.")
        }
        for (field, name) in [("hello_name", record.helloName), ("return_domain", record.returnDomain)]
        where !name.isEmpty && (DomainName.hostName(name) != name || !name.contains(".") || name.hasSuffix(".")) {
            form.refuse(field, "Please enter a name of the DNS, such as mail.example.org.")
        }
        for (field, address) in [("from_email", record.fromEmail), ("reply_to", record.replyTo)] where !address.isEmpty
        {
            do {
                // Each reader's server would have to take such headers (RFC 6532), not only the one that a mail goes to.
                if try EmailAddress(address).needsSMTPUTF8, field == "reply_to" {
                    form.refuse(
                        field,
                        "Please enter an address whose part before the @ has English letters only: not every reader could answer."
                    )
                }
            } catch {
                form.refuse(field, sentence: error.userMessage)
            }
        }
        if record.login == .password, password.utf8.count > 1000 {
            form.refuse("smtp_password", "The password is longer than 1,000 bytes.")
        }
        if record.login == .token, password.utf8.count > 8000 {
            form.refuse("smtp_password", "The token is longer than 8,000 bytes.")
        }
        if record.login == .token, record.username.isEmpty, record.kind == .smtp {
            form.refuse(
                "smtp_username", "An OAuth token is for a user: please enter its name, usually the mail address.")
        }
        // Whoever borrows a session must not be able to have the stored password sent to a server of their own; not by
        // way of a kind of sender that needs no password either.
        if stored.sealedPassword != nil, password.isEmpty, isElsewhere(than: stored) {
            record.sealedPassword = nil
            if record.kind == .smtp, !record.username.isEmpty {
                form.refuse(
                    "smtp_password", "The server or its protection has changed: please enter the password again.")
            }
        }
        if stored.sealedPassword != nil, password.isEmpty, record.login != stored.login, !record.username.isEmpty {
            form.refuse("smtp_password", "The kind of login has changed: please enter the new password or token.")
        }
    }

    /// Whether a password would go to another server, or be protected in another way or less.
    private func isElsewhere(than stored: SenderRecord) -> Bool {
        record.host.lowercased() != stored.host.lowercased() || record.port != stored.port
            || record.security != stored.security || (!record.verifiesCertificate && stored.verifiesCertificate)
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
        return settings(password: plain)
    }

    func settings(password plain: String) -> SenderSettings {
        SenderSettings(
            account: record.accountID, kind: record.kind, host: record.host, port: record.port,
            security: record.security,
            userName: record.username, password: record.username.isEmpty ? "" : plain, login: record.login,
            verifiesCertificate: record.verifiesCertificate, fromName: record.fromName, fromEmail: record.fromEmail,
            helloName: record.helloName, returnDomain: record.returnDomain)
    }

    private var place: SealedPlace {
        .senderPassword(account: record.accountID.rawValue, sender: record.id.rawValue)
    }
}
