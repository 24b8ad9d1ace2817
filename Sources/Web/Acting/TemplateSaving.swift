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
        let written = reading.text
        let id = try await actor.write { [template] scope -> Template.ID? in
            var text = written
            if let template { text.html = try Self.naming(scope.files(of: .template(template)), in: text.html) }
            let keys = PictureKey.all(in: text.html)
            guard let template else {
                let made = try scope.createTemplate(text)
                try scope.setPictures(keys, of: made)
                return made
            }
            guard try scope.updateTemplate(template, text) else { return nil }
            try scope.setPictures(keys, of: template)
            return template
        }
        guard let id else { throw Refusal.notFound }
        actor.logger.info("Template saved", metadata: ["template.id": "\(id)"])
        return .saved(id)
    }

    /// `cid:logo.png`, as other programs write it, becomes the picture of that name.
    private static func naming(_ files: [FileUse], in html: String) -> String {
        guard html.contains("\"cid:") else { return html }
        var html = html
        for use in files where use.file.isPicture {
            html = html.replacing("\"cid:\(use.name)\"", with: "\"\(use.file.pictureKey.address)\"")
        }
        return html
    }
}
