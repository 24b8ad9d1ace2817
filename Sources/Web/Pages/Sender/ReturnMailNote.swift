import Campaigns
import Persistence
import Vault

/// Whether what comes back is received, and what is missing for it: a sentence and a way on.
struct ReturnMailNote {
    /// Whether this installation receives it.
    let isReceived: Bool
    /// Where this sender's bounces go; empty for the From address.
    let domain: String
    /// Where providers are to report complaints; empty where nothing is received.
    let complaints: String

    var html: HTML {
        """
        <div id="return-mail"><p class="flex items-center gap-2 font-medium">\
        \(icon: isAtWork ? "circle-check" : "info")\(t: title)</p>
        <p class="text-sm text-muted-foreground">\(t: sentence)</p>\
        \(if: isAtWork, """
            <p class="text-sm text-muted-foreground">\(t: "Complaints that a provider reports (feedback loop) go to:") \
            <code class="break-all">\(complaints)</code></p>
            """)</div>
        """
    }

    private var isAtWork: Bool { isReceived && !domain.isEmpty }

    private var title: Phrase {
        isAtWork
            ? "What comes back is read"
            : isReceived
                ? "What comes back is read as soon as there is a domain for it" : "What comes back is not read here"
    }

    private var sentence: Phrase {
        if isAtWork {
            return
                "Bounces and complaints are counted, addresses that are gone are not mailed again, and a mail to the address in a campaign mail’s header unsubscribes. The MX record of \(domain) has to lead to this server."
        }
        if isReceived {
            return
                "Enter a domain for bounces whose MX record leads to this server: bounces and complaints are then counted, and addresses that are gone are not mailed again."
        }
        return
            "Bounces after a server has taken a mail, and complaints, are not counted. Whoever runs this server sets RETURN_MAIL to receive them (docs/return-mail.md)."
    }
}

extension Visit {
    func returnMail(_ sender: SenderRecord) -> ReturnMailNote {
        let domain = sender.returnDomain
        let local = site.signer.localPart(of: .complaints(account: account.rawValue))
        return ReturnMailNote(
            isReceived: site.configuration.receivesReturnMail, domain: domain,
            complaints: domain.isEmpty ? "" : "\(local)@\(domain)")
    }
}
