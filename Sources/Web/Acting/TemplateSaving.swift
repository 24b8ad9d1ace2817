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

    /// - Parameter uploads: files that a new template is to bring; where one of them is not taken, nothing is saved, and
    ///   the reading's form says why.
    func save(_ reading: inout TemplateReading, with uploads: [UploadedFile] = []) async throws -> Outcome {
        if let template, try await actor.read({ try $0.template(template) }) == nil { throw Refusal.notFound }
        guard reading.form.isValid else {
            if !uploads.isEmpty { reading.form.refuse("attachment", "Choose the files again, please.") }
            return .refused
        }
        do { return .saved(try await store(reading.text, uploads)) } catch let problem as FileStoring.Problem {
            reading.form.refuse("attachment", problem.sentence)
            return .refused
        }
    }

    private func store(_ written: TemplateText, _ uploads: [UploadedFile]) async throws -> Template.ID {
        var inspected: [FileStoring.Inspected] = []
        for upload in uploads { inspected.append(try await FileStoring.inspect(upload)) }
        let limit = actor.site.configuration.mailFilesLimit
        let id = try await FileStoring(actor: actor).store(inspected) { [template, inspected] scope, ids in
            var text = written
            if let template { text.html = try Self.naming(scope.files(of: .template(template)), in: text.html) }
            let keys = PictureKey.all(in: text.html)
            let saved: Template.ID
            if let template {
                guard try scope.updateTemplate(template, text) else { throw Refusal.notFound }
                saved = template
            } else {
                saved = try scope.createTemplate(text)
            }
            for (file, id) in zip(inspected, ids) {
                try scope.use(
                    id, as: .attachment, named: file.file.name, mediaType: file.file.mediaType, in: .template(saved))
            }
            try scope.setPictures(keys, of: saved)
            if !ids.isEmpty {
                try FileStoring.check(
                    try scope.files(of: .template(saved)).map { ($0.name, $0.file.size) }, limit: limit)
            }
            return saved
        }
        actor.logger.info("Template saved", metadata: ["template.id": "\(id)", "files": "\(uploads.count)"])
        return id
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
