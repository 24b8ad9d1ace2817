internal import Campaigns
internal import Persistence

/// One campaign of djangoMailer's with its messages and log: history when all of it is over, a draft when nothing of it was
/// begun, and paused when some of it was.
struct CampaignImport {
    let whole: DjangoMailerImport
    let user: OriginUser
    let profile: Int64
    let account: Account.ID?
    let templates: [Int64: Template.ID]
    let campaign: OriginCampaign

    /// How long what waits is tried, once a person has resumed the campaign.
    private static let expiry = Duration.seconds(30 * 86_400)

    private var target: any Database { whole.target }
    private var stage: any Database { whole.stage }
    private var isDraft: Bool {
        campaign.id != 0 && campaign.open > 0 && campaign.tries == 0 && campaign.firstAt == nil
            && campaign.open <= AudienceFilter.mostPicked
    }

    func run(_ counts: inout DjangoMailerCounts) async throws {
        let id = campaign.id
        let there = try await account.flatMapAsync { account in
            try await target.read { tx in try tx.account(account).origins(.campaignDone, [id])[id] }
        }
        let isThere = there != nil
        if id != 0 { counts.add("campaigns", found: 1, new: isThere ? 0 : 1, there: isThere ? 1 : 0) }
        let candidates = campaign.candidates
        counts.add("candidates", found: candidates, new: isThere ? 0 : candidates, there: isThere ? candidates : 0)
        counts.add(
            "log entries", found: campaign.tries, new: isThere ? 0 : campaign.tries, there: isThere ? campaign.tries : 0
        )
        if !isThere { try await importAll() }
        // Mails of a campaign that is here are read all the same.
        try await importReadings(&counts)
    }

    private func importAll() async throws {
        let id = campaign.id
        try await tellWhatBecomesOfIt()
        guard let account, !whole.settings.isDryRun else { return }
        if isDraft { return try await makeDraft(account) }
        let local = try await begin(account)
        try await importLetters(account, local)
        try await importLogs(account, local)
        let waiting = pausedReason
        try await target.write { tx in
            let scope = tx.account(account)
            try scope.completeImportedCampaign(local, pausedReason: waiting, expiresAt: try tx.now + Self.expiry)
            try scope.rememberOrigins(.campaignDone, [(id, local.rawValue)])
        }
    }

    private var name: String {
        if campaign.id == 0 { return "djangoMailer: mails without a campaign" }
        let name = RecipientFields.normalised(campaign.name, limit: 200)
        return name.isEmpty ? "Campaign \(campaign.id)" : name
    }

    private var pausedReason: String {
        "Imported from djangoMailer, which had not sent \(campaign.open) of these mails. Resume only when djangoMailer no longer sends them; otherwise people get them twice."
    }

    private func tellWhatBecomesOfIt() async throws {
        let sentence: String
        if campaign.id == 0 {
            sentence = "Mails and log entries without a campaign are kept together in one that is finished."
        } else if campaign.letters == 0 {
            sentence = "It had no recipients: it is cancelled, so that nobody starts it for everybody."
        } else if isDraft {
            sentence =
                "Nothing of it was sent: it is a draft with \(campaign.open) picked recipients, which a person has to start."
        } else if campaign.open > 0 {
            sentence =
                "\(campaign.open) of \(campaign.letters) mails were not sent: it is paused, and a person has to resume it."
        } else {
            return
        }
        try await whole.tell([
            OriginFinding(.note, "campaign", campaign.id, owner: user.name, subject: name, sentence)
        ])
    }

    // MARK: Drafts

    private func makeDraft(_ account: Account.ID) async throws {
        let (profile, campaign, name) = (profile, campaign, name)
        let template = campaign.template.flatMap { templates[$0] }
        let keepers = try await stage.read { tx in
            try tx.stagedOpenKeepers(of: profile, campaign: campaign.id, limit: AudienceFilter.mostPicked)
        }
        try await target.write { tx in
            let scope = tx.account(account)
            let ids = try scope.origins(.recipient, keepers).values.map { Recipient.ID(rawValue: $0) }
            let local = try scope.importCampaign(
                ImportedCampaign(
                    name: name, state: .draft, template: template, sender: try Self.sender(scope), content: nil,
                    audienceFilter: AudienceFilter(selection: .picked(ids)).json, scheduledAt: campaign.scheduledAt,
                    startedAt: nil, finishedAt: nil))
            try scope.rememberOrigins(.campaign, [(campaign.id, local.rawValue)])
            try scope.rememberOrigins(.campaignDone, [(campaign.id, local.rawValue)])
        }
    }

    private static func sender(_ scope: AccountScope) throws -> Sender.ID {
        guard let sender = try scope.defaultSender() else { throw DatabaseFault.noRow }
        return sender.id
    }

    // MARK: History

    /// Finished, or cancelled where there was nobody, until all of it is there.
    private func begin(_ account: Account.ID) async throws -> Campaign.ID {
        let (campaign, name) = (campaign, name)
        let template = campaign.template.flatMap { templates[$0] }
        return try await target.write { tx in
            let scope = tx.account(account)
            if let there = try scope.origins(.campaign, [campaign.id])[campaign.id] {
                return Campaign.ID(rawValue: there)
            }
            guard let sender = try scope.defaultSender() else { throw DatabaseFault.noRow }
            let content = try template.flatMap { try scope.template($0) }.map {
                try scope.freezeContent(
                    subject: $0.subject, html: $0.html, plainText: $0.plainText, fromName: sender.fromName,
                    fromEmail: sender.fromEmail)
            }
            let now = try tx.now
            let begun = campaign.firstAt ?? campaign.scheduledAt ?? now
            let local = try scope.importCampaign(
                ImportedCampaign(
                    name: name, state: campaign.letters == 0 ? .cancelled : .finished, template: template,
                    sender: sender.id, content: content, audienceFilter: AudienceFilter(selection: .picked([])).json,
                    scheduledAt: campaign.scheduledAt, startedAt: min(begun, now),
                    finishedAt: campaign.letters == 0 ? nil : min(campaign.lastAt ?? begun, now)))
            try scope.rememberOrigins(.campaign, [(campaign.id, local.rawValue)])
            return local
        }
    }

    private func importLetters(_ account: Account.ID, _ local: Campaign.ID) async throws {
        var last = Int64.min
        let (profile, id) = (profile, campaign.id)
        while true {
            let after = last
            let letters = try await stage.read { tx in
                try tx.stagedLetters(of: profile, campaign: id, after: after, limit: DjangoMailerImport.batch)
            }
            guard let end = letters.last?.keeper else { return }
            last = end
            try await target.write { tx in
                let scope = tx.account(account)
                let ids = try scope.origins(.recipient, letters.map(\.keeper))
                let now = try tx.now
                let messages = try letters.map { letter in
                    guard let recipient = ids[letter.keeper] else { throw DatabaseFault.noRow }
                    return Self.message(letter, to: Recipient.ID(rawValue: recipient), now: now)
                }
                try scope.importMessages(messages, to: local, of: try Self.sender(scope))
            }
        }
    }

    private static func message(_ letter: OriginLetter, to recipient: Recipient.ID, now: Instant) -> ImportedMessage {
        let fields = RecipientFields(packed: letter.fields)
        let end: Instant? =
            switch letter.state {
            case .delivered: letter.sentAt ?? letter.lastAt ?? now
            case .failed: letter.lastAt ?? now
            case .ready: nil
            default: now
            }
        return ImportedMessage(
            recipient: recipient, state: letter.state, attempts: letter.tries,
            beganAt: letter.tries > 0 || letter.state == .delivered ? letter.firstAt ?? end : nil, endedAt: end,
            email: fields.email, merge: fields.packed, reason: letter.reason)
    }

    /// What came after the last one that is here.
    private func importReadings(_ counts: inout DjangoMailerCounts) async throws {
        let (profile, id) = (profile, campaign.id)
        let (known, local) =
            try await account.flatMapAsync { account in
                try await target.read { tx in
                    let scope = tx.account(account)
                    return (try scope.origins(.reading, [id])[id], try scope.origins(.campaign, [id])[id])
                }
            } ?? (nil, nil)
        var last = known ?? 0
        let after = last
        let number = try await stage.read { tx in
            try tx.stagedReadingCount(of: profile, campaign: id, upTo: after)
        }
        guard number.all > 0 else { return }
        counts.add("opens and clicks", found: number.all, new: number.all - number.there, there: number.there)
        guard let account, let local, !whole.settings.isDryRun else { return }
        while true {
            let after = last
            let batch = try await stage.read { tx in
                try tx.stagedReadings(of: profile, campaign: id, after: after, limit: DjangoMailerImport.batch)
            }
            guard let end = batch.last?.id else { return }
            last = end
            try await target.write { tx in
                try Self.write(batch, of: Campaign.ID(rawValue: local), to: tx.account(account))
                try tx.account(account).setOrigin(.reading, id, to: end)
            }
        }
    }

    private static func write(_ readings: [OriginReading], of local: Campaign.ID, to scope: AccountScope) throws {
        let recipients = try scope.origins(.recipient, Set(readings.map(\.keeper)))
        let messages = try scope.messageIDs(of: local, to: recipients.values.map { Recipient.ID(rawValue: $0) })
        try scope.importReadings(
            readings.compactMap { reading in
                recipients[reading.keeper].flatMap { messages[Recipient.ID(rawValue: $0)] }.map {
                    ImportedReading(
                        message: $0, at: reading.at, isClick: reading.isClick, url: reading.url, sign: reading.sign)
                }
            }, of: local)
    }

    /// The place in the log moves on in the transaction that writes its entries.
    private func importLogs(_ account: Account.ID, _ local: Campaign.ID) async throws {
        let (profile, id) = (profile, campaign.id)
        var last = try await target.read { tx in try tx.account(account).origins(.log, [id])[id] } ?? 0
        while true {
            let after = last
            let logs = try await stage.read { tx in
                try tx.stagedLogs(of: profile, campaign: id, after: after, limit: DjangoMailerImport.batch)
            }
            guard let end = logs.last?.id else { return }
            last = end
            try await target.write { tx in
                let scope = tx.account(account)
                let recipients = try scope.origins(.recipient, Set(logs.map(\.keeper)))
                let messages = try scope.messageIDs(
                    of: local, to: recipients.values.map { Recipient.ID(rawValue: $0) })
                let attempts = try logs.map { log in
                    guard let recipient = recipients[log.keeper],
                        let message = messages[Recipient.ID(rawValue: recipient)]
                    else { throw DatabaseFault.noRow }
                    return ImportedAttempt(
                        message: message, at: log.at, outcome: log.outcome, code: log.code, reply: log.reply,
                        email: log.email)
                }
                try scope.importAttempts(attempts, of: local)
                try scope.setOrigin(.log, id, to: end)
            }
        }
    }
}

extension Optional {
    fileprivate func flatMapAsync<Value>(_ body: (Wrapped) async throws -> Value?) async throws -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
