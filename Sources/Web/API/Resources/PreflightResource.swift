import Campaigns
import Persistence

extension APIRoute {
    /// What to know before a campaign starts.
    static var preflights: [APIRoute] {
        [
            .get(
                "/campaigns/{id}/preflight", "getPreflight",
                "What to know before a campaign starts. Errors block the start; warnings are for you to decide: a start by the API does not ask.",
                tag: "Campaigns",
                answer: .named(
                    "Preflight",
                    .object([
                        Field("may_start", .boolean, "Whether nothing blocks the start."),
                        Field("recipients", .count, "Who would get it: all that match but the suppressed."),
                        Field("suppressed", .count),
                        Field(
                            "findings",
                            .array(
                                .object([
                                    Field("severity", .choice(["error", "warning", "info"])),
                                    Field("code", .text, "Stays the same; what a program looks at."),
                                    Field("message", .text, "One sentence for a person."),
                                    Field(
                                        "recipients", .nullable(.count),
                                        "How many it concerns, where it is about recipients."),
                                    Field(
                                        "examples",
                                        .array(.object([Field("id", .id), Field("email", .text)])), "Some of those."),
                                ]))),
                    ]))
            ) { call in
                let id: Campaign.ID = try call.id()
                let look = try await CampaignPreflight.look(at: id, by: call)
                try await CampaignPreflight.askTheDNS(for: look.campaign, by: call)
                let audience = look.facts.audience
                return APIAnswer([
                    "may_start": .bool(look.preflight.mayStart),
                    "recipients": JSON(max(0, audience.matching - audience.suppressed)),
                    "suppressed": JSON(audience.suppressed),
                    "findings": .array(look.preflight.items.map { $0.json(look) }),
                ])
            }
        ]
    }

    private typealias Field = Schema.Field
}

extension Preflight.Item {
    fileprivate func json(_ look: CampaignPreflight) -> JSON {
        let item = PreflightItem(finding, look)
        return [
            "severity": .string(severity.code), "code": .string(finding.code),
            "message": .string(Catalogue.english.text(item.sentence)),
            "recipients": item.group.map { JSON($0.recipients) } ?? .null,
            "examples": .array(
                (item.group?.examples ?? []).map { ["id": JSON($0.id), "email": .string($0.email)] }),
        ]
    }
}
