import Campaigns
import HTTPTypes
import Persistence

extension APIRoute {
    /// The ledger: every mail and where it stands.
    static var messages: [APIRoute] {
        [
            .get(
                "/campaigns/{id}/messages", "listCampaignMessages", "The messages of one campaign, by recipient.",
                tag: "Messages",
                parameters: [
                    Parameter("state", .oneOf(MessageState.self)),
                    Parameter("q", .string(limit: 500), "A text in the address."),
                    Parameter("after", .id, "Behind this recipient."), .limit,
                ],
                answer: .page(of: MessageRecord.schema)
            ) { try await $0.campaignMessages() },
            .change(
                .post, "/campaigns/{id}/messages/settle", "settleMessages",
                "Decides about all messages of the campaign that are unknown or quarantined.", tag: "Messages",
                body: .object([
                    Schema.Field("state", .choice([MessageState.unknown.rawValue, MessageState.quarantined.rawValue])),
                    Schema.Field("settlement", .oneOf(Settlement.self), Settlement.note),
                ]),
                answer: .object([Schema.Field("settled", .count)])
            ) { try await $0.settle(campaign: $0.id(), message: nil, state: $0.body["state"]?.text) },
            .get(
                "/messages", "listMessages", "All messages of the account, the newest campaign first.", tag: "Messages",
                parameters: [
                    Parameter("state", .oneOf(MessageState.self)),
                    Parameter("q", .string(limit: 500), "A text in the address."),
                    Parameter("after", .string(limit: 40), "Behind this message: its campaign and recipient, 12-345."),
                    .limit,
                ],
                answer: .page(of: MessageRecord.schema)
            ) { try await $0.messages() },
            .change(
                .post, "/messages", "sendMail", "Queues one mail to one of the recipients.", tag: "Messages",
                body: .object([
                    Schema.Field("recipient", .string(limit: 254), "The address of a recipient."),
                    Schema.Field("template_id", .id),
                    .optional("scheduled_at", .instant, "To the minute; at once where it is not said."),
                    .optional(
                        "files",
                        .array(
                            .object([
                                Schema.Field("id", .id, "Of an uploaded file."),
                                .optional(
                                    "name", .string(limit: 255), "Where it is to be another one than that it came with."
                                ),
                            ]), limit: FileStoring.mostFiles), "Beside those of the template."),
                ]), status: .accepted,
                answer: .object([
                    Schema.Field("campaign_id", .id, "The campaign of one; its message is there as soon as it is due.")
                ])
            ) { try await $0.sendMail() },
            .get(
                "/messages/{id}", "getMessage", "One message and its whole history, with the servers' answers.",
                tag: "Messages", answer: MessageRecord.detailSchema
            ) { try await $0.message() },
            .change(
                .post, "/messages/{id}/send_now", "sendMessageNow",
                "Lets a message that waits be tried at once. The limits still hold.", tag: "Messages",
                answer: MessageRecord.detailSchema
            ) { call in
                guard case .tooLate(let message) = try await SendNow(message: call.id()).run(by: call) else {
                    return try await call.message()
                }
                throw APIProblem.tooLate("This message does not wait: it is \(message.state.rawValue).")
            },
            .change(
                .post, "/messages/{id}/settle", "settleMessage",
                "Decides about a message that is unknown or quarantined.", tag: "Messages",
                body: .object([Schema.Field("settlement", .oneOf(Settlement.self), Settlement.note)]),
                answer: .object([Schema.Field("settled", .count)])
            ) { call in
                let id: Message.ID = try call.id()
                guard let record = try await call.read({ try $0.message(id) }) else { throw Refusal.notFound }
                return try await call.settle(campaign: record.campaignID, message: id, state: record.state.rawValue)
            },
        ]
    }

    /// Every attempt, as the log shows it.
    static var attempts: [APIRoute] {
        [
            .get(
                "/attempts", "listAttempts", "Every attempt to send a message, the newest first.", tag: "Attempts",
                parameters: [
                    Parameter("outcome", .oneOf(AttemptRecord.Outcome.self)),
                    Parameter("campaign", .id), Parameter("email", .string(limit: 254), "A text in the address."),
                    Parameter("before", .id, "Older than this attempt."), .limit,
                ],
                answer: .page(of: AttemptRecord.schema)
            ) { call in
                let filter = try await call.attemptFilter()
                let (before, limit) = (Int64(call.query["before"]), call.limit)
                let rows = try await call.read { try $0.attempts(filter, before: before, limit: limit + 1) }
                let list = KeysetList(rows, pageSize: limit, isContinued: before != nil) { String($0.id) }
                return APIAnswer([
                    "items": .array(list.rows.map(\.json)),
                    "next": list.next.map { call.address("/attempts", ["before": $0]) } ?? .null,
                ])
            }
        ]
    }
}

extension APICall {
    fileprivate func campaignMessages() async throws -> APIAnswer {
        let id: Campaign.ID = try id()
        let state = MessageState(rawValue: query["state"])
        let (after, email, limit) = (Recipient.ID(query["after"]), query["q"].trimmed, limit)
        let found = try await read { scope -> (CampaignRecord, [MessageSummary])? in
            guard let campaign = try scope.campaign(id) else { return nil }
            return (campaign, try scope.messages(of: id, state: state, after: after, limit: limit + 1, email: email))
        }
        guard let (campaign, messages) = found else { throw Refusal.notFound }
        let list = KeysetList(messages, pageSize: limit, isContinued: after != nil) { $0.recipientID.description }
        return APIAnswer([
            "items": .array(list.rows.map { $0.json(of: campaign) }),
            "next": list.next.map { address("/campaigns/\(id)/messages", ["after": $0]) } ?? .null,
        ])
    }

    fileprivate func messages() async throws -> APIAnswer {
        let state = MessageState(rawValue: query["state"])
        let place = MessagePlace(query["after"])
        if query.has("after"), place == nil {
            throw APIProblem.invalid(
                [("after", "This is no place in the list: it is a campaign and a recipient, such as 12-345.")],
                status: .badRequest, code: .badParameter)
        }
        let (email, limit) = (query["q"].trimmed, limit)
        let rows = try await read { try $0.messages(in: state, after: place, limit: limit + 1, email: email) }
        let list = KeysetList(rows, pageSize: limit, isContinued: place != nil) {
            "\($0.campaignID)-\($0.recipientID)"
        }
        return APIAnswer([
            "items": .array(list.rows.map(\.json)),
            "next": list.next.map { address("/messages", ["after": $0]) } ?? .null,
        ])
    }

    fileprivate func message() async throws -> APIAnswer {
        let id: Message.ID = try id()
        let (message, attempts) = try await read { (try $0.message(id), try $0.attempts(of: id)) }
        guard let message else { throw Refusal.notFound }
        return APIAnswer(message.detailed(attempts))
    }

    fileprivate func sendMail() async throws -> APIAnswer {
        var data = form(["template_id": "template", "scheduled_at": nil])
        data.setTime(body["scheduled_at"], for: "scheduled_time")
        let attached = (body["files"]?.elements ?? []).compactMap { element in
            element["id"]?.integer.map {
                SingleMail.Attached(file: File.ID(rawValue: $0), name: element["name"]?.text)
            }
        }
        switch try await SingleMail(actor: self).queue(data, attached: attached) {
        case .queued(let campaign): return APIAnswer(["campaign_id": JSON(campaign)], status: .accepted)
        case .refused(let form):
            throw APIProblem.invalid(
                form, names: ["template": "template_id", "scheduled_time": "scheduled_at", "attachment": "files"])
        }
    }

    fileprivate func settle(campaign: Campaign.ID, message: Message.ID?, state: String?) async throws -> APIAnswer {
        guard let state = state.flatMap({ MessageState(rawValue: $0) }),
            let settlement = (body["settlement"]?.text).flatMap({ Settlement(rawValue: $0) })
        else { throw Refusal.notFound }
        let settled = try await MessageSettlement(
            campaign: campaign, message: message, state: state, settlement: settlement
        ).settle(by: self)
        guard settled > 0 else {
            throw APIProblem.tooLate(
                "Nothing was changed: it was decided already, the campaign is cancelled, or the address is suppressed by now."
            )
        }
        return APIAnswer(["settled": JSON(settled)])
    }
}

extension Settlement {
    fileprivate static let note = """
        Delivered: somebody knows that it arrived, or does not want to risk a second copy. Again: the same mail once more, \
        to the byte.
        """
}

extension MessageRecord {
    private static let fields: [Schema.Field] = [
        Schema.Field("id", .id), Schema.Field("campaign_id", .id), Schema.Field("recipient_id", .id),
        Schema.Field("email", .text), Schema.Field("state", .oneOf(MessageState.self)),
        Schema.Field("reason", .text, "The server's last answer, or why nothing was sent; empty for nothing."),
        Schema.Field("attempts", .count),
        Schema.Field("next_at", .nullable(.instant), "When it is tried next; null for what is not ready."),
        Schema.Field("ended_at", .nullable(.instant)),
    ]

    fileprivate static let schema = Schema.named("MessageSummary", .object(fields))

    fileprivate static let detailSchema = Schema.named(
        "Message",
        .object(
            fields + [
                Schema.Field("began_at", .nullable(.instant), "The first attempt."),
                Schema.Field("history", .array(AttemptRecord.schema), "The oldest first."),
            ]))

    fileprivate var json: JSON {
        MessageSummary.json(
            id: id, campaign: campaignID, recipient: recipientID, email: email, state: state, reason: reason,
            attempts: attempts, nextAt: nextAt, endedAt: endedAt)
    }

    fileprivate func detailed(_ history: [AttemptRecord]) -> JSON {
        json.adding(["began_at": JSON(beganAt), "history": .array(history.map(\.json))])
    }
}

extension MessageSummary {
    /// A message that was never put off is due since its campaign's start.
    fileprivate func json(of campaign: CampaignRecord) -> JSON {
        let due = nextAt.rawValue == 0 ? campaign.startedAt ?? campaign.createdAt : nextAt
        return Self.json(
            id: id, campaign: campaign.id, recipient: recipientID, email: email, state: state, reason: reason,
            attempts: attempts, nextAt: due, endedAt: endedAt)
    }

    fileprivate static func json(
        id: Message.ID, campaign: Campaign.ID, recipient: Recipient.ID, email: String, state: MessageState,
        reason: String, attempts: Int, nextAt: Instant, endedAt: Instant?
    ) -> JSON {
        [
            "id": JSON(id), "campaign_id": JSON(campaign), "recipient_id": JSON(recipient), "email": .string(email),
            "state": JSON(state), "reason": .string(reason), "attempts": JSON(attempts),
            "next_at": state == .ready ? JSON(nextAt) : .null, "ended_at": JSON(endedAt),
        ]
    }
}

extension AttemptRecord {
    fileprivate static let schema = Schema.named(
        "Attempt",
        .object([
            Schema.Field("id", .id), Schema.Field("message_id", .id), Schema.Field("campaign_id", .id),
            Schema.Field("email", .text), Schema.Field("at", .instant), Schema.Field("outcome", .oneOf(Outcome.self)),
            Schema.Field(
                "step", .text,
                "Of the conversation; person and policy stand for what a person or the sender decided; hard, soft and refused for why a mail came back."
            ),
            Schema.Field("code", .nullable(.count), "The server's."),
            Schema.Field("reply", .text, "What the server said, or what came back."),
            Schema.Field("milliseconds", .count),
            Schema.Field(
                "route", .text,
                "Which server it was, at which address, and how the connection was protected; empty for a relay."),
        ]))

    fileprivate var json: JSON {
        [
            "id": .integer(id), "message_id": JSON(messageID), "campaign_id": JSON(campaignID), "email": .string(email),
            "at": JSON(at), "outcome": JSON(outcome), "step": .string(step), "code": JSON(code),
            "reply": .string(reply),
            "milliseconds": JSON(milliseconds), "route": .string(route),
        ]
    }
}
