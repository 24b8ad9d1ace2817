import Campaigns
import Mail
import Persistence

/// A posted campaign: what is wrong with it, and what may be stored.
struct CampaignReading {
    /// Bytes: a hundred thousand picked recipients and more.
    static let formLimit = 4 << 20

    enum Action: String {
        /// Keeps everything and starts nothing.
        case draft
        /// At the time that was typed; without one, now.
        case start
        /// At the time that was typed, which has to be there: for a campaign that is scheduled and stays so.
        case save
        /// Now, whatever time was typed.
        case now
        /// Shows the form again with other recipients to pick.
        case search
    }

    var form: Form
    let name: String
    let template: Template.ID?
    let filter: AudienceFilter
    let scheduledAt: Instant?
    let action: Action
    let tracking: CampaignTracking
    /// The time has passed: the page offers to send now.
    private(set) var isTooLate = false
    /// It is looked at as for a start, and kept as a draft.
    private(set) var isHeld = false

    init(_ data: FormData, now: Instant) {
        var form = Form(data)
        action = Action(rawValue: data["action"]) ?? .start
        name = form.text("name", required: true, max: 200)
        template = Template.ID(data["template"])
        if template == nil { form.refuse("template", "Please choose a template.") }
        filter = AudienceFilter(form: data)
        tracking = CampaignTracking(rawValue: data["tracking"]) ?? .both
        let time = action == .now ? nil : form.moment("scheduled_time")
        if time == nil, action == .save, form.problem("scheduled_time") == nil {
            form.refuse("scheduled_time", "Please choose when it starts, or take it back to a draft.")
        }
        if let read = time, action == .start || action == .save {
            // The minute that is running counts as now.
            if read < now - .seconds(60) {
                isTooLate = true
                form.refuse("scheduled_time", "This time has passed. Choose a later one, or send now.")
            } else if read > now + .seconds(5 * 366 * 86_400) {
                form.refuse("scheduled_time", "This is more than five years ahead.")
            }
        }
        scheduledAt = time
        self.form = form
    }

    /// Whether it is to start, now or later.
    var starts: Bool { action == .start || action == .now || action == .save }

    /// Keeps everything, the time included, and starts nothing, though nothing may be in the way of a start.
    mutating func holdAsDraft() { isHeld = true }

    /// What can only be said with the account's rows.
    mutating func check(_ facts: CampaignFacts) {
        if template != nil, !facts.isTemplateOwn { form.refuse("template", "Please choose one of your templates.") }
        guard starts else {
            // Somebody else's, or gone: a draft for nobody would be no help.
            if facts.picksNobody { form.refuse("None of the recipients that were picked is there.") }
            return
        }
        for problem in facts.obstacles { form.refuse(problem) }
    }

    func draft(sender: Sender.ID, now: Instant) -> CampaignDraft? {
        guard let template else { return nil }
        let isDraft = action == .draft || isHeld
        var draft = CampaignDraft(
            name: name, templateID: template, senderID: sender, audienceFilter: filter.json,
            scheduledAt: isDraft ? scheduledAt : scheduledAt ?? now, isDraft: isDraft,
            tracksOpens: tracking.opens, tracksClicks: tracking.clicks)
        draft.form = form.formName
        return draft
    }
}

/// What a campaign wants counted, as far as the account counts it. The raw value is what the form and the API say.
enum CampaignTracking: String, CaseIterable, Sendable {
    case both, opens, clicks, nothing

    init(_ campaign: CampaignRecord) {
        self =
            switch (campaign.tracksOpens, campaign.tracksClicks) {
            case (true, true): .both
            case (true, false): .opens
            case (false, true): .clicks
            case (false, false): .nothing
            }
    }

    var opens: Bool { self == .both || self == .opens }
    var clicks: Bool { self == .both || self == .clicks }

    var label: Phrase {
        switch self {
        case .both: "Opens and clicks"
        case .opens: "Opens only"
        case .clicks: "Clicks only"
        case .nothing: "Nothing"
        }
    }
}

/// What keeps a campaign from being started, read from the account's rows.
struct CampaignFacts: Sendable {
    var isTemplateOwn: Bool
    /// Whether the form names what is not there for this account: a template, or recipients and none of them.
    var namesWhatIsNotThere: Bool
    /// Whether recipients were picked, and none of them is there.
    var picksNobody: Bool
    var sender: SenderRecord?
    var matching: Int
    var suppressed: Int
    /// What no mail can be made of, in a sentence.
    var contentProblem: Phrase?
    /// Why nobody could unsubscribe.
    var siteProblem: Phrase?

    init(
        _ scope: AccountScope, template: Template.ID?, filter: AudienceFilter, configuration: WebConfiguration
    ) throws {
        let record = try template.flatMap { try scope.template($0) }
        isTemplateOwn = record != nil
        contentProblem = record.flatMap { Self.problem(of: $0) }
        sender = try scope.defaultSender()
        if let sender, sender.kind != .rehearsal,
            configuration.site.blocks(isServerHere: sender.isServerHere(configuration))
        {
            siteProblem = .noSiteAddress(configuration.siteURL)
        }
        (matching, suppressed) = try scope.audienceSize(filter)
        picksNobody = filter.picksSome && matching == 0
        namesWhatIsNotThere = template != nil && !isTemplateOwn || picksNobody
    }

    /// In sentences; empty when the campaign may start.
    var obstacles: [Phrase] {
        var sentences: [Phrase] = []
        if matching == 0 {
            sentences.append(
                "Nobody would get this campaign: no recipient matches. Widen the filter, or add recipients.")
        } else if matching == suppressed {
            sentences.append("Nobody would get this campaign: everybody who matches has unsubscribed or is blocked.")
        }
        if let problem = sender.map(SenderReadiness.init)?.problem { sentences.append(problem) }
        if sender == nil { sentences.append("This account has no sender yet. Set it up in the sender settings.") }
        if let contentProblem { sentences.append(contentProblem) }
        if let siteProblem { sentences.append(siteProblem) }
        return sentences
    }

    /// Templates are checked when they are saved here, but may come from elsewhere.
    private static func problem(of template: TemplateRecord) -> Phrase? {
        if template.subject.trimmed.isEmpty { return "The subject of the template is empty." }
        for (text, context) in [
            (template.subject, .header), (template.previewText, .html), (template.html, .html),
            (template.plainText, .text),
        ]
            as [(String, MergeTemplate.Context)]
        {
            guard let problem = MergeTemplate(text, as: context).problems.first else { continue }
            return "The template has a tag that is not right. \(problem.userMessage)"
        }
        return nil
    }
}

extension SenderRecord {
    /// Whether its mail server is on this machine, or those of recipients are none of the internet's.
    func isServerHere(_ configuration: WebConfiguration) -> Bool {
        switch kind {
        case .smtp: PreflightFacts.isThisMachine(host)
        case .direct: configuration.mailPort != 25
        case .rehearsal: true
        }
    }
}

extension Phrase {
    static func noSiteAddress(_ site: String) -> Phrase {
        "Nobody could unsubscribe: links of mails would lead to \(site), which is the reader’s own machine. Whoever runs this server has to set SITE_URL to the address at which everybody reaches it, and start it again."
    }
}

/// Whether a sender has all that a mail needs.
struct SenderReadiness {
    let sender: SenderRecord

    init(_ sender: SenderRecord) { self.sender = sender }

    var problem: Phrase? {
        if sender.kind == .smtp, sender.host.isEmpty {
            return "The sender has no SMTP server yet. Write it down in the sender settings, or choose the rehearsal."
        }
        if (try? EmailAddress(sender.fromEmail)) == nil {
            return "The sender has no from address yet. Write it down in the sender settings."
        }
        return nil
    }
}

extension AudienceFilter {
    /// The audience that a campaign's form describes: all that match the filter, or those that were picked, whatever
    /// stands in the fields of the filter, which are not shown then.
    init(form: FormData) {
        let described = AudienceFilter(parameters: form.pairs)
        if case .picked = described.selection {
            self.init(selection: described.selection)
        } else {
            self = described
        }
    }
}

extension FormData {
    /// All fields, one after the other, for what reads them by name.
    var pairs: [(name: String, value: String)] {
        names.flatMap { name in all(name).map { (name, $0) } }
    }
}

extension Form {
    /// What the form of a new campaign calls itself: whoever goes back to it and sends it again means the same campaign.
    /// Empty for what is no ``Token``, such as a text that a database would not take.
    var formName: String {
        let name = data["form"]
        let isToken =
            name.utf8.count <= 64
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        return isToken ? name : ""
    }
}
