import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Mail
import Persistence
import Vault

/// The preview of a campaign, and tests of it.
struct CampaignLooking {
    let visit: Visit

    func show() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        let search = String(visit.query["q"].trimmed.prefix(200))
        do {
            let shown = try await CampaignMail.load(
                id, for: Recipient.ID(visit.query["recipient"]), search: search, by: visit)
            let told = try await visit.take(at: Self.place(id))
            let result = told.map {
                SenderTestResult(
                    isSuccess: $0.kind == .success, sentence: $0.sentence.key,
                    transcript: Array(($0.lines ?? []).dropFirst()))
            }
            return try await answer(
                shown, search, Form(values: ["to": told?.lines?.first ?? visit.session.email]), result)
        } catch let problem as MailProblem {
            return try await visit.redirect(
                to: "/campaigns/\(id)/", saying: Phrase(sentence: problem.userMessage), as: .error)
        }
    }

    /// In a frame.
    func frame() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        do {
            let shown = try await CampaignMail.load(
                id, for: Recipient.ID(visit.query["recipient"]), search: "", by: visit)
            return visit.respond(MailDocument(shown.mail).html, policy: .mail)
        } catch let problem as MailProblem {
            return visit.respond("<p>\(t: Phrase(sentence: problem.userMessage))</p>", policy: .mail)
        }
    }

    func test() async throws -> Response {
        let id: Campaign.ID = try visit.id()
        var form = Form(visit.form)
        let wanted = visit.form["recipient"]
        let recipient = Recipient.ID(wanted)
        if !wanted.isEmpty, recipient == nil { throw Refusal.notFound }
        do {
            let shown = try await CampaignMail.load(id, for: recipient, search: "", by: visit)
            do throws(EmailAddressProblem) { _ = try EmailAddress(form["to"]) } catch {
                form.refuse("to", sentence: error.userMessage)
            }
            guard form.isValid else { return try await answer(shown, "", form, status: .unprocessableContent) }
            let result = try await TestMail(actor: visit, shown: shown).send(to: form["to"].trimmed)
            // Not in answer to the form: a reload of the page would send the mail again.
            try await visit.keep(
                Flash(
                    kind: result.isSuccess ? .success : .error, sentence: Phrase(sentence: result.sentence),
                    place: Self.place(id),
                    lines: [form["to"].trimmed] + result.transcript.prefix(50).map { String($0.prefix(500)) }))
            return visit.redirect(
                to: "/campaigns/\(id)/mail/\(recipient.map { "?recipient=\($0)" } ?? "")#test")
        } catch let problem as MailProblem {
            return try await visit.redirect(
                to: "/campaigns/\(id)/", saying: Phrase(sentence: problem.userMessage), as: .error)
        }
    }

    /// Where a test's result waits.
    private static func place(_ id: Campaign.ID) -> String { "/campaigns/\(id)/test/" }

    private func answer(
        _ shown: CampaignMail, _ search: String, _ test: Form, _ result: SenderTestResult? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        try await visit.page(
            CampaignMailPage(shown: shown, search: search, test: test, result: result).page, status: status)
    }
}

/// A mail of a campaign to somebody who looks at it: by the sender's own way, beside the ledger, within its limits.
struct TestMail {
    let actor: any Acting
    let shown: CampaignMail

    func send(to address: String) async throws -> SenderTestResult {
        func refuse(_ sentence: String) -> SenderTestResult { SenderTestResult(isSuccess: false, sentence: sentence) }
        let campaign = shown.campaign
        let (sender, fields) = try await actor.read { [recipient = shown.recipient] scope in
            (
                try scope.sender(campaign.senderID),
                try recipient.flatMap {
                    try scope.recipientPicks(AudienceFilter(selection: .picked([$0])), limit: 1).first?.fields
                }
            )
        }
        guard shown.freedFiles.isEmpty else {
            return refuse("Files of this mail were removed to make room, and a test would leave without them.")
        }
        guard let sender else { return refuse("This account has no sender yet. Set it up in the sender settings.") }
        if sender.kind == .rehearsal {
            return refuse("In a rehearsal nothing leaves this server: the mail is what you see above.")
        }
        if let problem = SenderReadiness(sender).problem { return refuse(Catalogue.english.text(problem)) }
        let subject = "account \(actor.account)"
        let wait = try await actor.site.database.write {
            try $0.tryOnce("sender_test", by: subject, limit: SenderTest.limit, within: .seconds(60))
        }
        guard wait == nil else { return refuse("Too many tests. Please wait a minute and try again.") }
        guard try await actor.write({ try $0.takeRoom(of: sender.id) }) else {
            return refuse("The sender's limit is used up. Please wait until it has room again.")
        }
        let mail = try await CampaignMail.bytes(
            of: campaign, for: fields ?? MailPreview.inventedRecipient, to: address, isTest: true, by: actor)
        do throws(SealingProblem) {
            let settings = try SenderSettings(sender, sealer: actor.site.sealer)
            let result = await actor.site.senderTesting.send(mail, to: address, by: settings)
            actor.logger.info(
                "Test mail sent", metadata: ["campaign.id": "\(campaign.id)", "test.success": "\(result.isSuccess)"])
            return result
        } catch { return refuse(error.userMessage) }
    }
}

extension SenderSettings {
    /// As they are stored.
    init(_ record: SenderRecord, sealer: Sealer) throws(SealingProblem) {
        var password = ""
        if !record.username.isEmpty, let sealed = record.sealedPassword {
            password = try sealer.openText(
                sealed, at: .senderPassword(account: record.accountID.rawValue, sender: record.id.rawValue))
        }
        self.init(
            account: record.accountID, kind: record.kind, host: record.host, port: record.port,
            security: record.security, userName: record.username, password: password, login: record.login,
            verifiesCertificate: record.verifiesCertificate, fromName: record.fromName, fromEmail: record.fromEmail,
            helloName: record.helloName, returnDomain: record.returnDomain)
    }
}
