import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Persistence
import Vault

/// How the account sends: djangoMailer's profile.
func addSenderRoutes(to routes: Routes) {
    routes.get("/profile/edit/") { visit in
        let (sender, used) = try await visit.defaultSender()
        return try await visit.page(
            SenderPage(form: SenderForm(showing: sender), stored: sender, usedInLastHour: used).page)
    }
    routes.post("/profile/edit/") { visit in
        let (stored, used) = try await visit.defaultSender()
        var form = SenderForm(visit.form, changing: stored)
        guard form.form.isValid else {
            let page = SenderPage(form: form, stored: stored, usedInLastHour: used).page
            return try await visit.page(page, status: .unprocessableContent)
        }
        form.seal(with: visit.site.sealer)
        let record = form.record
        try await visit.write { try $0.update(record) }
        visit.site.wake()
        visit.logger.info(
            "Sender changed", metadata: ["sender.id": "\(record.id)", "sender.kind": "\(record.kind.rawValue)"])
        return try await visit.redirect(to: "/profile/edit/", saying: "Your sender settings are saved.")
    }
    routes.post("/profile/edit/test/") { visit in
        try await SenderTest(visit: visit, sendsMail: false).answer()
    }
    routes.post("/profile/edit/test_mail/") { visit in
        try await SenderTest(visit: visit, sendsMail: true).answer()
    }
}

extension Visit {
    /// The account's default sender, and how many messages it ended within the last hour.
    func defaultSender() async throws -> (sender: SenderRecord, used: Int) {
        try await write { scope in
            if try scope.defaultSender() == nil { try scope.createRehearsalSender(fromName: "", fromEmail: "") }
            guard let sender = try scope.defaultSender() else { throw DatabaseFault.noRow }
            return (sender, try scope.sentInLastHour(sender.id))
        }
    }
}

/// Tries what is typed in the form, without storing it, and shows what the server answered.
struct SenderTest {
    /// Tests a minute and account: each one holds a connection to somebody else's server.
    static let limit = 10

    let visit: Visit
    let sendsMail: Bool

    func answer() async throws -> Response {
        let (stored, used) = try await visit.defaultSender()
        var data = visit.form
        data.set("smtp", for: "kind")
        let form = SenderForm(data, changing: stored)
        let result = try await result(form)
        if visit.isPartial { return visit.part(SenderTestView(result: result).html) }
        var shown = SenderPage(form: SenderForm(visit.form, changing: stored), stored: stored, usedInLastHour: used)
        shown.result = result
        return try await visit.page(shown.page)
    }

    private func result(_ form: SenderForm) async throws -> SenderTestResult {
        guard form.form.isValid else {
            return SenderTestResult(isSuccess: false, sentence: form.form.firstProblem ?? "")
        }
        let subject = "account \(visit.account)"
        let wait = try await visit.site.database.write {
            try $0.tryOnce("sender_test", by: subject, limit: Self.limit, within: .seconds(60))
        }
        guard wait == nil else {
            return SenderTestResult(isSuccess: false, sentence: "Too many tests. Please wait a minute and try again.")
        }
        do {
            let settings = try form.settings(visit.site.sealer)
            let testing = visit.site.senderTesting
            return sendsMail
                ? await testing.sendTestMail(settings, to: visit.session.email) : await testing.testConnection(settings)
        } catch {
            return SenderTestResult(isSuccess: false, sentence: error.userMessage)
        }
    }
}
