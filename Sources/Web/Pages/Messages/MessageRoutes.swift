import Campaigns
import HTTPTypes
import Hummingbird
import Mail
import NIOCore
import Persistence

/// The queue, one mail, and what each looks like.
func addMessageRoutes(to routes: Routes) {
    routes.get("/emails/") { visit in
        let state = MessageState(rawValue: visit.query["state"])
        let place = MessagePlace(visit.query["after"])
        let (messages, tally) = try await visit.read { scope in
            (try scope.messages(in: state, after: place, limit: QueuePage.size + 1), try scope.tally())
        }
        let page = QueuePage(
            messages: Array(messages.prefix(QueuePage.size)), tally: tally, state: state, isFirst: place == nil,
            hasMore: messages.count > QueuePage.size)
        return try await visit.page(page.page)
    }
    routes.get("/emails/create/") { visit in
        let templates = try await visit.read { try $0.templateChoices() }
        return try await visit.page(SingleMailPage(form: Form(visit.query), templates: templates).page)
    }
    routes.post("/emails/create/") { visit in try await SingleMail(visit: visit).answer() }
    routes.get("/emails/create/recipients/") { visit in
        let text = visit.query["recipient"].trimmed
        let addresses = text.count < 2 ? [] : try await visit.read { try $0.addresses(containing: text, limit: 10) }
        return visit.part(addresses.map { "<option value=\"\($0)\"></option>" as HTML }.joined())
    }
    routes.get("/emails/{id}/") { visit in
        let id: Message.ID = try visit.id()
        let (message, attempts) = try await visit.read { (try $0.message(id), try $0.attempts(of: id)) }
        guard let message else { throw Refusal.notFound }
        let source = try await visit.site.mails.mail(id, of: visit.account)
        return try await visit.page(MessagePage(message: message, attempts: attempts, source: source).page)
    }
    routes.get("/emails/{id}/html/") { visit in
        let source = try await visit.mailSource()
        return visit.respond(MailFrame(mail: ReceivedMessage(source)).html, policy: .mail)
    }
    routes.get("/emails/{id}/source/") { visit in
        let source = try await visit.mailSource()
        return visit.download(
            named: "mail-\(visit.exchange.context.parameters.get("id") ?? "").eml", contentType: "message/rfc822"
        ) {
            try await $0.write(ByteBuffer(bytes: source))
        }
    }
    routes.post("/email_send_candidate/{id}/send_now/") { visit in
        let id: Message.ID = try visit.id()
        let (message, isReady) = try await visit.write { (try $0.message(id), try $0.sendNow(id)) }
        guard let message else { throw Refusal.notFound }
        visit.site.wake()
        let back = "/emails/\(id)/"
        if !isReady {
            return try await visit.redirect(
                to: back, saying: "This mail does not wait any more, so it cannot be sent now.", as: .warning)
        }
        if message.campaignState == .paused {
            return try await visit.redirect(
                to: back, saying: "This mail goes out as soon as its campaign is resumed.", as: .info)
        }
        return try await visit.redirect(to: back, saying: "This mail is next, as far as your hourly limit allows.")
    }
}

extension Visit {
    /// The bytes of the mail in the address, which must be this account's.
    fileprivate func mailSource() async throws -> [UInt8] {
        let id: Message.ID = try self.id()
        guard try await read({ try $0.message(id) }) != nil, let source = try await site.mails.mail(id, of: account)
        else {
            throw Refusal.notFound
        }
        return source
    }
}

extension MessagePlace {
    /// `12-345`: a campaign and a recipient.
    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let campaign = Campaign.ID(parts[0]), let recipient = Recipient.ID(parts[1]) else {
            return nil
        }
        self.init(campaign: campaign, recipient: recipient)
    }
}

/// Queues one mail: a campaign of one.
struct SingleMail {
    let visit: Visit

    func answer() async throws -> Response {
        var form = Form(visit.form)
        let address = form.text("recipient", required: true, max: 254)
        let time = form.moment("scheduled_time")
        // Somebody else's template reads as one that is not there.
        guard let template = Template.ID(form["template"]) else {
            form.refuse("template", "Please choose a template.")
            return try await again(form)
        }
        let key = (try? EmailAddress(address))?.key
        let recipient = try await visit.read { scope -> Recipient.ID? in
            if let id = Recipient.ID(address) { return try scope.recipientAddress(id) == nil ? nil : id }
            return try key.flatMap { try scope.recipientID(withKey: $0) }
        }
        // djangoMailer's form posts ids: one that is not this account's is not found, as everywhere.
        if recipient == nil, Recipient.ID(address) != nil { throw Refusal.notFound }
        guard let recipient else {
            if form.problem("recipient") == nil {
                form.refuse("recipient", "None of your recipients has this address. Add it to your recipients first.")
            }
            return try await again(form)
        }
        guard form.isValid else { return try await again(form) }
        try await queue(template, to: recipient, at: time)
        visit.site.wake()
        return try await visit.redirect(to: "/emails/", saying: "The mail is queued.")
    }

    private func queue(_ template: Template.ID, to recipient: Recipient.ID, at time: Instant?) async throws {
        let sender = try await visit.senderNow().record
        let filter = AudienceFilter(selection: .picked([recipient])).json
        try await visit.write { scope in
            guard let name = try scope.templateChoices().first(where: { $0.id == template })?.name else {
                throw Refusal.notFound
            }
            let draft = CampaignDraft(
                name: name, templateID: template, senderID: sender.id, audienceFilter: filter,
                scheduledAt: try time ?? scope.transaction.now)
            _ = try scope.createCampaign(draft, kind: .single)
        }
    }

    private func again(_ form: Form) async throws -> Response {
        let templates = try await visit.read { try $0.templateChoices() }
        return try await visit.page(
            SingleMailPage(form: form, templates: templates).page, status: .unprocessableContent)
    }
}
