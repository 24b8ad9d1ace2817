internal import Campaigns
internal import Delivery
internal import Foundation
internal import Logging
internal import Markup
internal import Persistence
internal import Vault

/// `martlet demo`: a server with a past. All mail goes to the rehearsal sender, so nothing leaves the machine.
public enum DemoCommand {
    static let recipients = 2000
    /// Mails an hour: with what was "sent" in the last hour this lets the running campaign move every few seconds.
    static let maxPerHour = 1200

    public static func run(_ configuration: ServerConfiguration, printsPort: Bool) async throws {
        let password = try await prepare(configuration)
        try await ServeCommand.run(
            configuration, printsPort: printsPort, greeting: ["Log in as demo with the password \(password)"])
    }

    /// Fills an empty data folder; one that is a demo's already stays as it is.
    ///
    /// - Returns: the demo user's password.
    static func prepare(_ configuration: ServerConfiguration) async throws -> String {
        let logger = Logger(label: "martlet.demo")
        let folder = try DataFolder(opening: configuration.dataFolder)
        let lock = try folder.lockForDelivery()
        defer { lock.release() }
        let installation = try await Installation(opening: configuration, logger: logger)
        do {
            let password = try await fill(installation, logger: logger)
            try await installation.database.close()
            return password
        } catch {
            try? await installation.database.close()
            throw error
        }
    }

    private static func fill(_ installation: Installation, logger: Logger) async throws -> String {
        let database = installation.database
        let (known, isWhole, hasUsers) = try await database.read { tx in
            (try tx.setting("demo.password"), try tx.setting("demo.is_whole") != nil, try tx.hasUsers())
        }
        let administration = UserAdministration(database: database, passwords: Passwords())
        // Fixed on this machine, where it is handy; anything else could be reached by somebody who knows it.
        let wanted = installation.configuration.isLoopback ? "martlet demo" : "demo-" + Token().plaintext.prefix(12)
        guard isWhole || known == nil else {
            throw CommandFailure(
                .badData,
                "An earlier demo was stopped before it was ready; remove \(installation.folder.path) and start again.")
        }
        if let known {
            guard known == "martlet demo", wanted != known else { return known }
            try await administration.setPassword(of: "demo", to: wanted)
            try await database.write { tx in try tx.setSetting("demo.password", to: wanted) }
            return wanted
        }
        guard !hasUsers else {
            throw CommandFailure(
                .usage, "\(installation.folder.path) belongs to a real installation; name another folder with --data.")
        }
        try await database.write { tx in try tx.setSetting("demo.password", to: wanted) }
        let user = try await administration.add(
            name: "demo", email: "demo@example.org", password: wanted, isAdministrator: true)
        let (sender, templates) = try await database.write { tx in
            let scope = tx.account(user.account)
            let people = DemoPeople.make(recipients)
            try scope.upsertRecipients(people)
            for person in people.prefix(30) {
                try scope.suppress(key: person.key, email: person.fields.email, reason: .unsubscribed)
            }
            return (try prepareSender(in: scope), try DemoTemplates.all.map { try add($0, to: scope) })
        }
        try await past(of: user.account, sender: sender, templates: templates, installation, logger: logger)
        try await database.write { tx in try tx.setSetting("demo.is_whole", to: "yes") }
        return wanted
    }

    private static func prepareSender(in scope: AccountScope) throws -> Sender.ID {
        guard var sender = try scope.defaultSender() else { throw DatabaseFault.noRow }
        sender.fromName = "Bluebird Coffee Roasters"
        sender.fromEmail = "hello@example.org"
        sender.maxPerHour = maxPerHour
        try scope.update(sender)
        return sender.id
    }

    private static func add(_ template: DemoTemplates.Template, to scope: AccountScope) throws -> Template.ID {
        try scope.createTemplate(
            TemplateText(
                name: template.name, subject: template.subject, previewText: template.previewText, html: template.html,
                plainText: Markup.plainText(fromHTML: template.html)))
    }

    /// A campaign that was finished over the last two weeks, and one that has been running for an hour. Both are really
    /// sent (in rehearsal) by the engine; only their times are set back.
    private static func past(
        of account: Account.ID, sender: Sender.ID, templates: [Template.ID], _ installation: Installation,
        logger: Logger
    ) async throws {
        let customers = AudienceFilter(texts: [.freeField1: "plus"])
        try await send(
            "Workshop letter, customers with plus", templates[1], customers, account, sender, installation,
            logger: logger,
            spreadingFrom: .seconds(14 * 86_400), over: .seconds(13 * 86_400), countsForLimit: false)
        try await send(
            "Spring offer", templates[0], AudienceFilter(), account, sender, installation, logger: logger,
            spreadingFrom: .seconds(3590), over: .seconds(3580), countsForLimit: true)
    }

    private static func send(
        _ name: String, _ template: Template.ID, _ filter: AudienceFilter, _ account: Account.ID, _ sender: Sender.ID,
        _ installation: Installation, logger: Logger, spreadingFrom age: Duration, over length: Duration,
        countsForLimit: Bool
    ) async throws {
        let filterText = filter.json
        let database = installation.database
        let campaign = try await database.write { tx in
            let scope = tx.account(account)
            let campaign = try scope.createCampaign(
                CampaignDraft(
                    name: name, templateID: template, senderID: sender, audienceFilter: filterText, scheduledAt: nil))
            _ = try scope.startCampaignNow(campaign)
            return campaign
        }
        let engine = DeliveryEngine(
            database: database,
            settings: DeliverySettings(
                node: NodeName.current(), siteURL: installation.configuration.linkAddress, signer: installation.signer,
                sealer: installation.sealer, egress: installation.configuration.egress),
            mode: .onePass, logger: logger)
        try await ServiceRunner(services: [engine], logger: logger, endsWithLast: true).runWithoutSignals()
        try await database.write { tx in
            try tx.account(account).spread(
                campaign, of: sender, from: try tx.now - age, over: length, countsForLimit: countsForLimit)
        }
    }
}
