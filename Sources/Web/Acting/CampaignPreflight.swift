import Campaigns
import DomainChecks
import Foundation
import Mail
import Markup
import Persistence

/// Looks at everything that should be known before a campaign starts, for the pages and the API alike.
struct CampaignPreflight: Sendable {
    let preflight: Preflight
    let facts: PreflightFacts
    let campaign: CampaignRecord
    /// What links of mails begin with.
    let siteURL: String

    /// How old an answer of the DNS may be before it is asked again.
    private static let freshness = Duration.seconds(3600)

    /// - Throws: ``Refusal/notFound`` where the account has no such campaign.
    static func look(at id: Campaign.ID, by actor: any Acting) async throws -> CampaignPreflight {
        guard let campaign = try await actor.read({ try $0.campaign(id) }) else { throw Refusal.notFound }
        let filter = try AudienceFilter(json: campaign.audienceFilter)
        let facts = try await facts(template: campaign.templateID, filter: filter, sender: campaign.senderID, by: actor)
        return CampaignPreflight(
            preflight: Preflight(facts), facts: facts, campaign: campaign, siteURL: actor.site.configuration.siteURL)
    }

    static func facts(
        template: Template.ID?, filter: AudienceFilter, sender: Sender.ID?, by actor: any Acting
    ) async throws -> PreflightFacts {
        let limit = actor.site.configuration.mailFilesLimit
        let (record, details, now, known, files) = try await actor.read { scope in
            let record = try template.flatMap { try scope.template($0) }
            let sender = try sender.flatMap { try scope.sender($0) } ?? scope.defaultSender()
            let domain = sender.flatMap { try? EmailAddress($0.fromEmail) }?.asciiDomain
            return (
                record, try scope.details(), try sender.map { try SenderNow(scope, $0) },
                try domain.flatMap { try scope.domainCheck($0) },
                try record.map { try scope.files(of: .template($0.id)) } ?? []
            )
        }
        let carried = PreflightFacts.Content.Files(
            size: files.reduce(0) { $0 + $1.file.size }, limit: limit,
            pictures: Set(files.filter { $0.kind == .picture }.map(\.file.pictureKey)))
        let content = record.map { Self.content($0, details, carried) }
        let needs = record.map(Self.needs) ?? []
        let audience = try await audience(filter, needs, by: actor)
        let time = try await actor.read { try $0.transaction.now }
        return PreflightFacts(
            content: content, sending: now.map { Self.sending($0, known, time, actor.site.configuration) },
            audience: audience,
            hasPostalAddress: !details.postalAddress.isEmpty, site: actor.site.configuration.site, now: time)
    }

    private static func audience(
        _ filter: AudienceFilter, _ needs: [MergeNeed], by actor: any Acting
    ) async throws -> PreflightFacts.Audience {
        let key = PreflightMemory.Key(account: actor.account, filter: filter, needs: needs)
        let extent = try await actor.read { try $0.audienceExtent() }
        let memory = actor.site.preflights
        if let known = await memory.audience(key, now: extent) { return known }
        let audience = try await actor.read { try $0.preflightAudience(filter, needs: needs) }
        await memory.keep(audience, for: key, at: extent)
        return audience
    }

    private static func content(
        _ record: TemplateRecord, _ details: AccountDetails, _ files: PreflightFacts.Content.Files
    ) -> PreflightFacts.Content {
        let footer = details.footer
        let (html, text) = footer.added(html: record.htmlForMails, plainText: record.plainText)
        return PreflightFacts.Content(
            subject: record.subject, html: html, text: text.isEmpty ? plainText(fromHTML: record.html) : text,
            isTextWritten: !text.isEmpty, getsFooter: footer.isNeeded(html: record.html, plainText: record.plainText),
            links: linkAddresses(of: record),
            pictures: pictures(in: record.html).map { .init(source: $0.source, alternative: $0.alternative) },
            files: files)
    }

    /// Of the message and of the plain text that was written.
    private static func linkAddresses(of record: TemplateRecord) -> [String] {
        var urls = links(in: record.html).map(\.url)
        // A link without an address is none for readers of the plain text, and a mistake all the same.
        if linkPlaces(inHTML: record.html).contains(where: \.url.isEmpty) { urls.append("") }
        return urls + linkPlaces(inText: record.plainText).map(\.url)
    }

    private static func needs(_ record: TemplateRecord) -> [MergeNeed] {
        var needs: [MergeNeed] = []
        for (text, context) in [
            (record.subject, .header), (record.previewText, .html), (record.html, .html), (record.plainText, .text),
        ]
            as [(String, MergeTemplate.Context)]
        {
            needs += MergeTemplate(text, as: context).needs.filter { !needs.contains($0) }
        }
        return needs
    }

    private static func sending(
        _ now: SenderNow, _ check: DomainCheckRecord?, _ time: Instant, _ configuration: WebConfiguration
    ) -> PreflightFacts.Sending {
        let sender = now.record
        return PreflightFacts.Sending(
            isRehearsal: sender.kind == .rehearsal, hasServer: sender.kind != .smtp || !sender.host.isEmpty,
            isServerHere: sender.isServerHere(configuration),
            hasFromAddress: (try? EmailAddress(sender.fromEmail)) != nil, pausedReason: sender.pausedReason,
            maxPerHour: sender.maxPerHour, usedInLastHour: now.usedInLastHour, spreadsEvenly: sender.spreadsEvenly,
            warmUp: sender.warmUp, usedInWarmUpDay: now.usedInWarmUpDay, domain: domain(check, time))
    }

    private static func domain(_ check: DomainCheckRecord?, _ time: Instant) -> PreflightFacts.Domain {
        guard let check else { return .notAsked }
        if check.isUnderWay(at: time) { return .underWay }
        guard let report = try? JSONDecoder().decode(DomainReport.self, from: Data(check.report.utf8)) else {
            return .notAsked
        }
        return PreflightFacts.Domain(report)
    }

    /// Has the DNS asked about the From address's domain where its last answer is old; what it says is there some seconds
    /// later.
    static func askTheDNS(for campaign: CampaignRecord, by actor: any Acting) async throws {
        let (domain, isFresh) = try await actor.read { scope -> (String, Bool) in
            guard let sender = try scope.sender(campaign.senderID), sender.kind != .rehearsal,
                let domain = (try? EmailAddress(sender.fromEmail))?.asciiDomain
            else { return ("", true) }
            let known = try scope.domainCheck(domain)
            let now = try scope.transaction.now
            return (domain, known.map { now - ($0.checkedAt ?? $0.beganAt) < freshness } ?? false)
        }
        if !isFresh { _ = try await actor.lookAtDomain(domain) }
    }
}

extension PreflightFacts.Domain {
    init(_ report: DomainReport) {
        var (spf, dmarc) = (PreflightFacts.Standing.unknown, PreflightFacts.Standing.unknown)
        var signature = PreflightFacts.Standing.unknown
        var keys: [Finding.Verdict] = []
        if report.findings.contains(.mailExchanger(.noDomain)) {
            self = .missing
            return
        }
        for finding in report.findings {
            switch finding {
            case .spf: spf = .init(finding.verdict)
            case .dmarc: dmarc = .init(finding.verdict)
            case .key: keys.append(finding.verdict)
            case .alignment(let isSigned): signature = isSigned ? .good : .bad
            case .mailExchanger, .security: break
            }
        }
        if signature == .good, let worst = keys.max() { signature = .init(worst) }
        self = .asked(spf: spf, signature: signature, dmarc: dmarc)
    }
}

extension PreflightFacts.Standing {
    fileprivate init(_ verdict: Finding.Verdict) {
        self =
            switch verdict {
            case .good, .doubtful: .good
            case .unknown: .unknown
            case .bad: .bad
            }
    }
}
