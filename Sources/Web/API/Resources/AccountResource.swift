import Campaigns
import HTTPTypes
import Persistence

extension APIRoute {
    /// The dashboard's figures.
    static var account: [APIRoute] {
        [
            .get(
                "/account", "getAccount", "The account's figures: what the dashboard shows.", tag: "Account",
                answer: .named(
                    "Account",
                    .object([
                        Field("name", .text), Field("postal_address", .text, "Lines; it stands below the mails."),
                        Field("footer_text", .text, "Lines; what else stands there."),
                        Field("unsubscribe_words", .text, "What the link there is called; empty for “Unsubscribe”."),
                        Field("recipients", .count), Field("templates", .count), Field("campaigns", .count),
                        Field("suppressed", .count, "Addresses that get nothing."),
                        Field(
                            "files", .object([Field("used", .count), Field("limit", .count)]),
                            "Bytes of all attachments and pictures, each content counted once."),
                        Field("messages", Tally.schema, "All messages of the account, by state."),
                        Field("sent_in_last_hour", .count, "By the default sender."),
                        Field("max_per_hour", .count, "Of the default sender."),
                        Field(
                            "days",
                            .array(
                                .object([
                                    Field("date", .text, "UTC."), Field("delivered", .count), Field("failed", .count),
                                    Field("unknown", .count),
                                ])), "The last 30 days, the oldest first."),
                    ]))
            ) { call in
                _ = try await call.senderNow()
                let configuration = call.site.configuration
                let (model, suppressed, details, files) = try await call.read {
                    (
                        try DashboardModel($0), try $0.suppressionCount(), try $0.details(),
                        try FileRoom($0, configuration)
                    )
                }
                let chart = model.chart
                return APIAnswer([
                    "name": .string(details.name), "postal_address": .string(details.postalAddress),
                    "footer_text": .string(details.footerText),
                    "unsubscribe_words": .string(details.unsubscribeWords),
                    "recipients": JSON(model.counts.recipients), "templates": JSON(model.counts.templates),
                    "campaigns": JSON(model.counts.campaigns), "suppressed": JSON(suppressed),
                    "files": ["used": JSON(files.used), "limit": JSON(files.limit)], "messages": model.tally.json,
                    "sent_in_last_hour": JSON(model.sentInLastHour),
                    "max_per_hour": JSON(model.sender.maxPerHour),
                    "days": .array(
                        chart.labels.indices.map { day in
                            [
                                "date": .string(chart.labels[day]), "delivered": JSON(chart.delivered[day]),
                                "failed": JSON(chart.failed[day]), "unknown": JSON(chart.unknown[day]),
                            ]
                        }),
                ])
            },
            .change(
                .patch, "/account", "updateAccount", "Changes what is given; campaigns that begin from now on have it.",
                tag: "Account",
                body: .object([
                    .optional("name", .string(limit: 200)),
                    .optional("postal_address", .string(limit: 1000), "Lines; it stands below the mails."),
                    .optional("footer_text", .string(limit: 1000), "Lines; what else stands there."),
                    .optional("unsubscribe_words", .string(limit: 200), "What the link there is called."),
                ]),
                answer: .object([
                    Field("name", .text), Field("postal_address", .text), Field("footer_text", .text),
                    Field("unsubscribe_words", .text),
                ])
            ) { call in
                var form = Form(call.form())
                guard let details = try await AccountSaving(actor: call).save(&form) else {
                    throw APIProblem.invalid(form)
                }
                return APIAnswer([
                    "name": .string(details.name), "postal_address": .string(details.postalAddress),
                    "footer_text": .string(details.footerText),
                    "unsubscribe_words": .string(details.unsubscribeWords),
                ])
            },
        ]
    }

    private typealias Field = Schema.Field
}

extension Tally {
    static let schema = Schema.named(
        "Tally",
        .object(
            MessageState.allCases.map { Schema.Field($0.rawValue, .count) }
                + [Schema.Field("total", .count, "The sum of them all.")]))

    var json: JSON {
        .object(
            MessageState.allCases.map { JSON.Member(name: $0.rawValue, value: JSON(self[$0])) }
                + [JSON.Member(name: "total", value: JSON(total))])
    }
}
