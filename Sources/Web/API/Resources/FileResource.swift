import Campaigns
import HTTPTypes
import Persistence

extension APIRoute {
    /// Files that go with mails.
    static var files: [APIRoute] {
        [
            .get(
                "/files", "listFiles", "The account's files, the newest first.", tag: "Files",
                parameters: [Parameter("before", .id, "Older than this file."), .limit],
                answer: .page(of: FileRecord.schema)
            ) { call in
                let (before, limit) = (File.ID(call.query["before"]), call.limit)
                let rows = try await call.read { try $0.files(before: before, limit: limit + 1) }
                let list = KeysetList(rows, pageSize: limit, isContinued: before != nil) { $0.id.description }
                return APIAnswer([
                    "items": .array(list.rows.map(\.json)),
                    "next": list.next.map { call.address("/files", ["before": $0]) } ?? .null,
                ])
            },
            APIRoute(
                method: .post, path: "/files", name: "uploadFile",
                summary:
                    "Takes a file: the body is its content. What no mail, template or single mail uses within a day is removed.",
                tag: "Files", scope: .write,
                parameters: [Parameter("name", .string(limit: 255), "What readers will see; its ending is checked.")],
                body: nil, bodyLimit: 100 << 20, status: .created, answer: FileRecord.schema, takesFile: true
            ) { call in
                guard let upload = call.file else { throw Refusal.notFound }
                guard !call.query["name"].trimmed.isEmpty else {
                    throw APIProblem.invalid(
                        [("name", "Say what the file is called, with its ending.")], status: .badRequest,
                        code: .badParameter)
                }
                do {
                    let inspected = try await FileStoring.inspect(upload)
                    let record = try await FileStoring(actor: call).store([inspected]) { scope, ids in
                        try scope.removeUnusedFiles()
                        return try ids.first.flatMap { try scope.file($0) }
                    }
                    guard let record else { throw Refusal.notFound }
                    return .created(record.json, at: "/files/\(record.id)")
                } catch let problem as FileStoring.Problem { throw APIProblem.invalid(file: problem) }
            },
            .get("/files/{id}", "getFile", "What is known of a file.", tag: "Files", answer: FileRecord.schema) {
                call in
                let id: File.ID = try call.id()
                guard let record = try await call.read({ try $0.file(id) }) else { throw Refusal.notFound }
                return APIAnswer(record.json)
            },
            .get(
                "/templates/{id}/files", "listTemplateFiles",
                "The attachments of a template, and the pictures that its HTML shows.", tag: "Templates",
                answer: .object([Schema.Field("items", .array(FileUse.schema))])
            ) { call in
                let files = try await TemplateFiles(actor: call, template: call.id()).list()
                return APIAnswer(["items": .array(files.map(\.json))])
            },
            .change(
                .post, "/templates/{id}/files", "attachFile", "Attaches an uploaded file to a template.",
                tag: "Templates",
                body: .object([
                    Schema.Field("file_id", .id),
                    .optional("name", .string(limit: 255), "Where it is to be another one than that it came with."),
                ]), answer: .object([Schema.Field("items", .array(FileUse.schema))])
            ) { call in
                let files = TemplateFiles(actor: call, template: try call.id())
                let name = call.body["name"]?.text
                do {
                    try await files.attach(File.ID(rawValue: call.body["file_id"]?.integer ?? 0), named: name)
                } catch let problem as FileStoring.Problem { throw APIProblem.invalid(file: problem) }
                return APIAnswer(["items": .array(try await files.list().map(\.json))])
            },
            .change(
                .delete, "/templates/{id}/files/{file}", "detachFile",
                "Removes an attachment. Campaigns that have begun keep what they send.", tag: "Templates", answer: nil
            ) { call in
                let files = TemplateFiles(actor: call, template: try call.id())
                _ = try await files.list()
                try await files.remove(call.id("file"))
                return .nothing
            },
        ]
    }
}

extension APIProblem {
    fileprivate static func invalid(file problem: FileStoring.Problem) -> APIProblem {
        .invalid([("file", problem.sentence)])
    }
}

extension FileRecord {
    private static let fields: [Schema.Field] = [
        Schema.Field("id", .id), Schema.Field("name", .text, "As it was last uploaded, made safe."),
        Schema.Field("media_type", .text, "Found out from the content and the name's ending."),
        Schema.Field("size", .count, "Bytes."),
        Schema.Field(
            "picture", .nullable(.text),
            "What HTML calls it to show it within the mail, cid:…; null for what is no picture."),
    ]

    fileprivate static let schema = Schema.named("File", .object(fields))

    fileprivate static let useSchema = Schema.named(
        "TemplateFile",
        .object(fields + [Schema.Field("use", .choice(["attachment", "picture"]))]))

    fileprivate var json: JSON { json(named: name, mediaType) }

    fileprivate func json(named name: String, _ mediaType: String) -> JSON {
        [
            "id": JSON(id), "name": .string(name), "media_type": .string(mediaType), "size": JSON(size),
            "picture": isPicture ? .string(pictureKey.address) : .null,
        ]
    }
}

extension FileUse {
    fileprivate static let schema = FileRecord.useSchema

    fileprivate var json: JSON { file.json(named: name, mediaType).adding(["use": .string(kind.rawValue)]) }
}
