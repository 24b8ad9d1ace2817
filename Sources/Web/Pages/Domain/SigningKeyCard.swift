import Campaigns
import DKIM
import Persistence

/// One key: its state, the record that belongs into the DNS, and what may be done.
struct SigningKeyCard {
    let key: SigningKeyRecord
    /// The domain of the From address.
    let domain: String

    private var record: KeyRecord { KeyRecord(algorithm: key.algorithm, publicKey: key.publicKey) }
    private var path: String { "/profile/domain/keys/\(key.id)" }

    var html: HTML {
        """
        <section class="card" aria-labelledby="key-\(key.id.rawValue)"><header>\
        <h2 id="key-\(key.id.rawValue)">\(t: "\(key.selector) for \(key.domain)")</h2>\
        <p>\(t: kind) <span class="badge" data-state="\(badge)">\(t: state)</span></p></header>
        <section class="flex flex-col gap-4">
        \(line("name", "Name of the record", KeyRecord.name(selector: key.selector, domain: key.domain)))
        <dl class="facts"><dt>\(t: "Type")</dt><dd>TXT</dd><dt>\(t: "Made")</dt><dd>\(time: key.createdAt)</dd></dl>
        \(line("value", "Value", record.text))
        <details><summary class="cursor-pointer text-sm">\(t: "For a zone file")</summary>\
        <div class="mt-2">\(line("zone", "In strings of at most 255 characters", record.strings))</div></details>
        </section>
        <footer class="flex flex-wrap gap-2">\(buttons)</footer></section>
        """
    }

    private var kind: Phrase {
        key.algorithm == .rsa ? "RSA with \(key.bits) bits" : "Ed25519"
    }

    private var state: Phrase {
        switch key.state {
        case .waiting: "Not in use yet"
        case .signing: key.domain == domain ? "Signs" : "Not the From address’s domain"
        case .retired: "Signs nothing new"
        }
    }

    private var badge: HTML {
        switch key.state {
        case .waiting: "paused"
        case .signing: key.domain == domain ? "delivered" : "paused"
        case .retired: "finished"
        }
    }

    /// A text to be copied into somebody else's form.
    private func line(_ name: HTML, _ label: Phrase, _ text: String) -> HTML {
        """
        <div class="flex flex-col gap-1"><div class="flex items-center justify-between gap-2">\
        <span class="text-sm font-medium" id="key-\(key.id.rawValue)-\(name)-label">\(t: label)</span>\
        <button type="button" class="btn" data-variant="outline" data-size="sm" data-copy="#key-\(key.id.rawValue)-\(name)" \
        data-copied="\(t: "Copied")" aria-describedby="key-\(key.id.rawValue)-\(name)-label">\(icon: "copy")\
        <span data-copy-label>\(t: "Copy")</span></button></div>\
        <pre class="source" role="group" tabindex="0" id="key-\(key.id.rawValue)-\(name)" \
        aria-labelledby="key-\(key.id.rawValue)-\(name)-label">\(text)</pre></div>
        """
    }

    private var buttons: HTML {
        """
        \(if: key.state != .signing, button(
            "start", "circle-check", "Let it sign", variant: "", title: "Is the record in the DNS?",
            question: "Receivers who do not find it cannot check the signature. A new record may take an hour to be seen everywhere."))
        \(if: key.state == .signing, button(
            "stop", "circle-pause", "Stop signing", variant: " data-variant=\"outline\"", title: "Stop signing with this key?",
            question: "What begins from now on is not signed with it. Mails under way still are."))
        \(if: key.state != .signing, button(
            "remove", "trash-2", "Remove", variant: " data-variant=\"destructive\"", title: "Remove this key?",
            question: "The private key will be gone. This cannot be undone."))
        """
    }

    private func button(
        _ verb: HTML, _ icon: String, _ text: Phrase, variant: HTML, title: Phrase, question: Phrase
    ) -> HTML {
        """
        <form method="post" action="\(path)/\(verb)/" data-confirm="\(t: question)" data-confirm-title="\(t: title)" \
        data-confirm-label="\(t: text)">\(.csrfField)<button class="btn"\(variant)>\(icon: icon)\(t: text)</button></form>
        """
    }
}
