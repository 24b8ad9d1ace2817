import Campaigns
import DomainChecks
import Persistence

/// The form of the sender settings.
struct SenderPage {
    let form: SenderForm
    let now: SenderNow
    let activity: SenderActivityRecord?
    var result: SenderTestResult?
    let returnMail: ReturnMailNote
    /// What the DNS said about the names; nil when it was not asked.
    var names: [NameFinding]?

    var page: Page {
        Page(title: "Sender settings", subtitle: "How your mails leave this server.", section: .settings, body: body)
    }

    private var fields: Form { form.form }
    private var stored: SenderRecord { now.record }

    private var body: HTML {
        """
        <div class="page-narrow flex flex-col gap-6">
        \(SenderStateCard(now: now, activity: activity).html)
        \(domain)
        <form method="post" action="/profile/edit/" class="form" id="sender-form" data-unsaved novalidate>\(.csrfField)
        \(fields.summary)
        <section class="card"><header><h2>\(t: "Kind")</h2></header><section class="form">
        \(fields.select("kind", "What happens to your mails", [
            (SenderRecord.Kind.rehearsal.rawValue, "Rehearsal: they are kept here and shown"),
            (SenderRecord.Kind.smtp.rawValue, "They are sent through an SMTP server"),
            (SenderRecord.Kind.direct.rawValue, "They are sent directly to each recipient’s mail server"),
        ]))
        </section></section>
        <section class="card"><header><h2>\(t: "From")</h2></header><section class="form">
        <div class="form-row">
        \(fields.input("from_name", "From name", autocomplete: "organization"))
        \(fields.input("from_email", "From address", type: "email", required: true, autocomplete: "email"))
        </div>
        \(fields.input("reply_to", "Address for replies", type: "email",
            hint: "Where answers of your readers go. Empty: to the From address.", autocomplete: "email"))
        </section></section>
        \(server)
        \(directly)
        \(trial)
        \(receiverNames)
        <section class="card"><header><h2>\(t: "Limits")</h2></header><section class="form">
        \(fields.input("max_emails_per_hour", "Most mails in an hour", type: "number",
            hint: "Holds in any 60 minutes, also over restarts. In the last hour: \(now.usedInLastHour).", required: true,
            attributes: " min=\"1\" max=\"1000000\" inputmode=\"numeric\""))
        \(fields.checkBox("spreads_evenly", "Spread the mails evenly over the hour", hint: spreading))
        \(fields.input("max_connections", "Most connections at once", type: "number",
            hint: "Fewer are used when the server wants fewer.",
            attributes: " min=\"1\" max=\"500\" inputmode=\"numeric\""))
        </section></section>
        \(warmUp)
        \(unknown)
        <div class="form-actions"><button class="btn">\(icon: "check")\(t: "Save")</button></div>
        </form></div>
        """
    }

    private var domain: HTML {
        """
        <section class="card"><header><h2>\(t: "Domain and signatures")</h2>\
        <p>\(t: "How receivers know that a mail is really yours: DKIM keys, and what the DNS says.")</p>\
        <div class="card-action"><a class="btn" data-variant="outline" href="/profile/domain/">\(icon: "key-round")\
        \(t: "Show")</a></div></header></section>
        """
    }

    private var unknown: HTML {
        """
        <section class="card"><header><h2>\(t: "When nobody knows whether a mail arrived")</h2>\
        <p>\(t: "It is rare: the connection broke, or Martlet was stopped, between the end of a mail and the server’s answer.")</p>\
        </header><section class="form">
        \(fields.select("unknown_policy", "Then", UnknownPolicy.allCases.map { ($0.rawValue, $0.label) },
            hint: "Holds for what happens from now on. Each mail’s history says what was done with it."))
        </section></section>
        """
    }

    private var server: HTML {
        """
        <section class="card" data-for-kind="smtp"><header><h2>\(t: "SMTP server")</h2>\
        <p>\(t: "Your provider tells you these.")</p></header><section class="form">
        <div class="form-row">
        \(fields.input("smtp_host", "Server", placeholder: "smtp.example.org", autocomplete: "off"))
        \(fields.input("smtp_port", "Port", type: "number", hint: "587 for STARTTLS, 465 for TLS, as a rule.",
            attributes: " min=\"1\" max=\"65535\" inputmode=\"numeric\""))
        </div>
        \(fields.select("smtp_security", "Encryption", [
            (SenderRecord.Security.startTLS.rawValue, "STARTTLS (recommended, usually port 587)"),
            (SenderRecord.Security.tls.rawValue, "TLS from the first byte (usually port 465)"),
            (SenderRecord.Security.none.rawValue, "None: only for a server on this machine or in a private network"),
        ]))
        \(fields.checkBox("verifies_certificate", "Check the server's certificate",
            hint: "Leave this on, unless the server is your own and has no proper certificate."))
        <div class="form-row">
        \(fields.input("smtp_username", "User name", hint: "Empty if the server needs no login.", autocomplete: "off"))
        \(fields.select("smtp_login", "Log in with", [
            (SenderRecord.Login.password.rawValue, "Password"), (SenderRecord.Login.token.rawValue, "OAuth token"),
        ], hint: "A token is an OAuth 2.0 access token for SMTP, as Google and Microsoft give them."))
        \(fields.input("smtp_password", "Password or token", type: "password", hint: passwordHint, autocomplete: "new-password"))
        </div>
        </section></section>
        """
    }

    private var trial: HTML {
        """
        <section class="card" data-for-kind="smtp direct"><header><h2>\(t: "Try it")</h2>\
        <p>\(t: "With what is written here, before it is saved.")</p></header><section class="form">
        <div class="form-actions">
        \(button("/profile/edit/test/", "plug", "Test connection"))
        \(button("/profile/edit/test_mail/", "send", "Send me a test mail"))
        <span class="htmx-indicator" id="sender-test-busy" role="status">\(t: "Asking the server …")</span>
        </div>
        <div id="sender-test" aria-live="polite">\(result.map { SenderTestView(result: $0).html })</div>
        </section></section>
        """
    }

    private var directly: HTML {
        """
        <section class="card" data-for-kind="direct"><header><h2>\(t: "Sending directly")</h2>\
        <p>\(t: "Without a provider: this machine connects to the mail server of each recipient’s domain. It needs an address of good repute, a name that leads to it and back, and a network that lets mail out (port 25).")</p>\
        </header><section class="form"><div class="form-row">
        \(fields.input("site_connections", "Most connections to one receiver", type: "number",
            hint: "Fewer are used when it wants fewer.",
            attributes: " min=\"1\" max=\"50\" inputmode=\"numeric\""))
        \(fields.input("site_messages", "Most mails over one connection", type: "number",
            attributes: " min=\"1\" max=\"1000\" inputmode=\"numeric\""))
        </div></section></section>
        """
    }

    private var receiverNames: HTML {
        """
        <section class="card" data-for-kind="smtp direct"><header><h2>\(t: "Names that mail servers see")</h2></header><section class="form">
        <div class="form-row">
        \(fields.input("hello_name", "Name of this machine (EHLO)", hint: "Empty: the name that it gives itself.",
            placeholder: "mail.example.org", autocomplete: "off"))
        \(fields.input("return_domain", "Domain for bounces", hint: returnHint,
            placeholder: "bounces.example.org", autocomplete: "off"))
        </div>
        <div class="form-actions">\(button("/profile/edit/names/", "refresh-cw", "Ask the DNS about them", target: "sender-names"))</div>
        <div id="sender-names" aria-live="polite"\(if: asksForNames, """
             data-hx-get="/profile/edit/names/" data-hx-trigger="load"
            """)>\(names.map { NamesView(findings: $0).html })</div>
        \(returnMail.html)
        </section></section>
        """
    }

    /// Whoever sends directly is warned without asking.
    private var asksForNames: Bool { stored.kind == .direct && names == nil }

    private var returnHint: Phrase {
        "Each mail then has a return address of its own there, bounce+…, so that what comes back says which one it was. Empty: bounces go to the From address."
    }

    private var spreading: Phrase {
        "One mail at a time, as many seconds apart as the limit says, rather than as fast as the server takes them."
    }

    private var warmUp: HTML {
        """
        <section class="card"><header><h2>\(t: "Warm-up")</h2>\
        <p>\(t: "For an address or a server that is new: providers trust those who begin with little.")</p></header>\
        <section class="form">
        \(fields.checkBox("warms_up", "Begin with few mails a day and grow", hint: warmUpToday))
        <div class="form-row">
        \(fields.input("warm_up_first", "Mails on the first day", type: "number",
            attributes: " min=\"1\" max=\"100000\" inputmode=\"numeric\""))
        \(fields.input("warm_up_growth", "Percent more each day", type: "number", hint: "100 doubles.",
            attributes: " min=\"10\" max=\"400\" inputmode=\"numeric\""))
        </div></section></section>
        """
    }

    private var warmUpToday: Phrase? {
        guard let plan = stored.warmUp else { return nil }
        let day = plan.day(at: now.time)
        guard let limit = plan.limit(at: now.time, maxPerHour: stored.maxPerHour) else {
            return "The warm-up is over: the hourly limit holds."
        }
        return
            "This is day \(day) of \(plan.days(maxPerHour: stored.maxPerHour)): \(now.usedInWarmUpDay) of \(limit) mails are used."
    }

    private var passwordHint: Phrase {
        stored.sealedPassword == nil ? "Kept encrypted." : "One is stored. Leave this empty to keep it."
    }

    private func button(_ path: String, _ icon: String, _ title: Phrase, target: HTML = "sender-test") -> HTML {
        """
        <button class="btn" data-variant="outline" formaction="\(path)" formnovalidate data-hx-post="\(path)" \
        data-hx-include="#sender-form" data-hx-target="#\(target)" data-hx-indicator="#sender-test-busy" \
        data-hx-disabled-elt="this">\(icon: icon)\(t: title)</button>
        """
    }
}

extension UnknownPolicy {
    fileprivate var label: Phrase {
        switch self {
        case .hold: "Hold it: I decide. Nobody gets a mail twice."
        case .resend: "Send the same mail again, at most \(Self.mostResends) times. Somebody may get it twice."
        case .assume: "Count it as delivered. Somebody may not get it."
        }
    }
}

/// What a test of the sender brought.
struct SenderTestView {
    let result: SenderTestResult

    var html: HTML {
        """
        <div class="alert" data-variant="\(result.isSuccess ? "success" : "destructive")" \
        role="\(result.isSuccess ? "status" : "alert")">\(icon: result.isSuccess ? "circle-check" : "circle-x")\
        <h3>\(t: Phrase(sentence: result.sentence))</h3>\
        \(if: !result.transcript.isEmpty, """
            <section><pre class="source" tabindex="0" role="group" aria-label="\(t: "What the server said")">\
            \(result.transcript.joined(separator: "\n"))</pre></section>
            """)</div>
        """
    }
}
