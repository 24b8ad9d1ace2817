import Campaigns
import HTTPTypes
import Hummingbird
import Mail
import Markup
import Persistence

/// Shows and stores one template; `template` is `nil` for a new one.
struct TemplateEditing {
    let visit: Visit
    let template: Template.ID?

    func show() async throws -> Response {
        let own = visit.session.email
        guard let template else {
            let design = MailDesign.named(visit.query["design"])
            let form = Form(values: [
                "subject": design?.subject ?? "", "preview_text": design?.previewText ?? "", "body": design?.html ?? "",
                "inline_styles": "on", "test_to": own,
            ])
            return try await answer(form, name: nil)
        }
        let record = try await visit.read { try $0.template(template) }
        guard let record else { throw Refusal.notFound }
        let test = try await visit.take(at: Self.testPlace(template))
        let form = Form(values: [
            "name": record.name, "subject": record.subject, "preview_text": record.previewText, "body": record.html,
            "plain_text": record.plainText,
            "inline_styles": record.inlinesStyles ? "on" : "0", "test_to": test?.lines?.first ?? own,
        ])
        return try await answer(form, name: record.name, test: test.map(SenderTestResult.init))
    }

    func save() async throws -> Response {
        var reading = TemplateReading(visit.form)
        let isTest = visit.form["then"] == "test"
        if isTest {
            do throws(EmailAddressProblem) { _ = try EmailAddress(visit.form["test_to"]) } catch {
                reading.form.refuse("test_to", sentence: error.userMessage)
            }
        }
        let id: Template.ID
        switch try await TemplateSaving(actor: visit, template: template).save(&reading, with: visit.exchange.files) {
        case .refused:
            return try await answer(reading.form, name: reading.text.name, status: .unprocessableContent)
        case .saved(let saved): id = saved
        }
        if isTest { try await test(id) }
        let (text, path) = (reading.text, "/templates/\(id)/edit/\(isTest ? "#test" : "")")
        if reading.removed.isEmpty {
            return try await visit.redirect(to: path, saying: "The template “\(text.name)” is saved.")
        }
        let told = reading.removed.prefix(TemplateReading.mostSentences).joined(separator: " ")
        return try await visit.redirect(
            to: path, saying: "The template “\(text.name)” is saved, but not all of it: \(told)", as: .warning)
    }

    /// The result waits for the page that follows: a reload of it sends nothing again.
    private func test(_ template: Template.ID) async throws {
        let address = visit.form["test_to"].trimmed
        let result = try await TemplateTest(
            actor: visit, template: template, recipient: visit.form["preview_recipient"]
        ).send(to: address)
        try await visit.keep(Flash(result, of: address, at: Self.testPlace(template)))
    }

    /// Where a test's result waits.
    private static func testPlace(_ template: Template.ID) -> String { "/templates/\(template)/test/" }

    private func answer(
        _ form: Form, name: String?, test: SenderTestResult? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let configuration = visit.site.configuration
        let (campaigns, examples, files, room) = try await visit.read { [template] scope in
            (
                try template.map { try scope.campaignsWaiting(for: $0, limit: 20) } ?? [],
                try scope.recipientPicks(AudienceFilter(), limit: 20).map(\.fields),
                try template.map { try scope.files(of: .template($0)) } ?? [], try FileRoom(scope, configuration)
            )
        }
        let page = TemplatePage(
            form: form, template: template, name: name, campaigns: campaigns, examples: examples, files: files,
            filesLimit: configuration.mailFilesLimit, room: room, test: test)
        return try await visit.page(page.page, status: status)
    }
}
