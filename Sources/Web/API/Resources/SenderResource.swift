import Campaigns
import HTTPTypes
import Persistence

extension APIRoute {
    /// How the account sends. The settings themselves, and above all the secrets, are the page's.
    static var senders: [APIRoute] {
        [
            .get(
                "/senders", "listSenders", "All senders; the first is the default one.", tag: "Senders",
                answer: .page(of: SenderNow.schema)
            ) { call in
                _ = try await call.senderNow()
                let senders = try await call.read { scope in
                    try scope.senders().map { try SenderNow(scope, $0) }
                }
                return APIAnswer(["items": .array(senders.map(\.json)), "next": nil])
            },
            .get(
                "/senders/{id}", "getSender", "One sender and what it is doing.", tag: "Senders",
                answer: SenderNow.schema
            ) {
                try await $0.sender()
            },
            .change(
                .post, "/senders/{id}/pause", "pauseSender", "Stops the sender. Nobody fails because of it.",
                tag: "Senders", answer: SenderNow.schema
            ) { call in
                let id: Sender.ID = try await call.senderID()
                try await SenderPausing(actor: call, sender: id).pause()
                return try await call.sender()
            },
            .change(
                .post, "/senders/{id}/resume", "resumeSender", "Lets the sender go on.", tag: "Senders",
                answer: SenderNow.schema
            ) { call in
                let id: Sender.ID = try await call.senderID()
                try await SenderPausing(actor: call, sender: id).resume()
                return try await call.sender()
            },
        ]
    }
}

extension APICall {
    fileprivate func senderID() async throws -> Sender.ID {
        let id: Sender.ID = try id()
        guard try await read({ try $0.sender(id) }) != nil else { throw Refusal.notFound }
        return id
    }

    fileprivate func sender() async throws -> APIAnswer {
        let id: Sender.ID = try id()
        let now = try await read { scope in try scope.sender(id).map { try SenderNow(scope, $0) } }
        guard let now else { throw Refusal.notFound }
        return APIAnswer(now.json)
    }
}

extension SenderNow {
    static let schema = Schema.named(
        "Sender",
        .object([
            Field("id", .id), Field("kind", .oneOf(SenderRecord.Kind.self), "A rehearsal sends nothing."),
            Field("from_name", .text), Field("from_email", .text),
            Field("reply_to", .text, "Where answers go; empty for the From address."), Field("host", .text),
            Field("port", .count),
            Field("security", .oneOf(SenderRecord.Security.self)),
            Field(
                "state", .oneOf(SenderSituation.self),
                "Paused: until somebody resumes it; all others go on by themselves. Resting: its server cannot be had."),
            Field("reason", .text, "Why it is paused or rests; empty for nothing."),
            Field("rests_until", .nullable(.instant)), Field("open_connections", .count),
            Field("connection_limit", .count, "What the server was found to take now."),
            Field("max_connections", .count), Field("sent_in_last_minute", .count), Field("sent_in_last_hour", .count),
            Field("max_per_hour", .count), Field("spreads_evenly", .boolean),
            Field(
                "warm_up",
                .nullable(
                    .object([
                        Field("day", .count), Field("sent_today", .count),
                        Field("limit_today", .nullable(.count), "Null when the hourly limit alone holds."),
                    ]))),
            Field("unknown_policy", .oneOf(UnknownPolicy.self)),
            Field("hello_name", .text, "What EHLO says; empty for the machine’s name."),
            Field("return_domain", .text, "Where bounces go, bounce+…@ there; empty for the From address."),
            Field("site_connections", .count, "To one receiving system at once, for a direct sender."),
            Field("site_messages", .count, "Over one connection, for a direct sender."),
        ]))

    private typealias Field = Schema.Field

    fileprivate var json: JSON {
        let isPaused = !record.pausedReason.isEmpty
        let warmUp: JSON =
            record.warmUp.map { plan in
                [
                    "day": JSON(plan.day(at: time)), "sent_today": JSON(usedInWarmUpDay),
                    "limit_today": JSON(warmUpLimit),
                ]
            } ?? .null
        return [
            "id": JSON(record.id), "kind": JSON(record.kind), "from_name": .string(record.fromName),
            "from_email": .string(record.fromEmail), "reply_to": .string(record.replyTo), "host": .string(record.host),
            "port": JSON(record.port),
            "security": JSON(record.security), "state": JSON(situation),
            "reason": .string(isPaused ? record.pausedReason : activity?.reason ?? ""),
            "rests_until": JSON(activity?.restsUntil), "open_connections": JSON(activity?.openConnections ?? 0),
            "connection_limit": JSON(activity?.connectionLimit ?? record.maxConnections),
            "max_connections": JSON(record.maxConnections), "sent_in_last_minute": JSON(usedInLastMinute),
            "sent_in_last_hour": JSON(usedInLastHour), "max_per_hour": JSON(record.maxPerHour),
            "spreads_evenly": .bool(record.spreadsEvenly), "warm_up": warmUp,
            "unknown_policy": JSON(record.unknownPolicy), "hello_name": .string(record.helloName),
            "return_domain": .string(record.returnDomain), "site_connections": JSON(record.siteConnections),
            "site_messages": JSON(record.siteMessages),
        ]
    }
}
