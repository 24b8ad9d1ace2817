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
            let result = told.map(SenderTestResult.init)
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
            let result = try await shown.sendTest(to: form["to"].trimmed, by: visit)
            // Not in answer to the form: a reload of the page would send the mail again.
            try await visit.keep(Flash(result, of: form["to"].trimmed, at: Self.place(id)))
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
