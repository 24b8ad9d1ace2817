internal import Campaigns
internal import Mail
internal import Persistence
internal import Vault

/// One user of djangoMailer with all that is theirs. Each step is a transaction of its own that a repetition passes over.
struct AccountImport {
    let whole: DjangoMailerImport
    let installation: String
    let user: OriginUser
    /// nil where the account is here already.
    let plan: UserPlan?
    /// nil in a dry run, for an account that is not here yet.
    private(set) var account: Account.ID?
    private var templates: [Int64: Template.ID] = [:]

    private var target: any Database { whole.target }
    private var stage: any Database { whole.stage }
    private var isDryRun: Bool { whole.settings.isDryRun }

    init(
        whole: DjangoMailerImport, installation: String, user: OriginUser, plan: UserPlan?, account: Account.ID?
    ) {
        self.whole = whole
        self.installation = installation
        self.user = user
        self.plan = plan
        self.account = account
    }

    mutating func run(_ counts: inout DjangoMailerCounts) async throws {
        if let plan { try await makeAccount(plan, &counts) }
        guard let profile = user.profile else { return }
        let told = try await origins(.told, [0])[0] ?? 0
        if told > 0 { try await stage.write { tx in try tx.forgetChanges(of: profile.id, upTo: told) } }
        try await importTemplates(profile, &counts)
        try await importRecipients(profile, &counts)
        for campaign in try await stage.read({ tx in try tx.stagedCampaigns(of: profile.id) }) {
            let writer = CampaignImport(
                whole: whole, user: user, profile: profile.id, account: account, templates: templates,
                campaign: campaign)
            try await writer.run(&counts)
        }
        try await importComplaints(profile, &counts)
        guard let account, !isDryRun else { return }
        let last = try await stage.read { tx in try tx.lastStagedRecipient(of: profile.id) }
        try await target.write { tx in try tx.account(account).setOrigin(.told, 0, to: max(told, last)) }
    }

    // MARK: Account and sender

    private mutating func makeAccount(_ plan: UserPlan, _ counts: inout DjangoMailerCounts) async throws {
        let (sender, password, findings) = SenderPlanning(user: user, keys: whole.settings.keys).result
        try await whole.tell(findings)
        counts.add("senders", found: 1, new: 1, there: 0)
        guard !isDryRun else { return }
        let (installation, user, sealer) = (installation, user, whole.sealer)
        account = try await target.write { tx in
            let imported = ImportedUser(
                plan.new, isAdministrator: user.isSuperuser, isActive: user.isActive, createdAt: user.joinedAt,
                lastLoginAt: user.lastLoginAt)
            let (account, id) = try tx.addImportedUser(imported, installation: installation, origin: user.id)
            let scope = tx.account(account)
            guard var record = try scope.sender(id) else { throw DatabaseFault.noRow }
            sender.write(to: &record, fallback: plan)
            if !password.isEmpty {
                record.sealedPassword = sealer.seal(
                    password, at: .senderPassword(account: account.rawValue, sender: id.rawValue))
            }
            try scope.update(record)
            if !sender.pausedReason.isEmpty { try scope.pause(id, because: sender.pausedReason) }
            return account
        }
    }

    // MARK: Templates

    private mutating func importTemplates(_ profile: OriginProfile, _ counts: inout DjangoMailerCounts) async throws {
        let staged = try await stage.read { tx in try tx.stagedTemplates(of: profile.id) }
        let there = try await origins(.template, staged.map(\.id))
        templates = there.mapValues { Template.ID(rawValue: $0) }
        let new = staged.filter { there[$0.id] == nil }
        counts.add("templates", found: staged.count, new: new.count, there: staged.count - new.count)
        var findings: [OriginFinding] = []
        for template in new {
            let text = DjangoTemplate(subject: template.subject, body: template.body)
            findings += text.sentences.map {
                OriginFinding(.changed, "template", template.id, owner: user.name, subject: template.name, $0)
            }
            guard let account, !isDryRun else { continue }
            templates[template.id] = try await target.write { tx in
                let scope = tx.account(account)
                let name = RecipientFields.normalised(template.name, limit: 200)
                let id = try scope.createTemplate(
                    TemplateText(
                        name: name.isEmpty ? "Template \(template.id)" : name, subject: text.subject, html: text.html,
                        plainText: ""))
                try scope.rememberOrigins(.template, [(template.id, id.rawValue)])
                return id
            }
        }
        try await whole.tell(findings)
    }

    private func origins(_ entity: OriginEntity, _ ids: [Int64]) async throws -> [Int64: Int64] {
        guard let account, !ids.isEmpty else { return [:] }
        return try await target.read { tx in try tx.account(account).origins(entity, ids) }
    }

    // MARK: Recipients

    private func importRecipients(_ profile: OriginProfile, _ counts: inout DjangoMailerCounts) async throws {
        var last = Int64.min
        while true {
            let after = last
            let batch = try await stage.read { tx in
                try tx.stagedRecipients(of: profile.id, after: after, limit: DjangoMailerImport.batch)
            }
            guard let end = batch.last?.id else { return }
            last = end
            let there = try await origins(.recipient, batch.map(\.id))
            let new = batch.filter { there[$0.id] == nil }
            let right = new.filter(\.problem.isEmpty)
            let known = batch.filter { $0.problem.isEmpty && there[$0.id] != nil }.count
            counts.add("recipients", found: right.count + known, new: right.count, there: known)
            guard let account, !isDryRun, !new.isEmpty else { continue }
            try await target.write { tx in try Self.write(new, to: tx.account(account)) }
        }
    }

    /// Whoever is a recipient of the account already stays as he is. Those whose address is none, or who were deleted, get
    /// the ids of deleted recipients, for the messages that they had.
    private static func write(_ recipients: [OriginRecipient], to scope: AccountScope) throws {
        let right = recipients.filter(\.problem.isEmpty)
        try scope.lockRecipients()
        let there = try scope.recipientIDs(withKeys: right.map(\.match))
        try scope.insertRecipients(
            right.filter { there[$0.match] == nil }.map { ($0.match, RecipientFields(packed: $0.fields)) },
            createdAt: try scope.transaction.now)
        let ids = try scope.recipientIDs(withKeys: right.map(\.match))
        let gone = recipients.filter { !$0.problem.isEmpty }
        let goneIDs = try gone.isEmpty ? [] : scope.idsOfDeletedRecipients(gone.count)
        try scope.rememberOrigins(
            .recipient,
            try right.map { recipient in
                guard let id = ids[recipient.match] else { throw DatabaseFault.noRow }
                return (recipient.id, id.rawValue)
            } + zip(gone, goneIDs).map { ($0.id, $1.rawValue) })
    }

    // MARK: Bounces and complaints

    /// Whom djangoMailer knew to be gone, or who complained, is not mailed from here either.
    private func importComplaints(_ profile: OriginProfile, _ counts: inout DjangoMailerCounts) async throws {
        var last = try await origins(.event, [0])[0] ?? 0
        while true {
            let after = last
            let batch = try await stage.read { tx in
                try tx.stagedComplaints(of: profile.id, after: after, limit: DjangoMailerImport.batch)
            }
            guard let end = batch.last?.id else { return }
            last = end
            counts.add("addresses not to mail", found: batch.count, new: batch.count, there: 0)
            guard let account, !isDryRun else { continue }
            try await target.write { tx in
                let scope = tx.account(account)
                for event in batch {
                    _ = try scope.importSuppression(
                        key: event.match, email: event.email, reason: event.isComplaint ? .complained : .bounced,
                        note: event.detail.isEmpty ? "From djangoMailer." : "From djangoMailer: \(event.detail)",
                        at: event.at)
                }
                try scope.setOrigin(.event, 0, to: end)
            }
        }
    }
}
