import Campaigns
import DomainChecks
import Foundation
import Persistence

/// What the DNS said about the domain, when, and what to do about it. Asks for itself while a look is under way.
struct DomainCheckCard {
    let domain: String
    let fromEmail: String
    let record: DomainCheckRecord?
    let now: Instant

    /// After so long, opening the page looks again.
    static let freshness: Duration = .seconds(15 * 60)

    private var isUnderWay: Bool { record?.isUnderWay(at: now) ?? false }
    private var report: DomainReport? {
        record.flatMap { try? JSONDecoder().decode(DomainReport.self, from: Data($0.report.utf8)) }
    }
    private var isStale: Bool { record?.checkedAt.map { now - $0 > Self.freshness } ?? true }

    var html: HTML {
        """
        <section class="card" id="domain-check" aria-labelledby="domain-check-title"\(if: isUnderWay, """
             data-hx-get="/profile/domain/check/" data-hx-trigger="every 1s" data-hx-swap="outerHTML"
            """)><header><h2 id="domain-check-title">\(t: "What the DNS says about \(domain)")</h2>\
        <p role="status">\(state)</p></header>
        \(report.map { findings($0) })
        <footer><form method="post" action="/profile/domain/check/" data-hx-post="/profile/domain/check/" \
        data-hx-target="#domain-check" data-hx-swap="outerHTML" \
        data-hx-trigger="\(if: isStale && !isUnderWay, "load, ")submit">\(.csrfField)\
        <button class="btn" data-variant="outline"\(if: isUnderWay, " disabled")>\(icon: "refresh-cw")\
        \(t: "Look again")</button></form></footer></section>
        """
    }

    private var state: HTML {
        if isUnderWay { return "\(t: "The DNS is being asked …")" }
        guard let checkedAt = record?.checkedAt else { return "\(t: "It has not been asked yet.")" }
        let text = Timestamp(checkedAt)
        return """
            \(t: "Asked") <time datetime="\(text.machine)" data-local="relative">\(text.person)</time>
            """
    }

    private func findings(_ report: DomainReport) -> HTML {
        let rows: [HTML] = report.findings.map { finding in
            let text = FindingText(finding, domain: domain, fromEmail: fromEmail)
            return """
                <li>\(icon: text.icon)<div><strong>\(t: text.title)</strong><p>\(t: text.sentence)</p>\
                \(text.paste.map { paste($0) })</div></li>
                """
        }
        return "<section><ol class=\"steps\">\(rows)</ol></section>"
    }

    private func copy(_ title: Phrase, _ text: String) -> HTML {
        """
        <button type="button" class="btn" data-variant="outline" data-size="sm" data-copy-text="\(text)" \
        data-copied="\(t: "Copied")">\(icon: "copy")<span data-copy-label>\(t: title)</span></button>
        """
    }

    private func paste(_ record: FindingText.Paste) -> HTML {
        """
        <pre class="source" role="group" tabindex="0" aria-label="\(t: "Record to enter")">\(record.name) TXT \(record.value)</pre>
        <div class="mt-2 flex flex-wrap gap-2">\(copy("Copy the name", record.name))\
        \(copy("Copy the value", record.value.replacing("\"", with: "")))</div>
        """
    }
}

/// A finding in words: what it means and what to do.
struct FindingText {
    struct Paste {
        var name: String
        var value: String
    }

    var title: Phrase
    var sentence: Phrase
    var icon: String
    /// A record that would mend it.
    var paste: Paste?

    init(_ finding: Finding, domain: String, fromEmail: String) {
        icon =
            switch finding.verdict {
            case .good: "circle-check"
            case .unknown: "circle-question-mark"
            case .doubtful: "circle-alert"
            case .bad: "circle-x"
            }
        switch finding {
        case .key(let selector, let found):
            title = "Signature: key \(selector)"
            sentence = Self.key(found)
        case .spf(let found):
            title = "SPF: who may send"
            sentence = Self.spf(found)
            if found == .missing { paste = Paste(name: domain, value: "\"v=spf1 mx ~all\"") }
        case .dmarc(let found):
            title = "DMARC: what receivers shall do"
            sentence = Self.dmarc(found, domain)
            if found == .missing {
                paste = Paste(name: "_dmarc.\(domain)", value: "\"v=DMARC1; p=none; rua=mailto:\(fromEmail)\"")
            }
        case .alignment(let isSigned):
            title = "DMARC alignment"
            sentence =
                isSigned
                ? "Mails carry a signature of the From address’s own domain, so they pass DMARC whatever server they leave from."
                : "No key of this domain signs and can be found, so DMARC is passed only where SPF names the server that your mails leave from."
        case .mailExchanger(let found):
            title = "Mail to this domain"
            sentence = Self.mail(found)
        case .security(let isSecure):
            title = "DNSSEC"
            sentence =
                isSecure
                ? "The domain’s answers are signed, and the signatures are right."
                : "The domain’s answers are not signed. That is usual and stops nothing."
        }
    }

    private static func key(_ finding: KeyFinding) -> Phrase {
        switch finding {
        case .found: "The record is there and belongs to this key."
        case .missing:
            "There is no record yet. Enter it as shown at the key; it may take an hour until it is seen everywhere."
        case .differs:
            "There is a record, but of another key. Receivers would refuse the signature: enter the record as shown at the key."
        case .revoked: "The record says that the key was withdrawn. Make a new key under another selector."
        case .testing:
            "The record belongs to this key, but says that it is only a test (t=y): receivers may ignore the signature. Remove “t=y”."
        case .several(let count): "There are \(count) records under this name. Leave only the one shown at the key."
        case .failed(let failure): Phrase(sentence: failure.userMessage)
        }
    }

    static func spf(_ finding: SPFFinding) -> Phrase {
        switch finding {
        case .good(let lookups):
            "There is one record, and it can be read. It costs receivers \(lookups) of 10 look-ups."
        case .missing:
            "There is no record. Ask your provider what belongs into it; for a server of your own that also receives your mail it is this:"
        case .several(let count):
            "There are \(count) records; receivers then use none of them. Put them together into one."
        case .tooManyLookups:
            "The record costs receivers more than 10 look-ups, so they give up. Remove what is no longer used, or name addresses (ip4:, ip6:) instead."
        case .broken(let term):
            "The record has a mistake, so receivers do not use it: “\(term)” is nothing that SPF knows."
        case .allowsEverybody:
            "The record allows everybody to send as this domain (+all). Let it end with ~all or -all."
        case .hasNoEnd(let lookups):
            "There is one record (\(lookups) of 10 look-ups), but it does not say what to do with all others. Let it end with ~all or -all."
        case .includesNothing(let domain):
            "The record includes “\(domain)”, which has no SPF record (or several), so receivers do not use it."
        case .failed(let failure): Phrase(sentence: failure.userMessage)
        }
    }

    private static func dmarc(_ finding: DMARCFinding, _ domain: String) -> Phrase {
        switch finding {
        case .good(.none, let at):
            "There is a record at \(at). It asks for nothing yet (p=none), which is enough for Gmail and Yahoo."
        case .good(let policy, let at):
            "There is a record at \(at). Mails that pass neither SPF nor DKIM are treated as it says: \(policy.rawValue)."
        case .missing:
            "There is no record. Gmail and Yahoo want one from whoever sends to many. This one changes nothing for your mails and asks for reports:"
        case .several(let count): "There are \(count) records; receivers then use none of them. Leave one."
        case .broken:
            "The record cannot be read. It begins with “v=DMARC1; p=none”, or with quarantine or reject instead of none."
        case .failed(let failure): Phrase(sentence: failure.userMessage)
        }
    }

    private static func mail(_ finding: MXFinding) -> Phrase {
        switch finding {
        case .found(let hosts): "Answers and bounces arrive at \(hosts.joined(separator: ", "))."
        case .implicit: "The domain has an address but no MX record. Mail may arrive there; some receivers distrust it."
        case .null: "The domain says that it takes no mail (null MX). Many receivers refuse mails from such an address."
        case .missing:
            "The domain takes no mail: neither an MX record nor an address. Many receivers refuse mails from such a domain."
        case .noDomain: "There is no such domain in the DNS. Receivers will refuse your mails."
        case .failed(let failure): Phrase(sentence: failure.userMessage)
        }
    }
}
