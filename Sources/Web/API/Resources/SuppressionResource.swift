import Campaigns
import HTTPTypes
import Mail
import Persistence

extension APIRoute {
    /// The suppression list.
    static var suppressions: [APIRoute] {
        [
            .get(
                "/suppressions", "listSuppressions", "Addresses that get nothing, the newest first.",
                tag: "Suppressions",
                parameters: [
                    Parameter("q", .string(limit: 254), "A part of the address."),
                    Parameter("reason", .oneOf(SuppressionReason.self)),
                    Parameter("campaign", .id, "Those that the mails of this campaign brought."),
                    Parameter("since", .instant), Parameter("before", .instant),
                    Parameter("after", .string(limit: 400), "What the address of the next page carries."), .limit,
                ],
                answer: .page(of: SuppressedAddress.schema)
            ) { call in
                let (filter, limit) = (SuppressionFilter(query: call.query), call.limit)
                let after = call.query["after"]
                let place = SuppressionPlace(after)
                guard after.isEmpty || place != nil else {
                    throw APIProblem.invalid(
                        [("after", "This is no place in the list. Use the address in “next”.")], status: .badRequest,
                        code: .badParameter)
                }
                let rows = try await call.read { try $0.suppressions(filter, after: place, limit: limit + 1) }
                let list = KeysetList(rows, pageSize: limit, isContinued: place != nil) { $0.place.description }
                return APIAnswer([
                    "items": .array(list.rows.map(\.json)),
                    "next": list.next.map { call.address("/suppressions", ["after": $0]) } ?? .null,
                ])
            },
            .change(
                .post, "/suppressions", "addSuppressions",
                "Sends nothing to these addresses any more, and calls off what waits for them. What is on the list already stays as it is.",
                tag: "Suppressions",
                body: .object([
                    Field("emails", .array(.string(limit: 320), limit: PastedAddresses.most)),
                    .optional("reason", .oneOf(SuppressionReason.self), "Blocked where it is not said."),
                    .optional("note", .string(limit: SuppressionWriting.longestNote), "Why; only the account sees it."),
                ]),
                answer: .object([
                    Field("added", .count), Field("known", .count, "On the list already."),
                ])
            ) { try await $0.suppress() },
            .change(
                .post, "/suppressions/remove", "removeSuppression",
                "Takes an address off the list; the history keeps why.", tag: "Suppressions",
                body: .object([
                    Field("email", .string(limit: 320)),
                    Field("why", .string(limit: SuppressionWriting.longestNote), "Kept in the history."),
                    .optional(
                        "person_asked", .boolean,
                        "Whether the person behind the address asked for it: needed where they unsubscribed or complained."
                    ),
                ]), answer: nil
            ) { try await $0.unsuppress() },
            .change(
                .post, "/suppressions/remove-matching", "removeSuppressions",
                "Takes all that match off the list; the history keeps why. What the persons behind the addresses decided stays. Ask again while there is more.",
                tag: "Suppressions",
                body: .object([
                    .optional("q", .string(limit: 254), "A part of the address."),
                    .optional("reason", .oneOf(SuppressionReason.self)),
                    .optional("campaign", .id, "Those that the mails of this campaign brought."),
                    .optional("since", .instant), .optional("before", .instant),
                    Field("why", .string(limit: SuppressionWriting.longestNote), "Kept in the history of each."),
                ]),
                answer: .object([Field("removed", .count), Field("more", .boolean, "Whether some are left.")])
            ) { try await $0.unsuppressMatching() },
        ]
    }

    private typealias Field = Schema.Field
}

extension APICall {
    fileprivate func suppress() async throws -> APIAnswer {
        let reason = SuppressionReason(rawValue: body["reason"]?.text ?? "") ?? .blocked
        let note = RecipientFields.normalised(body["note"]?.text ?? "", limit: .max)
        var addresses: [NewSuppression] = []
        var problems: [(name: String, sentence: Phrase)] = []
        for (index, element) in (body["emails"]?.elements ?? []).enumerated() {
            do throws(EmailAddressProblem) {
                let address = try EmailAddress(element.text ?? "")
                addresses.append(
                    NewSuppression(key: address.key, email: address.description, reason: reason, note: note))
            } catch {
                problems.append(("emails[\(index)]", Phrase(sentence: error.userMessage)))
            }
        }
        guard problems.isEmpty else { throw APIProblem.invalid(Array(problems.prefix(20))) }
        let added = try await SuppressionWriting(actor: self).add(addresses)
        return APIAnswer(["added": JSON(added), "known": JSON(Set(addresses.map(\.key)).count - added)])
    }

    fileprivate func unsuppress() async throws -> APIAnswer {
        guard let key = (try? EmailAddress(body["email"]?.text ?? ""))?.key else { throw Refusal.notFound }
        let why = RecipientFields.normalised(body["why"]?.text ?? "", limit: .max)
        guard !why.isEmpty else { throw APIProblem.invalid([("why", "Please fill in this field.")]) }
        let removal = try await SuppressionWriting(actor: self).remove(
            key: key, because: why, isAsked: body["person_asked"] == true)
        guard case .removed = removal else {
            throw APIProblem.tooLate(
                "This person decided to get nothing from you. Take the address off the list only when they asked for it."
            )
        }
        return .nothing
    }
}

extension APICall {
    /// Addresses of one request; a program asks again for the rest.
    private static var mostRemoved: Int { 50_000 }

    fileprivate func unsuppressMatching() async throws -> APIAnswer {
        var filter = SuppressionFilter(query: form())
        let why = RecipientFields.normalised(body["why"]?.text ?? "", limit: .max)
        guard !why.isEmpty else { throw APIProblem.invalid([("why", "Please fill in this field.")]) }
        guard !filter.isEmpty else { throw APIProblem.invalid([("reason", SuppressionClearing.narrow)]) }
        let now = try await read { try $0.transaction.now }
        filter.before = min(filter.before ?? now, now)
        var (removed, hasMore) = (0, true)
        while hasMore, removed < Self.mostRemoved {
            let piece = try await SuppressionWriting(actor: self).removeSome(
                filter, because: why, limit: SuppressionWriting.batch)
            removed += piece.count
            hasMore = piece.hasMore
        }
        return APIAnswer(["removed": JSON(removed), "more": .bool(hasMore)])
    }
}

extension SuppressedAddress {
    fileprivate static let schema = Schema.named(
        "SuppressedAddress",
        .object([
            Schema.Field("email", .text), Schema.Field("reason", .oneOf(SuppressionReason.self)),
            Schema.Field("note", .text), Schema.Field("since", .instant),
            Schema.Field("campaign", .nullable(.id), "Whose mail told it, where one did."),
        ]))

    fileprivate var json: JSON {
        [
            "email": .string(email), "reason": JSON(suppression.reason), "note": .string(suppression.note),
            "since": JSON(suppression.since), "campaign": campaign.map { JSON($0) } ?? .null,
        ]
    }
}
