import Campaigns
import DomainChecks
import HTTPTypes
import Hummingbird
import Logging
import Persistence
import Vault

/// How the account sends: djangoMailer's profile.
func addSenderRoutes(to routes: Routes) {
    routes.get("/profile/edit/") { visit in
        let now = try await visit.senderNow()
        return try await visit.page(
            SenderPage(
                form: SenderForm(showing: now.record), now: now, activity: now.activity,
                returnMail: visit.returnMail(now.record)
            ).page)
    }
    routes.get("/profile/edit/state/") { visit in
        let now = try await visit.senderNow()
        let card = SenderStateCard(now: now, activity: now.activity)
        return visit.part(card.part(shownAsPaused: visit.exchange.query["paused"] == "1"))
    }
    routes.post("/profile/edit/resume/") { visit in
        let sender = try await visit.senderNow().record
        try await SenderPausing(actor: visit, sender: sender.id).resume()
        return try await visit.redirect(to: "/profile/edit/", saying: "Sending goes on.")
    }
    routes.post("/profile/edit/pause/") { visit in
        let sender = try await visit.senderNow().record
        try await SenderPausing(actor: visit, sender: sender.id).pause()
        return try await visit.redirect(to: "/profile/edit/", saying: "Sending is paused. Nobody fails because of it.")
    }
    routes.post("/profile/edit/") { visit in
        let now = try await visit.senderNow()
        var form = SenderForm(visit.form, changing: now.record, at: now.time)
        guard form.form.isValid else {
            let page = SenderPage(
                form: form, now: now, activity: now.activity, returnMail: visit.returnMail(now.record)
            ).page
            return try await visit.page(page, status: .unprocessableContent)
        }
        form.seal(with: visit.site.sealer)
        let record = form.record
        try await visit.write { try $0.update(record) }
        visit.site.wake()
        visit.logger.info(
            "Sender changed", metadata: ["sender.id": "\(record.id)", "sender.kind": "\(record.kind.rawValue)"])
        if record.showsPassword(visit.site.configuration) {
            return try await visit.redirect(
                to: "/profile/edit/",
                saying:
                    "Your sender settings are saved. User name and password go to the server without encryption: whoever is on the way can read them. Use STARTTLS or TLS if the server has it.",
                as: .warning)
        }
        return try await visit.redirect(to: "/profile/edit/", saying: "Your sender settings are saved.")
    }
    routes.get("/profile/edit/names/") { visit in try await NamesCheck(visit: visit).answer(typed: false) }
    routes.post("/profile/edit/names/") { visit in try await NamesCheck(visit: visit).answer(typed: true) }
    routes.post("/profile/edit/test/") { visit in
        try await SenderTest(visit: visit, sendsMail: false).answer()
    }
    routes.post("/profile/edit/test_mail/") { visit in
        try await SenderTest(visit: visit, sendsMail: true).answer()
    }
}

/// The account's default sender as it is at a moment.
struct SenderNow {
    var record: SenderRecord
    var time: Instant
    /// Messages that ended within the last 60 seconds.
    var usedInLastMinute: Int
    /// Messages that ended within the last 3,600 seconds.
    var usedInLastHour: Int
    /// Messages that ended within the present day of the warm-up.
    var usedInWarmUpDay: Int
    /// What all nodes together do; nil when there is nothing to do, or nothing may be done.
    var activity: SenderActivityRecord?
}

extension SenderNow {
    init(_ scope: AccountScope, _ record: SenderRecord) throws {
        self.record = record
        time = try scope.transaction.now
        usedInLastMinute = try scope.messagesEnded(by: record.id, since: time - .seconds(60))
        usedInLastHour = try scope.sentInLastHour(record.id)
        let dayBegan = record.warmUp?.dayBegan(at: time)
        usedInWarmUpDay = try dayBegan.map { try scope.messagesEnded(by: record.id, since: $0) } ?? 0
        activity = try scope.activity(of: record.id)
    }
}

extension Acting {
    func senderNow() async throws -> SenderNow {
        try await write { scope in
            if try scope.defaultSender() == nil { try scope.createRehearsalSender(fromName: "", fromEmail: "") }
            guard let record = try scope.defaultSender() else { throw DatabaseFault.noRow }
            return try SenderNow(scope, record)
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
        let now = try await visit.senderNow()
        var data = visit.form
        if data["kind"] != SenderRecord.Kind.direct.rawValue { data.set("smtp", for: "kind") }
        let form = SenderForm(data, changing: now.record, at: now.time)
        let result = try await result(form)
        if visit.isPartial { return visit.part(SenderTestView(result: result).html) }
        var shown = SenderPage(
            form: SenderForm(visit.form, changing: now.record, at: now.time), now: now,
            activity: now.activity, returnMail: visit.returnMail(now.record))
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

/// Asks the DNS about the names that mail servers see: those that are stored, or those that are typed.
struct NamesCheck {
    /// Looks a minute and account: each one asks somebody else's servers.
    static let limit = 20

    let visit: Visit

    func answer(typed: Bool) async throws -> Response {
        let now = try await visit.senderNow()
        let shown =
            typed ? SenderForm(visit.form, changing: now.record, at: now.time) : SenderForm(showing: now.record)
        let findings = try await findings(shown)
        if visit.isPartial { return visit.part(findings.map { NamesView(findings: $0).html } ?? Self.tooMany) }
        var page = SenderPage(
            form: shown, now: now, activity: now.activity, returnMail: visit.returnMail(now.record))
        page.names = findings ?? []
        return try await visit.page(page.page)
    }

    private func findings(_ form: SenderForm) async throws -> [NameFinding]? {
        let subject = "account \(visit.account)"
        let wait = try await visit.site.database.write {
            try $0.tryOnce("names_check", by: subject, limit: Self.limit, within: .seconds(60))
        }
        guard wait == nil else { return nil }
        return await visit.site.senderTesting.checkNames(form.settings(password: ""))
    }

    private static var tooMany: HTML { "<p>\(t: "Too many tests. Please wait a minute and try again.")</p>" }
}

extension SenderRecord {
    /// Whether somebody between here and the server can read the password.
    fileprivate func showsPassword(_ configuration: WebConfiguration) -> Bool {
        kind == .smtp && security == .none && !username.isEmpty && !isServerHere(configuration)
    }
}
