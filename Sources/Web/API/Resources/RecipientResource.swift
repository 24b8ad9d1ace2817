import Campaigns
import HTTPTypes
import Logging
import Persistence

extension APIRoute {
    /// The account's recipients.
    static var recipients: [APIRoute] {
        [
            .get(
                "/recipients", "listRecipients",
                "Recipients, by the same filter and in the same order as the page's list.",
                tag: "Recipients",
                parameters: [
                    Parameter("q", .string(limit: 500), "A text in any of the nine fields.")
                ]
                    + RecipientField.allCases.map {
                        Parameter($0.rawValue, .string(limit: 500), "A text in this field.")
                    } + [
                        Parameter(
                            "sort",
                            .choice(RecipientOrder.Key.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }),
                            "With a minus falling; -added, the newest first, where it is not said."),
                        Parameter("after", .id, "Behind this recipient."),
                        Parameter("before", .id, "Before this recipient."), .limit,
                    ],
                answer: .page(
                    of: RecipientRecord.schema,
                    [
                        Field("previous", .nullable(.text), "The address of the page before; null on the first one."),
                        Field("matching", .count, "How many match."),
                        Field("is_exact", .boolean, "Whether exactly as many match, or more than that."),
                    ])
            ) { try await $0.recipients() },
            .change(
                .post, "/recipients", "createRecipient", "Adds a recipient.", tag: "Recipients",
                body: RecipientFields.schema(isPartial: false), status: .created, answer: RecipientRecord.schema
            ) { call in
                let id = try await call.save(nil, call.form())
                return .created(try await call.recipient(id), at: "/recipients/\(id)")
            },
            .get(
                "/recipients/{id}", "getRecipient", "One recipient.", tag: "Recipients",
                answer: RecipientRecord.schema
            ) { APIAnswer(try await $0.recipient($0.id())) },
            .change(
                .patch, "/recipients/{id}", "updateRecipient",
                "Changes the fields that are given; the others stay.", tag: "Recipients",
                body: RecipientFields.schema(isPartial: true), answer: RecipientRecord.schema
            ) { try await $0.updateRecipient() },
            .change(
                .delete, "/recipients/{id}", "deleteRecipient",
                "Deletes a recipient. What was sent stays in the ledger, and a suppression stays.", tag: "Recipients",
                answer: nil
            ) { call in
                let id: Recipient.ID = try call.id()
                guard try await call.write({ try $0.deleteRecipient(id) }) else { throw Refusal.notFound }
                call.logger.info("Recipients deleted", metadata: ["recipients": "1"])
                return .nothing
            },
            .change(
                .post, "/recipients/{id}/suppress", "suppressRecipient",
                "Sends nothing to this address any more. A reason that is there already stands.", tag: "Recipients",
                answer: RecipientRecord.schema
            ) { call in
                let id: Recipient.ID = try call.id()
                _ = try await RecipientBlock(actor: call, recipient: id).block()
                return APIAnswer(try await call.recipient(id))
            },
            .change(
                .post, "/recipients/{id}/allow", "allowRecipient",
                "Takes a suppression back, unless the person behind the address decided it.", tag: "Recipients",
                answer: RecipientRecord.schema
            ) { call in
                let id: Recipient.ID = try call.id()
                guard try await RecipientBlock(actor: call, recipient: id).allow() != nil else {
                    throw APIProblem.tooLate("This address is not suppressed, or the person behind it decided so.")
                }
                return APIAnswer(try await call.recipient(id))
            },
        ]
    }

    private typealias Field = Schema.Field
}

extension APICall {
    fileprivate func recipients() async throws -> APIAnswer {
        let asked = RecipientQuery(query)
        let limit = limit
        let (total, page) = try await read { scope in
            let total = try scope.recipientCount()
            guard RecipientOrder.isOffered(asked.order.key, among: total) else {
                return (total, RecipientPage?.none)
            }
            return (total, try scope.recipientPage(asked.filter, order: asked.order, at: asked.place, limit: limit))
        }
        guard let page else {
            throw APIProblem.invalid(
                [("sort", "An account of \(total) recipients cannot be sorted by company.")], status: .badRequest,
                code: .badParameter)
        }
        let (matching, isExact) =
            switch page.matching {
            case .exactly(let count): (count, true)
            case .moreThan(let count): (count, false)
            }
        return APIAnswer([
            "items": .array(page.rows.map(\.json)), "next": link(page.next), "previous": link(page.previous),
            "matching": JSON(matching), "is_exact": .bool(isExact),
        ])
    }

    private func link(_ place: ListPlace<Recipient.ID>?) -> JSON {
        switch place {
        case .after(let id): address("/recipients", ["after": id.description])
        case .before(let id): address("/recipients", ["before": id.description])
        case .start, nil: .null
        }
    }

    fileprivate func recipient(_ id: Recipient.ID) async throws -> JSON {
        guard let record = try await read({ try $0.recipient(id) }) else { throw Refusal.notFound }
        return record.json
    }

    fileprivate func updateRecipient() async throws -> APIAnswer {
        let id: Recipient.ID = try id()
        guard let record = try await read({ try $0.recipient(id) }) else { throw Refusal.notFound }
        let given = form()
        var data = FormData()
        for field in RecipientField.allCases {
            data.set(given.has(field.rawValue) ? given[field.rawValue] : record.fields[field], for: field.rawValue)
        }
        return APIAnswer(try await recipient(save(id, data)))
    }

    fileprivate func save(_ id: Recipient.ID?, _ data: FormData) async throws -> Recipient.ID {
        switch try await RecipientSaving(actor: self, recipient: id).save(data) {
        case .refused(let form, _): throw APIProblem.invalid(form)
        case .saved(let id, _, _): return id
        }
    }
}

extension RecipientFields {
    static func schema(isPartial: Bool) -> Schema {
        .object(
            RecipientField.allCases.map {
                Schema.Field($0.rawValue, .text, isRequired: $0 == .email && !isPartial)
            })
    }
}

extension RecipientRecord {
    static let schema = Schema.named(
        "Recipient",
        .object(
            [Schema.Field("id", .id)] + RecipientField.allCases.map { Schema.Field($0.rawValue, .text) } + [
                Schema.Field(
                    "suppression",
                    .nullable(
                        .object([
                            Schema.Field("reason", .oneOf(SuppressionReason.self)), Schema.Field("note", .text),
                            Schema.Field("since", .instant),
                        ])), "Why this address gets nothing; null for none."),
                Schema.Field("created_at", .instant), Schema.Field("updated_at", .instant),
            ]))

    var json: JSON {
        let fields = RecipientField.allCases.map { JSON.Member(name: $0.rawValue, value: .string(self.fields[$0])) }
        let suppression: JSON =
            suppression.map {
                ["reason": JSON($0.reason), "note": .string($0.note), "since": JSON($0.since)]
            } ?? .null
        return JSON.object([JSON.Member(name: "id", value: JSON(id))] + fields).adding([
            "suppression": suppression, "created_at": JSON(createdAt), "updated_at": JSON(updatedAt),
        ])
    }
}
