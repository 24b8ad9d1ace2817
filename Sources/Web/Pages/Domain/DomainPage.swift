import DKIM
import Persistence

/// The domain of the From address: what receivers look for in its DNS, and the keys that sign.
struct DomainPage {
    let domain: SenderDomain
    let form: SigningKeyForm

    var page: Page {
        Page(
            title: "Domain and signatures", subtitle: "How receivers know that a mail is really yours.",
            section: .settings, breadcrumbs: [.init("Sender settings", "/profile/edit/")], body: body)
    }

    private var body: HTML {
        """
        <div class="page-narrow flex flex-col gap-6">
        \(form.form.summary)
        \(domain.domain.isEmpty ? nothing : keys)
        </div>
        """
    }

    private var nothing: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "key-round")</figure><h2>\(t: "No From address yet")</h2>\
        <p>\(t: "Signatures are made for the domain of your From address.")</p></header>\
        <section><a class="btn" href="/profile/edit/">\(t: "Enter it")</a></section></div>
        """
    }

    private var keys: HTML {
        """
        \(state)
        \(domain.checkCard.html)
        \(domain.ownKeys.map { SigningKeyCard(key: $0, domain: domain.domain).html })
        \(making)
        \(importing)
        \(domain.otherKeys.map { SigningKeyCard(key: $0, domain: domain.domain).html })
        """
    }

    private var state: HTML {
        let signing = domain.signing
        let kinds = signing.map(\.algorithm.title).sorted().joined(separator: ", ")
        return signing.isEmpty
            ? alert(
                "info", "info", "Mails from \(domain.domain) are not signed by Martlet",
                "Receivers such as Gmail and Yahoo want a signature (DKIM) of the From address’s own domain. Make a key, put its record into the DNS, then let it sign. If your provider signs for this domain already, nothing is missing."
            )
            : alert(
                "success", "badge-check", "Mails from \(domain.domain) are signed",
                "Each mail that begins now gets a signature of every kind: \(kinds).")
    }

    private func alert(_ variant: HTML, _ icon: String, _ title: Phrase, _ text: Phrase) -> HTML {
        """
        <div class="alert" data-variant="\(variant)" role="status">\(icon: icon)<h2>\(t: title)</h2>\
        <section><p>\(t: text)</p></section></div>
        """
    }

    private var making: HTML {
        """
        <form method="post" action="/profile/domain/keys/" class="card">\(.csrfField)
        <header><h2>\(t: "Make a key")</h2>\
        <p>\(t: "The private key never leaves this server, where it is kept encrypted. For a change of keys make new ones under another selector.")</p></header>
        <section class="form"><div class="form-row">
        \(form.form.select("kind", "Kind", [
            (SigningKeyForm.Kind.both.rawValue, "RSA and Ed25519 (recommended)"),
            (SigningKeyForm.Kind.rsa.rawValue, "RSA, 2,048 bits"), (SigningKeyForm.Kind.ed25519.rawValue, "Ed25519"),
        ], hint: "Every receiver checks RSA; Ed25519 is newer. Each one checks what it knows."))
        \(form.form.input("selector", "Selector", hint: "The name under which the key is found in the DNS.", required: true,
            autocomplete: "off", attributes: " maxlength=\"63\" spellcheck=\"false\""))
        </div></section>
        <footer><button class="btn">\(icon: "key-round")\(t: "Make")</button></footer></form>
        """
    }

    private var importing: HTML {
        """
        <form method="post" action="/profile/domain/keys/import/" class="card">\(.csrfField)
        <header><h2>\(t: "Bring a key along")</h2>\
        <p>\(t: "One whose record is in the DNS already, for example from another program.")</p></header>
        <section class="form">
        \(form.form.input("import_selector", "Selector of the record", required: true, autocomplete: "off",
            attributes: " maxlength=\"63\" spellcheck=\"false\""))
        \(form.form.textArea("private_key", "Private key", rows: 5,
            hint: "In PEM: from “-----BEGIN PRIVATE KEY-----” to its END line, without a passphrase. RSA or Ed25519.",
            required: true, attributes: " maxlength=\"16384\" spellcheck=\"false\" autocomplete=\"off\" data-secret"))
        </section>
        <footer><button class="btn" data-variant="outline">\(icon: "upload")\(t: "Bring along")</button></footer></form>
        """
    }
}

extension SignatureAlgorithm {
    /// A name, the same in every language.
    var title: String {
        switch self {
        case .rsa: "RSA"
        case .ed25519: "Ed25519"
        }
    }
}
