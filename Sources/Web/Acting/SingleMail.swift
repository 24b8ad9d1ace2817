import Campaigns
import Mail
import Persistence

/// Queues one mail: a campaign of one.
struct SingleMail {
    enum Outcome: Sendable {
        case queued(Campaign.ID)
        case refused(Form)
    }

    let actor: any Acting

    /// Reads `recipient` (an address, or an id as djangoMailer's form posts it), `template` and `scheduled_time`.
    func queue(_ data: FormData) async throws -> Outcome {
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
        let campaign = try await store(template, to: recipient, at: time)
        actor.site.wake()
        return .queued(campaign)
    }

    private func store(_ template: Template.ID, to recipient: Recipient.ID, at time: Instant?) async throws
        -> Campaign.ID
    {
        let sender = try await actor.senderNow().record
        let filter = AudienceFilter(selection: .picked([recipient])).json
        return try await actor.write { scope in
            // Somebody else's template reads as one that is not there.
            guard let name = try scope.template(template)?.name else { throw Refusal.notFound }
            let draft = CampaignDraft(
                name: name, templateID: template, senderID: sender.id, audienceFilter: filter,
                scheduledAt: try time ?? scope.transaction.now)
            return try scope.createCampaign(draft, kind: .single)
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
