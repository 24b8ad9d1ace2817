import Campaigns
import Logging
import Mail
import Persistence

/// The attachments of a template: campaigns send them as they are when they begin.
struct TemplateFiles {
    let actor: any Acting
    let template: Template.ID

    private var limit: Int { actor.site.configuration.mailFilesLimit }

    func list() async throws -> [FileUse] {
        let files = try await actor.read { [template] scope in
            try scope.template(template) == nil ? nil : try scope.files(of: .template(template))
        }
        guard let files else { throw Refusal.notFound }
        return files
    }

    /// - Throws: ``FileStoring/Problem`` where one of them is not taken; then none is.
    func add(_ uploads: [UploadedFile]) async throws {
        _ = try await list()
        var inspected: [FileStoring.Inspected] = []
        for upload in uploads { inspected.append(try await FileStoring.inspect(upload)) }
        try await FileStoring(actor: actor).store(inspected) { [inspected, template, limit] scope, ids in
            guard try scope.template(template) != nil else { throw Refusal.notFound }
            for (file, id) in zip(inspected, ids) {
                try scope.use(
                    id, as: .attachment, named: file.file.name, mediaType: file.file.mediaType, in: .template(template))
            }
            try FileStoring.check(
                try scope.files(of: .template(template)).map { ($0.name, $0.file.size) }, limit: limit)
            try scope.removeUnusedFiles()
        }
        actor.logger.info(
            "Files attached", metadata: ["template.id": "\(template)", "files": "\(uploads.count)"])
    }

    /// Attaches what was uploaded before.
    /// - Throws: ``FileStoring/Problem`` where it must not have that name.
    func attach(_ file: File.ID, named name: String?) async throws {
        _ = try await list()
        try await actor.write { [template, limit] scope in
            guard try scope.template(template) != nil, let record = try scope.file(file) else { throw Refusal.notFound }
            let judgement = try FileStoring.judge(record, named: name ?? record.name, in: scope)
            try scope.use(
                file, as: .attachment, named: judgement.name.text, mediaType: judgement.mediaType,
                in: .template(template))
            try FileStoring.check(
                try scope.files(of: .template(template)).map { ($0.name, $0.file.size) }, limit: limit)
        }
    }

    func remove(_ file: File.ID) async throws {
        let removed = try await actor.write { [template] scope in
            try scope.stopUsing(file, as: .attachment, in: .template(template))
        }
        guard removed else { throw Refusal.notFound }
    }
}
