import Campaigns
import Mail
import Persistence

/// Queues one mail: a campaign of one, with files of its own beside those of its template.
struct SingleMail {
    enum Outcome: Sendable {
        case queued(Campaign.ID)
        case refused(Form)
    }

    let actor: any Acting

    /// A file that was uploaded before.
    struct Attached: Sendable {
        var file: File.ID
        /// nil: as it was uploaded.
        var name: String?
    }

    /// Reads `recipient` (an address, or an id as djangoMailer's form posts it), `template` and `scheduled_time`.
    ///
    /// - Parameters:
    ///   - uploads: files that come with the form.
    ///   - attached: files that the account has already.
    func queue(
        _ data: FormData, uploads: [UploadedFile] = [], attached: [Attached] = []
    ) async throws -> Outcome {
        var form = Form(data)
        let address = form.text("recipient", required: true, max: 254)
        let time = form.moment("scheduled_time")
        guard let template = Template.ID(form["template"]) else {
            form.refuse("template", "Please choose a template.")
            return .refused(form)
        }
        let key = (try? EmailAddress(address))?.key
        let recipient = try await actor.read { scope -> Recipient.ID? in
            if let id = Recipient.ID(address) { return try scope.recipientAddress(id) == nil ? nil : id }
            return try key.flatMap { try scope.recipientID(withKey: $0) }
        }
        // An id that is not this account's is not found, as everywhere.
        if recipient == nil, Recipient.ID(address) != nil { throw Refusal.notFound }
        guard let recipient else {
            if form.problem("recipient") == nil {
                form.refuse("recipient", "None of your recipients has this address. Add it to your recipients first.")
            }
            return .refused(form)
        }
        guard form.isValid else { return .refused(form) }
        if try await asksAgain(&form, template, recipient) { return .refused(form) }
        let campaign: Campaign.ID
        do {
            var files: [FileStoring.Inspected] = []
            for upload in uploads { files.append(try await FileStoring.inspect(upload)) }
            campaign = try await store(template, to: recipient, at: time, files, attached)
        } catch let problem as FileStoring.Problem {
            form.refuse("attachment", problem.sentence)
            return .refused(form)
        }
        actor.site.wake()
        return .queued(campaign)
    }

    /// Whether a person has to say that the same mail is meant once more. A program that posts the form without its field
    /// `asks` is not asked, as by the API.
    private func asksAgain(
        _ form: inout Form, _ template: Template.ID, _ recipient: Recipient.ID
    ) async throws -> Bool {
        guard form.data.has("asks"), !form.data.has("again") else { return false }
        let (last, now) = try await actor.read {
            (try $0.lastSingle(of: template, to: recipient), try $0.transaction.now)
        }
        guard let last else { return false }
        form.data.set("on", for: "again")
        let minutes = Int(max(.zero, now - last).components.seconds / 60)
        form.refuse(
            minutes == 0
                ? "This template was queued for this recipient a moment ago. Queue it again only if it is to go a second time."
                : .counted(
                    minutes,
                    one:
                        "This template was queued for this recipient \(minutes) minute ago. Queue it again only if it is to go a second time.",
                    other:
                        "This template was queued for this recipient \(minutes) minutes ago. Queue it again only if it is to go a second time."
                ), under: "Is this mail meant twice?")
        return true
    }

    private func store(
        _ template: Template.ID, to recipient: Recipient.ID, at time: Instant?, _ files: [FileStoring.Inspected],
        _ attached: [Attached]
    ) async throws -> Campaign.ID {
        let limit = actor.site.configuration.mailFilesLimit
        let sender = try await actor.senderNow().record
        let filter = AudienceFilter(selection: .picked([recipient])).json
        return try await FileStoring(actor: actor).store(files) { scope, ids in
            // Somebody else's template reads as one that is not there.
            guard let name = try scope.template(template)?.name else { throw Refusal.notFound }
            let draft = CampaignDraft(
                name: name, templateID: template, senderID: sender.id, audienceFilter: filter,
                scheduledAt: try time ?? scope.transaction.now)
            let campaign = try scope.createCampaign(draft, kind: .single)
            for (file, id) in zip(files, ids) {
                try scope.use(
                    id, as: .attachment, named: file.file.name, mediaType: file.file.mediaType, in: .campaign(campaign))
            }
            for use in attached {
                guard let file = try scope.file(use.file) else { throw Refusal.notFound }
                let judgement = try FileStoring.judge(file, named: use.name ?? file.name, in: scope)
                try scope.use(
                    file.id, as: .attachment, named: judgement.name.text, mediaType: judgement.mediaType,
                    in: .campaign(campaign))
            }
            let all = try scope.files(of: .template(template)) + scope.files(of: .campaign(campaign))
            try FileStoring.check(all.map { ($0.name, $0.file.size) }, limit: limit)
            return campaign
        }
    }
}

/// Lets a message that waits be tried at once. The limits still hold.
struct SendNow {
    enum Outcome: Sendable {
        case next(MessageRecord)
        /// It goes out as soon as its campaign is resumed.
        case paused(MessageRecord)
        /// It does not wait any more.
        case tooLate(MessageRecord)
    }

    let message: Message.ID

    func run(by actor: any Acting) async throws -> Outcome {
        let id = message
        let (message, isReady) = try await actor.write { (try $0.message(id), try $0.sendNow(id)) }
        guard let message else { throw Refusal.notFound }
        actor.site.wake()
        if !isReady { return .tooLate(message) }
        return message.campaignState == .paused ? .paused(message) : .next(message)
    }
}
