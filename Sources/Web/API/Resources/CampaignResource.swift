import Campaigns
import HTTPTypes
import Persistence

extension APIRoute {
    /// The account's campaigns.
    static var campaigns: [APIRoute] {
        [
            .get(
                "/campaigns", "listCampaigns", "Campaigns with their tallies, the newest first.", tag: "Campaigns",
                parameters: [
                    Parameter("q", .string(limit: 500), "A text in the name."),
                    Parameter("before", .id, "Older than this campaign."), .limit,
                ],
                answer: .page(of: CampaignRecord.schema)
            ) { call in
                let (before, limit) = (Campaign.ID(call.query["before"]), call.limit)
                let search = call.query["q"].trimmed
                let (rows, tallies, readings) = try await call.read { scope in
                    let rows = try scope.campaigns(before: before, limit: limit + 1, search: search)
                    let ids = rows.map(\.id)
                    return (rows, try scope.tallies(ids), try scope.readings(of: ids))
                }
                let list = KeysetList(rows, pageSize: limit, isContinued: before != nil) { $0.id.description }
                return APIAnswer([
                    "items": .array(
                        try list.rows.map {
                            try $0.json(tallies[$0.id] ?? Tally(), readings[$0.id] ?? ReadingTally())
                        }),
                    "next": list.next.map { call.address("/campaigns", ["before": $0]) } ?? .null,
                ])
            },
            .change(
                .post, "/campaigns", "createCampaign", "Makes a draft, or a campaign that starts.", tag: "Campaigns",
                body: CampaignDraft.schema, bodyLimit: CampaignReading.formLimit, status: .created,
                answer: CampaignOverview.schema
            ) { try await $0.createCampaign() },
            .get(
                "/campaigns/{id}", "getCampaign", "One campaign: its state, audience and tallies, from one moment.",
                tag: "Campaigns", answer: CampaignOverview.schema
            ) { try await $0.campaign($0.id()) },
        ] + CampaignCommand.allCases.map(command)
    }

    private static func command(_ command: CampaignCommand) -> APIRoute {
        let summary =
            switch command {
            case .start: "Starts a draft, or a scheduled campaign before its time."
            case .pause: "Begins nothing new; what is under way still ends."
            case .resume: "Goes on."
            case .cancel: "Calls off what was not sent."
            }
        return .change(
            .post, "/campaigns/{id}/\(command.rawValue)", command.rawValue + "Campaign", summary, tag: "Campaigns",
            answer: CampaignOverview.schema
        ) { call in
            let id: Campaign.ID = try call.id()
            switch try await command.run(id, by: call) {
            case .done: return try await call.campaign(id)
            case .obstacle(let sentence, _): throw APIProblem.tooLate(sentence)
            case .tooLate(let record):
                throw APIProblem.tooLate("This is not possible: the campaign is \(record.state.rawValue).")
            }
        }
    }
}

extension APICall {
    fileprivate func campaign(_ id: Campaign.ID) async throws -> APIAnswer {
        guard let overview = try await read({ try CampaignOverview($0, id) }) else { throw Refusal.notFound }
        return APIAnswer(try overview.json)
    }

    fileprivate func createCampaign() async throws -> APIAnswer {
        var data = form(["template_id": "template", "scheduled_at": nil, "start": nil])
        data.setTime(body["scheduled_at"], for: "scheduled_time")
        let starts = body["start"] == true
        data.set(starts ? CampaignReading.Action.start.rawValue : CampaignReading.Action.draft.rawValue, for: "action")
        AudienceFilter.fill(&data, from: body["audience"] ?? [:])
        let now = try await read { try $0.transaction.now }
        let reading = CampaignReading(data, now: now)
        switch try await CampaignSaving(actor: self, campaign: nil).save(reading, now: now) {
        case .begun: throw Refusal.notFound
        case .refused(let reading, let facts):
            let names = ["template": "template_id", "scheduled_time": "scheduled_at"]
            throw APIProblem.invalid(reading.form, names: names, isMissing: facts.namesWhatIsNotThere)
        case .saved(let id, _, _):
            guard let body = try await campaign(id).body else { throw Refusal.notFound }
            return .created(body, at: "/campaigns/\(id)")
        }
    }
}

extension AudienceFilter {
    /// `null` or nothing means everybody.
    static let schema = Schema.named(
        "Audience",
        .object([
            .optional(
                "fields", .object(RecipientField.allCases.map { .optional($0.rawValue, .string(limit: 500)) }),
                "A text that each of these fields must contain."),
            .optional("search", .string(limit: 500), "A text that any of the nine fields must contain."),
            .optional("recipients", .array(.id, limit: mostPicked), "Only these, whatever their fields are."),
        ]))

    /// As the form of a campaign has it.
    fileprivate static func fill(_ data: inout FormData, from audience: JSON) {
        if case .object(let fields) = audience["fields"] {
            for field in fields { data.set(field.value.text ?? "", for: field.name) }
        }
        if let search = audience["search"]?.text { data.set(search, for: "search") }
        guard let ids = audience["recipients"]?.elements else { return data.set("all", for: "selection") }
        data.set("picked", for: "selection")
        data.set(ids.compactMap { $0.integer.map(String.init) }.joined(separator: ","), for: "recipients")
    }

    /// The same as it is answered.
    fileprivate var object: JSON {
        var audience: JSON = [:]
        if !texts.isEmpty {
            let fields = RecipientField.allCases.compactMap { field in
                texts[field].map { JSON.Member(name: field.rawValue, value: .string($0)) }
            }
            audience = audience.adding(["fields": .object(fields)])
        }
        if !search.isEmpty { audience = audience.adding(["search": .string(search)]) }
        if case .picked(let ids) = selection {
            audience = audience.adding(["recipients": .array(ids.map { JSON($0) })])
        }
        return audience
    }
}

extension CampaignDraft {
    fileprivate static let schema = Schema.object([
        Schema.Field("name", .text, "For yourself; at most 200 characters."), Schema.Field("template_id", .id),
        .optional("audience", AudienceFilter.schema, "Who gets it; everybody where it is not said."),
        .optional("scheduled_at", .instant, "When it starts, to the minute."),
        .optional(
            "tracking", .oneOf(CampaignTracking.self),
            "What is counted, as far as the account counts it; both where it is not said."),
        .optional(
            "start", .boolean,
            "Whether it starts, at scheduled_at or else at once. Otherwise it is a draft, which waits for its start."),
    ])
}

extension CampaignRecord {
    private static let fields: [Schema.Field] = [
        Schema.Field("id", .id),
        Schema.Field("kind", .choice(["campaign", "single"]), "Single: one mail to one person."),
        Schema.Field("name", .text), Schema.Field("state", .oneOf(CampaignState.self)),
        Schema.Field("template_id", .nullable(.id), "Null once the template was deleted."),
        Schema.Field("sender_id", .id), Schema.Field("audience", AudienceFilter.schema),
        Schema.Field("paused_reason", .text), Schema.Field("scheduled_at", .nullable(.instant)),
        Schema.Field("started_at", .nullable(.instant)), Schema.Field("finished_at", .nullable(.instant)),
        Schema.Field("expires_at", .nullable(.instant), "When retries end."), Schema.Field("created_at", .instant),
        Schema.Field("audience_size", .count, "Messages that were made; final once planning is over."),
        Schema.Field("messages", Tally.schema),
        Schema.Field("tracking", .oneOf(CampaignTracking.self), "What is counted, as far as the account counts it."),
        Schema.Field("readings", ReadingTally.schema),
    ]

    fileprivate static let schema = Schema.named("CampaignSummary", .object(fields))

    fileprivate static func schema(with more: [Schema.Field]) -> Schema { .object(fields + more) }

    fileprivate func json(_ tally: Tally, _ readings: ReadingTally) throws -> JSON {
        [
            "id": JSON(id), "kind": JSON(kind), "name": .string(name), "state": JSON(state),
            "template_id": JSON(templateID), "sender_id": JSON(senderID),
            "audience": try AudienceFilter(json: audienceFilter).object, "paused_reason": .string(pausedReason),
            "scheduled_at": JSON(scheduledAt), "started_at": JSON(startedAt), "finished_at": JSON(finishedAt),
            "expires_at": JSON(expiresAt), "created_at": JSON(createdAt), "audience_size": JSON(audience),
            "messages": tally.json, "tracking": JSON(CampaignTracking(self)), "readings": readings.json,
        ]
    }
}

extension ReadingTally {
    fileprivate static let schema = Schema.named(
        "Readings", .object(ReadingCount.allCases.map { Schema.Field($0.rawValue, .count, $0.explanation) }))

    fileprivate var json: JSON {
        .object(ReadingCount.allCases.map { JSON.Member(name: $0.rawValue, value: JSON(self[$0])) })
    }
}

extension ReadingCount {
    fileprivate var explanation: String {
        switch self {
        case .opens: "Times that a mail was opened, by machines too."
        case .humanOpens: "Times that a person opened a mail, as far as one can tell."
        case .opened: "Mails that were opened, or in which a person clicked."
        case .humanOpened: "The same by people."
        case .clicks: "Times that a link was followed, by machines too."
        case .humanClicks: "Times that a person followed a link, as far as one can tell."
        case .clicked: "Mails in which a link was followed."
        case .humanClicked: "The same by people."
        case .unsubscribed: "Recipients who unsubscribed by a mail of it."
        case .bounced: "Mails that the receiving server refused for good, and those that came back."
        case .returned: "Of these, those that came back after a server had taken them."
        case .complained: "Recipients who reported a mail as unwanted."
        }
    }
}

extension CampaignOverview {
    fileprivate static let schema = Schema.named(
        "Campaign",
        CampaignRecord.schema(with: [
            Schema.Field("subject", .nullable(.text)),
            Schema.Field(
                "would_reach",
                .nullable(.object([Schema.Field("matching", .count), Schema.Field("suppressed", .count)])),
                "Before it begins: who would get it now. Null afterwards."),
            Schema.Field("messages_per_second", .number, "Of its sender, over the last minute."),
            Schema.Field("seconds_left", .nullable(.count), "Null while nothing moves."),
            Schema.Field("is_at_limit", .boolean, "Whether the sender's hourly limit is what it waits for."),
        ]))

    fileprivate var json: JSON {
        get throws {
            let reach: JSON =
                audience.map { ["matching": JSON($0.matching), "suppressed": JSON($0.suppressed)] } ?? .null
            return try campaign.json(tally, readings).adding([
                "subject": JSON(subject), "would_reach": reach, "messages_per_second": .number(rate),
                "seconds_left": JSON(timeLeft.map { Int($0.components.seconds) }), "is_at_limit": .bool(isAtLimit),
            ])
        }
    }
}
