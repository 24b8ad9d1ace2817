import Campaigns
import HTTPTypes
import Persistence

extension APIRoute {
    /// What the account's mails say.
    static var templates: [APIRoute] {
        [
            .get(
                "/templates", "listTemplates", "Templates without their texts, the newest first.", tag: "Templates",
                parameters: [
                    Parameter("q", .string(limit: 500), "A text in name or subject."),
                    Parameter("before", .id, "Older than this template."), .limit,
                ],
                answer: .page(of: TemplateSummary.schema)
            ) { call in
                let (before, limit) = (Template.ID(call.query["before"]), call.limit)
                let search = call.query["q"].trimmed
                let rows = try await call.read { try $0.templates(before: before, limit: limit + 1, search: search) }
                let list = KeysetList(rows, pageSize: limit, isContinued: before != nil) { $0.id.description }
                return APIAnswer([
                    "items": .array(list.rows.map(\.json)),
                    "next": list.next.map { call.address("/templates", ["before": $0]) } ?? .null,
                ])
            },
            .change(
                .post, "/templates", "createTemplate", "Makes a template. Its HTML is sanitised as on the page.",
                tag: "Templates", body: TemplateText.schema(isPartial: false), bodyLimit: TemplateReading.apiLimit,
                status: .created, answer: TemplateRecord.schema
            ) { call in
                let (id, json) = try await call.save(nil, call.form(TemplateText.formNames))
                return .created(json, at: "/templates/\(id)")
            },
            .get(
                "/templates/{id}", "getTemplate", "One template with its texts.", tag: "Templates",
                answer: TemplateRecord.schema
            ) { call in
                let id: Template.ID = try call.id()
                guard let record = try await call.read({ try $0.template(id) }) else { throw Refusal.notFound }
                return APIAnswer(record.json(removed: []))
            },
            .change(
                .patch, "/templates/{id}", "updateTemplate",
                "Changes what is given. Campaigns that have begun keep what they send.", tag: "Templates",
                body: TemplateText.schema(isPartial: true), bodyLimit: TemplateReading.apiLimit,
                answer: TemplateRecord.schema
            ) { call in
                let id: Template.ID = try call.id()
                guard let record = try await call.read({ try $0.template(id) }) else { throw Refusal.notFound }
                var data = call.form(TemplateText.formNames)
                for (name, value) in [
                    ("name", record.name), ("subject", record.subject), ("preview_text", record.previewText),
                    ("body", record.html),
                    ("plain_text", record.plainText), ("inline_styles", record.inlinesStyles ? "on" : "0"),
                ] where !data.has(name) { data.set(value, for: name) }
                return APIAnswer(try await call.save(id, data).json)
            },
        ]
    }
}

extension TemplateReading {
    /// Bytes of a body of the API: texts of the largest size, with each byte escaped.
    static let apiLimit = 10 << 20
}

extension APICall {
    fileprivate func save(_ id: Template.ID?, _ data: FormData) async throws -> (id: Template.ID, json: JSON) {
        var reading = TemplateReading(data)
        guard case .saved(let id) = try await TemplateSaving(actor: self, template: id).save(&reading) else {
            throw APIProblem.invalid(reading.form, names: ["body": "html", "plain_text": "text"])
        }
        guard let record = try await read({ try $0.template(id) }) else { throw Refusal.notFound }
        return (id, record.json(removed: reading.removed))
    }
}

extension TemplateText {
    fileprivate static let formNames: [String: String?] = ["html": "body", "text": "plain_text"]

    fileprivate static func schema(isPartial: Bool) -> Schema {
        .object([
            Schema.Field("name", .text, "For yourself; at most 200 characters.", isRequired: !isPartial),
            Schema.Field("subject", .text, "One line, with merge tags.", isRequired: !isPartial),
            .optional("preview_text", .text, "What mail programs show behind the subject: one line, with merge tags."),
            Schema.Field("html", .text, "With merge tags.", isRequired: !isPartial),
            .optional("text", .text, "Empty: made from the HTML."),
            .optional(
                "inline_styles", .boolean,
                "Whether the rules of style sheets are copied into the elements when mails are made; true where it is not said."
            ),
        ])
    }
}

extension TemplateSummary {
    fileprivate static let schema = Schema.named(
        "TemplateSummary",
        .object([
            Schema.Field("id", .id), Schema.Field("name", .text), Schema.Field("subject", .text),
            Schema.Field("campaigns", .count, "Made with it."), Schema.Field("updated_at", .instant),
        ]))

    fileprivate var json: JSON {
        [
            "id": JSON(id), "name": .string(name), "subject": .string(subject), "campaigns": JSON(campaigns),
            "updated_at": JSON(updatedAt),
        ]
    }
}

extension TemplateRecord {
    fileprivate static let schema = Schema.named(
        "Template",
        .object([
            Schema.Field("id", .id), Schema.Field("name", .text), Schema.Field("subject", .text),
            Schema.Field("preview_text", .text, "What mail programs show behind the subject; empty for none."),
            Schema.Field("html", .text), Schema.Field("text", .text, "Empty: made from the HTML."),
            Schema.Field("inline_styles", .boolean),
            Schema.Field("removed", .array(.text), "What was left out of the HTML that was sent, in sentences."),
            Schema.Field("updated_at", .instant),
        ]))

    fileprivate func json(removed: [String]) -> JSON {
        [
            "id": JSON(id), "name": .string(name), "subject": .string(subject), "preview_text": .string(previewText),
            "html": .string(html), "text": .string(plainText), "inline_styles": .bool(inlinesStyles),
            "removed": .array(removed.map { .string($0) }), "updated_at": JSON(updatedAt),
        ]
    }
}
