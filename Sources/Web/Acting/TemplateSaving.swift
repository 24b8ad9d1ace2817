import Campaigns
import Logging
import Persistence

/// Stores one template; `template` is `nil` for a new one.
struct TemplateSaving {
    enum Outcome: Sendable {
        case saved(Template.ID)
        /// What is wrong is in the reading's form.
        case refused
    }

    let actor: any Acting
    let template: Template.ID?

    func save(_ reading: TemplateReading) async throws -> Outcome {
        if let template, try await actor.read({ try $0.template(template) }) == nil { throw Refusal.notFound }
        guard reading.form.isValid else { return .refused }
        let text = reading.text
        let id = try await actor.write { [template] scope -> Template.ID? in
            guard let template else { return try scope.createTemplate(text) }
            return try scope.updateTemplate(template, text) ? template : nil
        }
        guard let id else { throw Refusal.notFound }
        actor.logger.info("Template saved", metadata: ["template.id": "\(id)"])
        return .saved(id)
    }
}
