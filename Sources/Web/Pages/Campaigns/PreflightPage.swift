import Campaigns
import Persistence

/// What to know before a campaign starts, with the way to mend each thing, and the start itself.
struct PreflightPage {
    let look: CampaignPreflight

    private var campaign: CampaignRecord { look.campaign }
    private var path: String { "/campaigns/\(campaign.id)" }

    var page: Page { Self.page(campaign, part) }

    /// The page before its audience is counted, which it asks for. Without script there is a link.
    static func waiting(_ campaign: CampaignRecord, recipients: Int) -> Page {
        let path = "/campaigns/\(campaign.id)/preflight/"
        return page(
            campaign,
            """
            <div id="preflight" class="flex flex-col gap-3" aria-busy="true" data-hx-get="\(path)panel/" \
            data-hx-trigger="load" data-hx-swap="outerHTML">\
            <progress class="meter" aria-label="\(t: "Progress")"></progress>\
            <p role="status">\(t: .counted(recipients, one: "Looking at \(recipients) recipient …", other: "Looking at \(recipients) recipients …"))</p>\
            <noscript><p><a class="btn" href="\(path)?whole=yes">\(t: "Show what was found")</a></p></noscript></div>
            """)
    }

    private static func page(_ campaign: CampaignRecord, _ body: HTML) -> Page {
        let path = "/campaigns/\(campaign.id)"
        return Page(
            title: "Before the start", subtitle: Phrase(sentence: campaign.name), section: .campaigns,
            breadcrumbs: [.init("Campaigns", "/campaigns/"), .init(Phrase(sentence: campaign.name), path + "/")],
            actions: """
                <a class="btn" data-variant="outline" href="\(path)/mail/">\(icon: "eye")\(t: "Preview")</a>\
                <a class="btn" data-variant="outline" href="\(path)/edit/">\(icon: "pencil")\(t: "Edit")</a>
                """,
            body: body)
    }

    /// Comes again while the DNS is being asked.
    private var waiting: HTML {
        guard look.preflight.items.contains(where: { $0.finding == .domainUnderWay }) else { return "" }
        return """
             data-hx-get="\(path)/preflight/panel/" data-hx-trigger="load delay:2s" data-hx-swap="outerHTML"
            """
    }

    /// The moving part, as htmx fetches it.
    var part: HTML { "<div id=\"preflight\"\(waiting)>\(panel)</div>" }

    private var panel: HTML {
        """
        <div class="flex flex-col gap-6">\(verdict)\
        \(list(.error, "To be mended first"))\(list(.warning, "Please look at this"))\(list(.info, "Good to know"))\
        \(if: look.preflight.mayStart && (isLater || !isScheduled), start)</div>
        """
    }

    private var isScheduled: Bool { campaign.state == .scheduled }
    private var isLater: Bool { campaign.scheduledAt.map { $0 > look.facts.now } ?? false }

    /// The only question there is: nobody should believe that it has started, or that it has not.
    private var verdict: HTML {
        let (kind, name, sentence): (String, String, Phrase) =
            if !look.preflight.mayStart {
                ("destructive", "circle-x", "Not started: this campaign cannot start yet")
            } else if look.preflight.questions.isEmpty {
                ("success", "circle-check", isScheduled ? "Scheduled, and ready" : "Ready, and not started yet")
            } else {
                (
                    "warning", "triangle-alert",
                    isScheduled ? "Scheduled: please look at this" : "Not started yet: please look at this first"
                )
            }
        return """
            <div class="alert" data-variant="\(kind)" role="status">\(icon: name)<h2>\(t: sentence)</h2>\
            <section><p>\(StartQuestion(look.facts).html)\(if: look.preflight.mayStart, beginning)</p></section></div>
            """
    }

    private var beginning: HTML {
        if isScheduled {
            return isLater
                ? " \(t: "It starts by itself at") \(time: campaign.scheduledAt)."
                : " \(t: "It starts within seconds.")"
        }
        return isLater
            ? " \(t: "It is planned for") \(time: campaign.scheduledAt)."
            : " \(t: "It begins as soon as you start it below.")"
    }

    private func list(_ severity: Preflight.Severity, _ title: Phrase) -> HTML? {
        // How long it takes stands above.
        let items = look.preflight.items(severity).filter { $0.finding.code != "takes" }
        guard !items.isEmpty else { return nil }
        return """
            <section class="card" aria-labelledby="findings-\(severity.code)"><header>\
            <h2 id="findings-\(severity.code)">\(t: title)</h2></header><section><ul class="flex flex-col gap-4">\
            \(items.map { "<li>\(PreflightItem($0.finding, look).html)</li>" as HTML })</ul></section></section>
            """
    }

    private var start: HTML {
        let questions = look.preflight.questions.sorted().joined(separator: ",")
        return """
            <form method="post" action="\(path)/start/" class="form-actions">\(.csrfField)\
            <input type="hidden" name="agreed" value="\(questions)">\
            \(if: isLater && !isScheduled, """
                <button class="btn" name="when" value="planned">\(icon: "clock")\
                \(t: questions.isEmpty ? "Start as planned" : "Start as planned anyway")</button>
                """)\
            <button class="btn"\(if: isLater, """
                 data-variant="outline" data-confirm="\(t: "Its time is set aside: mails begin to leave at once.")" \
                data-confirm-title="\(t: "Start now instead?")" data-confirm-label="\(t: "Start now")" \
                data-confirm-variant="primary"
                """) name="when" value="now">\(icon: "play")\
            \(t: isLater ? "Start now instead" : questions.isEmpty ? "Start now" : "Start anyway")</button>\
            </form>
            """
    }
}

extension Preflight.Severity {
    /// For programs and ids.
    var code: String {
        switch self {
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

/// One finding in words, with the page where it is mended.
struct PreflightItem {
    let finding: Preflight.Finding
    let campaign: Campaign.ID
    let template: Template.ID?
    private let site: String

    init(_ finding: Preflight.Finding, _ look: CampaignPreflight) {
        self.finding = finding
        campaign = look.campaign.id
        template = look.campaign.templateID
        site = look.siteURL
    }

    var html: HTML {
        """
        <p>\(t: sentence)</p>\
        \(if: !examples.isEmpty, "<p class=\"text-sm\">\(t: "For example:") \(examples.map(example).joined(separator: ", "))</p>")\
        \(mending.map { "<p><a class=\"link\" href=\"\($0.path)\">\(t: $0.label)</a></p>" as HTML })
        """
    }

    private func example(_ example: PreflightFacts.Group.Example) -> HTML {
        "<a class=\"link\" href=\"/recipients/\(example.id.rawValue)/edit/\">\(example.email)</a>"
    }

    var group: PreflightFacts.Group? {
        switch finding {
        case .missingValue(_, let group), .invalidAddresses(let group): group
        default: nil
        }
    }

    private var examples: [PreflightFacts.Group.Example] { group?.examples ?? [] }

    /// Where it is mended, and what that is called; nil for what only is so.
    var mending: (path: String, label: Phrase)? {
        let edit: (path: String, label: Phrase) = ("/campaigns/\(campaign)/edit/", "Edit the campaign")
        let text: (path: String, label: Phrase) =
            template.map { (path: "/templates/\($0)/edit/", label: "Edit the template") } ?? edit
        switch finding {
        case .noTemplate, .nobodyMatches: return edit
        case .everybodySuppressed, .suppressed: return ("/suppressions/", "Suppression list")
        case .noSender, .noServer, .noFromAddress, .senderPaused, .takes, .takesTooLong, .rehearsal:
            return ("/profile/edit/", "Sender settings")
        case .emptySubject, .badTag, .manyTags, .missingValue, .badLink, .badPicture, .moreBadLinks, .moreBadPictures,
            .picturesWithoutText, .tooLong, .longSubject,
            .filesTooLarge,
            .heavy,
            .noText:
            return text
        // Whoever runs the server does.
        case .noSiteAddress, .siteNotEncrypted: return nil
        case .invalidAddresses: return nil
        case .noPostalAddress: return ("/profile/account/", "Write down your postal address")
        case .footer: return ("/campaigns/\(campaign)/mail/", "See it in the preview")
        case .noDomain, .noSPF, .noSignature, .noDMARC, .domainNotAsked, .domainUnknown:
            return ("/profile/domain/", "What the DNS says about your domain")
        case .textIsMade: return ("/campaigns/\(campaign)/mail/", "See it in the preview")
        case .domainUnderWay: return nil
        }
    }

    var sentence: Phrase {
        switch finding {
        case .noTemplate: "Its template is not there any more. Choose another one."
        case .noSender: "This account has no sender yet. Set it up in the sender settings."
        case .noServer: "The sender has no mail server yet."
        case .noFromAddress: "The sender has no from address that can be used."
        case .nobodyMatches:
            "Nobody would get this campaign: no recipient matches. Widen the filter, or add recipients."
        case .everybodySuppressed:
            "Nobody would get this campaign: everybody who matches has unsubscribed or is blocked."
        case .emptySubject: "The subject is empty."
        case .badTag(.subject, let problem): "In the subject: \(problem.userMessage)"
        case .badTag(.html, let problem): "In the message: \(problem.userMessage)"
        case .badTag(.text, let problem): "In the plain text: \(problem.userMessage)"
        case .manyTags(let count):
            "It has \(count) merge tags. For recipients with long values such a mail may take more than 10 MB, and fails then."
        case .missingValue(let field, let group):
            .counted(
                group.recipients,
                one:
                    "\(group.recipients) recipient has no “\(field.rawValue)”, so the mail has a gap there. Say what stands there instead, {\(field.rawValue)|…}, or fill it in.",
                other:
                    "\(group.recipients) recipients have no “\(field.rawValue)”, so their mails have a gap there. Say what stands there instead, {\(field.rawValue)|…}, or fill it in."
            )
        case .noSiteAddress: .noSiteAddress(site)
        case .siteNotEncrypted:
            "Links of mails lead to \(site), without encryption. Gmail, Yahoo and others offer to unsubscribe with one click only where the address begins with https://. Whoever runs this server should set SITE_URL to such an address."
        case .moreBadLinks(let count):
            .counted(
                count, one: "\(count) more link leads nowhere.", other: "\(count) more links lead nowhere.")
        case .moreBadPictures(let count):
            .counted(
                count, one: "\(count) more picture is not shown.", other: "\(count) more pictures are not shown.")
        case .badLink("", _): "A link has no address yet."
        case .badPicture("", _): "A picture has no address yet."
        case .badLink(let url, let fault): "The link “\(Self.short(url))” \(fault.end)"
        case .badPicture(let url, let fault): "The picture “\(Self.short(url))” \(fault.end)"
        case .picturesWithoutText(let count, let example):
            .counted(
                count,
                one:
                    "\(count) picture has no description (alt): “\(Self.short(example))”. Whoever sees no pictures reads it instead.",
                other:
                    "\(count) pictures have no description (alt), such as “\(Self.short(example))”. Whoever sees no pictures reads it instead."
            )
        case .tooLong(let bytes):
            "The message has \(bytes / 1024) KB of HTML. Gmail shows 102 KB and cuts off the rest, the link to unsubscribe included."
        case .filesTooLarge(let bytes, let limit):
            "The files of a mail have \(ByteCount(bytes).text); \(ByteCount(limit).text) are possible. Remove some, or link them."
        case .heavy(let bytes):
            "Each mail has \(ByteCount(bytes).text) with its files. Large mails are filtered more often and fill mailboxes; a link does not."
        case .longSubject(let characters):
            "The subject has \(characters) characters. Most programs show 60 of them, phones 40."
        case .noText:
            "Nothing is left of this mail for those who see no HTML: it has neither text nor described pictures."
        case .invalidAddresses(let group):
            .counted(
                group.recipients,
                one: "\(group.recipients) recipient has an address that is none; that mail will fail.",
                other: "\(group.recipients) recipients have addresses that are none; their mails will fail.")
        case .senderPaused(let reason): "The sender is paused, so nothing is sent before it goes on: \(reason)"
        case .noPostalAddress:
            "Your postal address is not known, so it does not stand below your mails. In most countries the law asks for it."
        case .noDomain:
            "There is no such domain as that of your from address in the DNS: many receivers refuse the mails, and no reply reaches you."
        case .noSPF:
            "The domain of your from address has no usable SPF record, so many receivers take the mails for forged."
        case .noSignature:
            "The mails are not signed for the domain of your from address (DKIM), or its key is not in the DNS. Gmail, Yahoo and others ask for it."
        case .noDMARC: "The domain of your from address has no usable DMARC record. Gmail, Yahoo and others ask for it."
        case .takesTooLong(let seconds), .takes(let seconds):
            "By the sender's limits this takes \(Self.span(seconds))."
        case .rehearsal: "This is a rehearsal: nothing leaves this server."
        case .suppressed(let count):
            .counted(
                count, one: "\(count) who matches is on the suppression list and gets nothing.",
                other: "\(count) who match are on the suppression list and get nothing.")
        case .footer:
            "The template has no link to unsubscribe for everybody, so a footer with one is put below the mail."
        case .textIsMade: "The plain text is made from the message."
        case .domainNotAsked: "What the DNS says about the domain of your from address was not looked at yet."
        case .domainUnderWay: "The DNS is being asked about the domain of your from address …"
        case .domainUnknown: "The DNS did not answer all questions about the domain of your from address."
        }
    }

    private static func short(_ text: String) -> String { text.count > 100 ? text.prefix(97) + "…" : text }

    private static func span(_ seconds: Int64) -> String {
        Catalogue.english.text(TimeSpan(.seconds(seconds)).phrase)
    }
}

extension LinkFault {
    /// Behind the link in quotation marks.
    var end: String {
        switch self {
        case .relative: "leads nowhere: in a mail an address has to begin with https://."
        case .noScheme: "leads nowhere: put https:// before it."
        case .placeholder: "leads nowhere yet."
        case .incomplete: "is not complete."
        case .local: "leads to a machine that nobody outside can reach."
        case .badHost: "leads nowhere: its host has no name that can be."
        case .badAddress: "leads to something that is no e-mail address."
        case .blank: "has a blank in it, where some programs cut it off."
        case .missing: "does not come with the mail: choose it again in the template."
        case .tooLong: "is longer than \(LinkFault.longest) bytes, which some programs cut off."
        }
    }
}
