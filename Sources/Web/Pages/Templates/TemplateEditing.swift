import Campaigns
import HTTPTypes
import Hummingbird
import Persistence

/// Shows and stores one template; `template` is `nil` for a new one.
struct TemplateEditing {
    let visit: Visit
    let template: Template.ID?

    func show() async throws -> Response {
        guard let template else { return try await answer(Form(values: ["inline_styles": "on"]), name: nil) }
        let record = try await visit.read { try $0.template(template) }
        guard let record else { throw Refusal.notFound }
        let form = Form(values: [
            "name": record.name, "subject": record.subject, "preview_text": record.previewText, "body": record.html,
            "plain_text": record.plainText,
            "inline_styles": record.inlinesStyles ? "on" : "0",
        ])
        return try await answer(form, name: record.name)
    }

    func save() async throws -> Response {
        var reading = TemplateReading(visit.form)
        let id: Template.ID
        switch try await TemplateSaving(actor: visit, template: template).save(&reading, with: visit.exchange.files) {
        case .refused:
            return try await answer(reading.form, name: reading.text.name, status: .unprocessableContent)
        case .saved(let saved): id = saved
        }
        let text = reading.text
        if reading.removed.isEmpty {
            return try await visit.redirect(
                to: "/templates/\(id)/edit/", saying: "The template “\(text.name)” is saved.")
        }
        let told = reading.removed.prefix(TemplateReading.mostSentences).joined(separator: " ")
        return try await visit.redirect(
            to: "/templates/\(id)/edit/", saying: "The template “\(text.name)” is saved, but not all of it: \(told)",
            as: .warning)
    }

    private func answer(
        _ form: Form, name: String?, status: HTTPResponse.Status = .ok
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
            filesLimit: configuration.mailFilesLimit, room: room)
        return try await visit.page(page.page, status: status)
    }
}
