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
    /// What an MX record has to name; nil where nobody knows.
    let receiver: String?

    var html: HTML {
        """
        <div id="return-mail"><p class="flex items-center gap-2 font-medium">\
        \(icon: isAtWork ? "circle-check" : "info")\(t: title)</p>
        <p class="text-sm text-muted-foreground">\(t: sentence)</p>\
        \(if: isAtWork, """
            <p class="text-sm text-muted-foreground">\(t: "Complaints that a provider reports (feedback loop) go to:") \
            <code class="break-all">\(complaints)</code></p>
            """)
        <details class="mt-2 text-sm"><summary class="cursor-pointer">\(t: "How to set it up")</summary>
        <ol class="mt-2 list-decimal ps-5 flex flex-col gap-2">
        <li>\(t: "Choose a domain for bounces below your From domain, and enter it above. Its DNS needs a record that leads to this server, and one that names the servers which send:")
        <pre class="source" role="group" tabindex="0" aria-label="\(t: "Records to enter")">\(shownDomain). MX 10 \(receiver ?? "mail.example.org").
        \(shownDomain). TXT "v=spf1 mx ~all"</pre></li>
        <li>\(t: "Whoever runs this server lets Martlet listen for it on port 25 (setting RETURN_MAIL=0.0.0.0:25, and RETURN_MAIL_NAME for the name in the MX record), or lets the mail server that is there hand it over (RETURN_MAIL=elsewhere, and a pipe to “martlet receive-mail RECIPIENT”).")\
        \(if: isReceived, " \(t: "That is done.")")</li>
        <li>\(t: "Register the address for complaints, which is shown here then, with the feedback loops of providers such as Yahoo and Microsoft. Their confirmations are mails to that address: the server’s log names who wrote them.")</li>
        <li>\(t: "Ask the DNS with the button above whether everything leads here.")</li></ol></details></div>
        """
    }

    private var shownDomain: String { domain.isEmpty ? "bounces.example.org" : domain }

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
            "Bounces after a server has taken a mail, and complaints, are not counted. Whoever runs this server can change that (setting RETURN_MAIL)."
    }
}

extension Visit {
    func returnMail(_ sender: SenderRecord) -> ReturnMailNote {
        let domain = sender.returnDomain
        let local = site.signer.localPart(of: .complaints(account: account.rawValue))
        return ReturnMailNote(
            isReceived: site.configuration.receivesReturnMail, domain: domain,
            complaints: domain.isEmpty ? "" : "\(local)@\(domain)", receiver: site.configuration.returnMailReceiver)
    }
}
