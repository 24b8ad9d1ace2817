/// What a person should know before a campaign starts. Errors block the start, warnings ask, the rest is told.
public struct Preflight: Sendable, Hashable {
    public enum Severity: Int, Sendable, Comparable, CaseIterable {
        case info, warning, error

        public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    public enum Part: String, Sendable, Hashable {
        case subject, html, text
    }

    public enum Finding: Sendable, Hashable {
        case noTemplate
        case noSender
        case noServer
        case noFromAddress
        /// Links to unsubscribe lead to the machine of whoever follows them. It blocks where mails leave this machine.
        case noSiteAddress
        case nobodyMatches
        case everybodySuppressed(Int)
        case emptySubject
        case badTag(Part, MergeProblem)
        /// So many that some recipient's mail might be longer than is possible, and fail.
        case manyTags(Int)

        case missingValue(RecipientField, PreflightFacts.Group)
        case badLink(String, LinkFault)
        case badPicture(String, LinkFault)
        /// Further ones, which are not told one by one.
        case moreBadLinks(Int)
        case moreBadPictures(Int)
        case picturesWithoutText(Int, example: String)
        /// Files together that no mail may have here.
        case filesTooLarge(bytes: Int, limit: Int)
        /// A mail that many servers or readers have trouble with.
        case heavy(bytes: Int)
        /// Gmail cuts a mail off whose HTML is longer than 102 KB.
        case tooLong(bytes: Int)
        case longSubject(characters: Int)
        /// Nothing is left for programs that show no HTML.
        case noText
        case invalidAddresses(PreflightFacts.Group)
        case senderPaused(String)
        case noPostalAddress
        case siteNotEncrypted
        /// Replies and bounces reach nobody, and many receivers refuse the mails.
        case noDomain
        case noSPF, noSignature, noDMARC
        /// Longer than ``Preflight/patience``.
        case takesTooLong(seconds: Int64)

        case takes(seconds: Int64)
        case rehearsal
        case suppressed(Int)
        case footer
        case textIsMade
        case domainNotAsked, domainUnderWay, domainUnknown
    }

    public struct Item: Sendable, Hashable {
        public let finding: Finding
        public let severity: Severity
    }

    /// The worst first.
    public let items: [Item]

    /// Bytes of HTML that Gmail shows.
    public static let shownByGmail = 102 * 1024
    /// Bytes of a whole mail, encoded: above this mailboxes fill up, filters look twice, and a campaign takes long.
    public static let heavy = 2 << 20
    /// Characters of a subject that a reader can take in; phones show about 40.
    public static let longestSubject = 150
    /// Links, pictures and tags that are told one by one.
    public static let mostAlike = 10
    /// Seconds for which a campaign may take its time without a remark: three days.
    public static let patience: Int64 = 72 * 3600

    public init(_ facts: PreflightFacts) {
        var judge = PreflightJudge(facts)
        judge.judge()
        items = judge.items.enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }
            .map(\.element)
    }

    public func items(_ severity: Severity) -> [Item] { items.filter { $0.severity == severity } }

    /// Whether nothing blocks the start.
    public var mayStart: Bool { items(.error).isEmpty }

    /// The warnings, by their codes: what a person agrees to. In a rehearsal nothing leaves, so nothing is asked.
    public var questions: Set<String> {
        items.contains { $0.finding == .rehearsal } ? [] : Set(items(.warning).map(\.finding.code))
    }
}

extension Preflight.Finding {
    /// For programs; never renamed.
    public var code: String {
        switch self {
        case .noTemplate: "no_template"
        case .noSender: "no_sender"
        case .noServer: "no_server"
        case .noFromAddress: "no_from_address"
        case .noSiteAddress: "no_site_address"
        case .nobodyMatches: "nobody_matches"
        case .everybodySuppressed: "everybody_suppressed"
        case .emptySubject: "empty_subject"
        case .badTag: "bad_tag"
        case .manyTags: "many_tags"
        case .missingValue: "missing_value"
        case .badLink: "bad_link"
        case .badPicture: "bad_picture"
        case .moreBadLinks: "more_bad_links"
        case .moreBadPictures: "more_bad_pictures"
        case .picturesWithoutText: "pictures_without_text"
        case .tooLong: "too_long"
        case .filesTooLarge: "files_too_large"
        case .heavy: "heavy"
        case .longSubject: "long_subject"
        case .noText: "no_text"
        case .invalidAddresses: "invalid_addresses"
        case .senderPaused: "sender_paused"
        case .noPostalAddress: "no_postal_address"
        case .siteNotEncrypted: "site_not_encrypted"
        case .noDomain: "no_domain"
        case .noSPF: "no_spf"
        case .noSignature: "no_signature"
        case .noDMARC: "no_dmarc"
        case .takesTooLong: "takes_too_long"
        case .takes: "takes"
        case .rehearsal: "rehearsal"
        case .suppressed: "suppressed"
        case .footer: "footer"
        case .textIsMade: "text_is_made"
        case .domainNotAsked: "domain_not_asked"
        case .domainUnderWay: "domain_under_way"
        case .domainUnknown: "domain_unknown"
        }
    }
}

/// Goes through the facts, the most important first.
private struct PreflightJudge {
    let facts: PreflightFacts
    var items: [Preflight.Item] = []

    init(_ facts: PreflightFacts) { self.facts = facts }

    mutating func judge() {
        if let sending = facts.sending, !sending.isRehearsal, sending.hasFromAddress, sending.domain == .missing {
            add(.noDomain, .warning)
        }
        judgeAudience()
        if let content = facts.content { judge(content) } else { add(.noTemplate, .error) }
        if let sending = facts.sending { judge(sending) } else { add(.noSender, .error) }
    }

    private mutating func add(_ finding: Preflight.Finding, _ severity: Preflight.Severity) {
        items.append(Preflight.Item(finding: finding, severity: severity))
    }

    private mutating func judgeAudience() {
        let audience = facts.audience
        if audience.matching == 0 { return add(.nobodyMatches, .error) }
        if audience.matching == audience.suppressed { return add(.everybodySuppressed(audience.matching), .error) }
        if audience.invalid.recipients > 0 { add(.invalidAddresses(audience.invalid), .warning) }
        for field in RecipientField.allCases {
            if let group = audience.missing[field], group.recipients > 0 { add(.missingValue(field, group), .warning) }
        }
        if audience.suppressed > 0 { add(.suppressed(audience.suppressed), .info) }
    }

    private mutating func judge(_ content: PreflightFacts.Content) {
        for (part, text, context) in [
            (.subject, content.subject, .header), (.html, content.html, .html),
            (.text, content.isTextWritten ? content.text : "", .text),
        ] as [(Preflight.Part, String, MergeTemplate.Context)] {
            let template = MergeTemplate(text, as: context)
            for problem in template.problems.prefix(Preflight.mostAlike) { add(.badTag(part, problem), .error) }
            if template.mayOverflow { add(.manyTags(template.tags), .warning) }
        }
        if content.subject.allSatisfy(\.isWhitespace) { add(.emptySubject, .error) }
        if content.subject.count > Preflight.longestSubject {
            add(.longSubject(characters: content.subject.count), .warning)
        }
        judgeFiles(content)
        judgeAddresses(content)
        let mute = content.pictures.filter { $0.alternative == nil }
        if let first = mute.first { add(.picturesWithoutText(mute.count, example: first.source), .warning) }
        if content.html.utf8.count > Preflight.shownByGmail { add(.tooLong(bytes: content.html.utf8.count), .warning) }
        if content.text.allSatisfy(\.isWhitespace) {
            add(.noText, .warning)
        } else if !content.isTextWritten {
            add(.textIsMade, .info)
        }
        if !facts.hasPostalAddress { add(.noPostalAddress, .warning) }
        if content.getsFooter { add(.footer, .info) }
    }

    private mutating func judgeFiles(_ content: PreflightFacts.Content) {
        let files = content.files
        if files.size > files.limit { add(.filesTooLarge(bytes: files.size, limit: files.limit), .error) }
        // Base64 makes 78 octets of 57.
        let size = content.html.utf8.count + content.text.utf8.count + files.size / 57 * 78
        if size > Preflight.heavy, files.size > 0 { add(.heavy(bytes: size), .warning) }
    }

    private mutating func judgeAddresses(_ content: PreflightFacts.Content) {
        let links = Self.faults(content.links) { LinkFault(link: $0) }
        for (link, fault) in links.prefix(Preflight.mostAlike) { add(.badLink(link, fault), .warning) }
        if links.count > Preflight.mostAlike { add(.moreBadLinks(links.count - Preflight.mostAlike), .warning) }
        let pictures = Self.faults(content.pictures.map(\.source)) { source in
            guard source.hasPrefix("cid:") else { return LinkFault(link: source) }
            let isThere = PictureKey(address: source).map(content.files.pictures.contains) ?? false
            return isThere ? nil : .missing
        }
        for (picture, fault) in pictures.prefix(Preflight.mostAlike) { add(.badPicture(picture, fault), .warning) }
        if pictures.count > Preflight.mostAlike {
            add(.moreBadPictures(pictures.count - Preflight.mostAlike), .warning)
        }
    }

    /// Each address that has a fault, once.
    private static func faults(
        _ addresses: [String], _ fault: (String) -> LinkFault?
    ) -> [(address: String, fault: LinkFault)] {
        var seen: Set<String> = []
        return addresses.compactMap { address in
            guard seen.insert(address).inserted else { return nil }
            return fault(address).map { (address, $0) }
        }
    }

    private mutating func judge(_ sending: PreflightFacts.Sending) {
        if !sending.hasFromAddress { add(.noFromAddress, .error) }
        if sending.isRehearsal { add(.rehearsal, .info) } else if !sending.hasServer { add(.noServer, .error) }
        if !sending.isRehearsal { judge(facts.site, sending) }
        if !sending.pausedReason.isEmpty { add(.senderPaused(sending.pausedReason), .warning) }
        let messages = facts.audience.matching - facts.audience.suppressed
        let time = SendingTime(messages: messages, sending, now: facts.now)
        if time.seconds > Preflight.patience {
            add(.takesTooLong(seconds: time.seconds), .warning)
        } else if time.seconds > 0 {
            add(.takes(seconds: time.seconds), .info)
        }
        if !sending.isRehearsal, sending.hasFromAddress { judge(sending.domain) }
    }

    /// Whoever gets a mail must be able to unsubscribe from it.
    private mutating func judge(_ site: PreflightFacts.Site, _ sending: PreflightFacts.Sending) {
        switch site {
        case .open: break
        case .unencrypted: add(.siteNotEncrypted, .warning)
        case .unknown, .loopback:
            let isBlocked = site.blocks(isServerHere: sending.isServerHere)
            // A local address says that all of it is on one machine.
            add(.noSiteAddress, isBlocked ? .error : site == .loopback ? .info : .warning)
        }
    }

    /// Nothing leaves in a rehearsal, so what the DNS says is of no concern there.
    private mutating func judge(_ domain: PreflightFacts.Domain) {
        switch domain {
        case .notAsked: add(.domainNotAsked, .info)
        case .underWay: add(.domainUnderWay, .info)
        // Said first of all; that it has no records goes without saying.
        case .missing: break
        case .asked(let spf, let signature, let dmarc):
            if spf == .bad { add(.noSPF, .warning) }
            if signature == .bad { add(.noSignature, .warning) }
            if dmarc == .bad { add(.noDMARC, .warning) }
            if [spf, signature, dmarc].contains(.unknown) { add(.domainUnknown, .info) }
        }
    }
}
