import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Persistence

/// The files of an account: attachments of templates, and pictures within them.
func addFileRoutes(to routes: Routes, site: Site) {
    // The form around the file is small.
    let limit = site.configuration.mailFilesLimit + (64 << 10)
    routes.upload("/templates/{id}/files/", file: "attachment", most: FileStoring.mostFiles, limit: limit) { visit in
        try await TemplateFilesEditing(visit: visit, template: visit.id()).add()
    }
    routes.post("/templates/{id}/files/remove/") { visit in
        try await TemplateFilesEditing(visit: visit, template: visit.id()).remove()
    }
    routes.get("/files/") { visit in
        let configuration = visit.site.configuration
        let page = try await visit.read { scope in
            FilesPage(
                files: try scope.storedFiles(limit: FilesPage.size), count: try scope.countFiles(),
                room: try FileRoom(scope, configuration))
        }
        return try await visit.page(page.page)
    }
    routes.post("/files/remove/") { visit in try await FileRemoving(visit: visit).answer() }
    routes.get("/files/{id}/") { visit in
        let id: File.ID = try visit.id()
        guard let file = try await visit.read({ try $0.file(id) }) else { throw Refusal.notFound }
        let account = visit.account
        let database = visit.site.database
        return visit.download(named: file.name, contentType: "application/octet-stream") { writer in
            var number = 0
            while let piece = try await database.read({ [number] tx in try tx.account(account).piece(number, of: id) })
            {
                try await writer.write(ByteBuffer(bytes: piece))
                number += 1
            }
        }
    }
    routes.upload("/pictures/", file: "picture", limit: limit) { visit in try await PictureUploading(visit: visit).add()
    }
    routes.get("/pictures/{key}/") { visit in
        guard let key = PictureKey(visit.exchange.context.parameters.get("key") ?? ""),
            let (file, bytes) = try await visit.read({ scope in
                try scope.pictures([key]).first.map { ($0, try scope.content(of: $0)) }
            })
        else { throw Refusal.notFound }
        return Response(
            status: .ok,
            headers: [
                .contentType: file.mediaType, .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "sandbox; default-src 'none'",
                // What the key names never changes; but only this account may see it.
                .cacheControl: "private, max-age=86400, immutable", .vary: "Cookie",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Makes room: gives files up that nothing will send any more.
struct FileRemoving {
    let visit: Visit

    func answer() async throws -> Response {
        let files = visit.form.all("files").compactMap { File.ID($0) }
        guard !files.isEmpty else {
            return try await visit.redirect(
                to: FilesPage.path, saying: "Choose the files to be removed first.", as: .warning)
        }
        var given = FilesGivenUp()
        // One after the other: a gigabyte in one go would keep everybody waiting who has to write a line.
        for file in files.prefix(FilesPage.size) {
            let one = try await visit.write { try $0.giveUp([file]) }
            given.files += one.files
            given.size += one.size
            given.kept += one.kept
        }
        if given.files > 0 {
            visit.logger.info(
                "Files removed",
                metadata: ["account.id": "\(visit.account)", "files": "\(given.files)", "bytes": "\(given.size)"])
        }
        if given.kept > 0 {
            let kept: Phrase = .counted(
                given.kept,
                one: "\(given.kept) file is still needed by a template or a campaign and was not removed.",
                other: "\(given.kept) files are still needed by templates or campaigns and were not removed.")
            try await visit.say(kept, as: .warning)
        }
        guard given.files > 0 else {
            if given.kept > 0 { return visit.redirect(to: FilesPage.path) }
            return try await visit.redirect(
                to: FilesPage.path, saying: "These files were removed already.", as: .warning)
        }
        return try await visit.redirect(
            to: FilesPage.path,
            saying: .counted(
                given.files, one: "\(given.files) file is removed: \(ByteCount(given.size).text).",
                other: "\(given.files) files are removed: \(ByteCount(given.size).text)."))
    }
}

/// Attachments in the template's page.
struct TemplateFilesEditing {
    let visit: Visit
    let template: Template.ID

    private var files: TemplateFiles { TemplateFiles(actor: visit, template: template) }

    func add() async throws -> Response {
        _ = try await files.list()
        let uploads = visit.exchange.files
        guard !uploads.isEmpty else { return try await answer("Please choose a file first.") }
        do {
            try await files.add(uploads)
        } catch let problem as FileStoring.Problem { return try await answer(problem.sentence) }
        return try await answer(nil)
    }

    func remove() async throws -> Response {
        _ = try await files.list()
        try await files.remove(visit.formID("file"))
        return try await answer(nil)
    }

    /// For htmx the card alone, with what is wrong in it, so that what is being written beside it stays.
    private func answer(_ problem: Phrase?) async throws -> Response {
        guard visit.isPartial else {
            let path = "/templates/\(template)/edit/"
            if let problem { return try await visit.redirect(to: path, saying: problem, as: .error) }
            return try await visit.redirect(to: path, saying: "The attachments are saved.")
        }
        let configuration = visit.site.configuration
        let card = TemplateFilesCard(
            template: template, files: try await files.list(), limit: configuration.mailFilesLimit,
            room: try await visit.read { try FileRoom($0, configuration) }, problem: problem)
        return visit.part(card.html)
    }
}

/// A picture that the editor puts into the text. It belongs to the template once that is saved.
struct PictureUploading {
    let visit: Visit

    func add() async throws -> Response {
        do {
            guard let upload = visit.exchange.file else {
                throw FileStoring.Problem(sentence: "Please choose a file first.")
            }
            let inspected = try await FileStoring.inspect(upload)
            guard inspected.file.isPicture else {
                throw FileStoring.Problem(
                    sentence:
                        "“\(inspected.file.name)” is no picture that mail programs show: use PNG, JPEG, GIF or WebP.")
            }
            try FileStoring.check(
                size: inspected.file.size, name: inspected.file.name, limit: visit.site.configuration.mailFilesLimit)
            let record = try await FileStoring(actor: visit).store([inspected]) { scope, ids in
                try scope.removeUnusedFiles()
                return try ids.first.flatMap { try scope.file($0) }
            }
            guard let record else { throw Refusal.notFound }
            return json(["location": .string("/pictures/\(record.pictureKey.text)/")], .ok)
        } catch let problem as FileStoring.Problem {
            return json(["problem": .string(visit.exchange.catalogue.text(problem.sentence))], .unprocessableContent)
        }
    }

    private func json(_ body: JSON, _ status: HTTPResponse.Status) -> Response {
        APIAnswer(body, status: status).response
    }
}
