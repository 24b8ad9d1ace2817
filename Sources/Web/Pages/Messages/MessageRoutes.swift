import Campaigns
import HTTPTypes
import Hummingbird
import Mail
import NIOCore
import Persistence

/// The queue, one mail, and what each looks like.
func addMessageRoutes(to routes: Routes, site: Site) {
    let filesLimit = site.configuration.mailFilesLimit
    routes.get("/emails/") { visit in
        let state = MessageState(rawValue: visit.query["state"])
        let place = MessagePlace(visit.query["after"])
        let email = visit.query["q"].trimmed
        let (messages, tally) = try await visit.read { scope in
            (
                try scope.notingRehearsals(
                    scope.messages(in: state, after: place, limit: QueuePage.size + 1, email: email)),
                try scope.tally()
            )
        }
        let list = KeysetList(messages, pageSize: QueuePage.size, isContinued: place != nil) {
            "\($0.campaignID)-\($0.recipientID)"
        }
        let page = QueuePage(
            messages: list.rows, tally: tally, state: state, search: email,
            navigation: list.navigation(path: "/emails/", query: visit.query, cursor: "after"))
        return try await visit.page(page.page)
    }
    routes.get("/emails/create/") { visit in
        var data = visit.query
        data.remove("again")
        return try await visit.page(visit.singleMailPage(Form(data)).page)
    }
    routes.upload(
        "/emails/create/", file: "attachment", most: FileStoring.mostFiles, limit: filesLimit + Routes.formLimit
    ) { visit in
        switch try await SingleMail(actor: visit).queue(visit.form, uploads: visit.exchange.files) {
        case .queued: return try await visit.redirect(to: "/emails/", saying: "The mail is queued.")
        case .refused(let form):
            return try await visit.page(visit.singleMailPage(form).page, status: .unprocessableContent)
        }
    }
    routes.get("/emails/create/recipients/") { visit in
        let text = visit.query["recipient"].trimmed
        let addresses = text.count < 2 ? [] : try await visit.read { try $0.addresses(containing: text, limit: 10) }
        return visit.part(addresses.map { "<option value=\"\($0)\"></option>" as HTML }.joined())
    }
    routes.get("/emails/{id}/") { visit in
        let id: Message.ID = try visit.id()
        let (message, attempts, freed, hasRecipient) = try await visit.read { scope in
            let message = try scope.message(id)
            let freed = try message.map { try scope.freedFiles(of: $0.campaignID) } ?? []
            let recipient = try message.flatMap { try scope.recipient($0.recipientID) }
            return (message, try scope.attempts(of: id), freed, recipient != nil)
        }
        guard let message else { throw Refusal.notFound }
        let source = try await visit.site.mails.mail(id, of: visit.account, isWhole: false)
        return try await visit.page(
            MessagePage(
                message: message, attempts: attempts, source: source, freedFiles: freed, hasRecipient: hasRecipient
            ).page)
    }
    routes.get("/emails/{id}/html/") { visit in
        // Whoever looks at it here is not its recipient.
        let source = try await visit.mailSource(isCounted: false, isWhole: false)
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
        let back = "/emails/\(id)/"
        switch try await SendNow(message: id).run(by: visit) {
        case .tooLate:
            return try await visit.redirect(
                to: back, saying: "This mail does not wait any more, so it cannot be sent now.", as: .warning)
        case .paused:
            return try await visit.redirect(
                to: back, saying: "This mail goes out as soon as its campaign is resumed.", as: .info)
        case .next:
            return try await visit.redirect(
                to: back, saying: "This mail is next, as far as your hourly limit allows.")
        }
    }
}

extension Visit {
    fileprivate func singleMailPage(_ form: Form) async throws -> SingleMailPage {
        let configuration = site.configuration
        return try await read { scope in
            SingleMailPage(
                form: form, templates: try scope.templateChoices(), filesLimit: configuration.mailFilesLimit,
                room: try FileRoom(scope, configuration))
        }
    }

    /// The bytes of the mail in the address, which must be this account's.
    fileprivate func mailSource(isCounted: Bool = true, isWhole: Bool = true) async throws -> [UInt8] {
        let id: Message.ID = try self.id()
        guard try await read({ try $0.message(id) }) != nil,
            let source = try await site.mails.mail(id, of: account, isCounted: isCounted, isWhole: isWhole)
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
