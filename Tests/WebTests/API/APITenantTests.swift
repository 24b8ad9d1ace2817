import Campaigns
import HTTPTypes
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `Accounts do not see each other by the API` {
    @Test func `every address with an id of another account is not found, and nothing changes`() async throws {
        try await withSite { site in
            _ = try await site.member("eve")
            _ = try await site.member("ada")
            let things = try await site.furnish("ada")
            let eve = try await site.program("eve")
            let ada = try await site.program("ada")
            for route in APIRoute.all where route.path.contains("{id}") {
                let path = route.path.replacing("{id}", with: things.id(of: route)).replacing("{file}", with: "1")
                let answer = try await eve.send(
                    .init(rawValue: route.method.rawValue), path, route.method == .get ? nil : things.body(of: route))
                #expect(answer.status == 404 && answer.code == "not_found", "\(route.method) \(path): \(answer.text)")
                for secret in Furniture.secrets { #expect(!answer.text.contains(secret), "\(path)") }
                guard route.method == .get else { continue }
                let own = try await ada.get(path)
                #expect(own.status == 200, "\(path) of its owner")
            }
            let left = try await site.database.read { [account = things.account] tx in
                let scope = tx.account(account)
                return (try scope.counts(), try scope.messages(limit: 10).map(\.state))
            }
            #expect(left.0.recipients == 1 && left.0.templates == 1 && left.0.campaigns == 1)
            #expect(left.1 == [.ready])
        }
    }

    @Test func `an id of another account in a body or a parameter is not found or finds nothing`() async throws {
        try await withSite { site in
            _ = try await site.member("eve")
            _ = try await site.member("ada")
            let adas = try await site.furnish("ada")
            let eves = try await site.furnish("eve")
            let eve = try await site.program("eve")
            let before = try await site.counts("eve")
            for (path, body) in [
                ("/campaigns", ["name": "x", "template_id": JSON(adas.template)]),
                (
                    "/campaigns",
                    [
                        "name": "x", "template_id": JSON(eves.template),
                        "audience": ["recipients": [JSON(adas.recipient)]],
                    ]
                ),
                ("/messages", ["recipient": .string("\(adas.recipient)"), "template_id": JSON(eves.template)]),
                ("/messages", ["recipient": "eve-private@example.org", "template_id": JSON(adas.template)]),
            ] as [(String, JSON)] {
                let answer = try await eve.post(path, body)
                #expect(answer.status == 404 && answer.code == "not_found", "\(path): \(answer.text)")
            }
            let foreign = try await eve.get("/attempts?campaign=\(adas.campaign)")
            #expect(foreign.status == 404)
            for path in [
                "/recipients?after=\(adas.recipient)", "/recipients?q=ada-private",
                "/templates?before=\(adas.template)",
                "/campaigns?before=\(adas.campaign)", "/messages?after=\(adas.campaign)-\(adas.recipient)",
                "/attempts?email=ada-private", "/campaigns/\(eves.campaign)/messages?after=\(adas.recipient)",
                "/account",
                "/senders",
            ] {
                let answer = try await eve.get(path)
                #expect(answer.status == 200, "\(path)")
                for secret in Furniture.secrets { #expect(!answer.text.contains(secret), "\(path)") }
            }
            #expect(try await site.counts("eve") == before)
        }
    }
}

extension Furniture {
    /// The id that a route of the API takes.
    func id(of route: APIRoute) -> String {
        switch route.path.split(separator: "/").first {
        case "senders": "\(sender)"
        case "recipients": "\(recipient)"
        case "templates": "\(template)"
        case "campaigns": "\(campaign)"
        case "files": "\(file)"
        default: "\(message)"
        }
    }

    /// What a route of the API asks for.
    func body(of route: APIRoute) -> JSON {
        guard case .object(let fields) = route.body else { return [:] }
        return .object(
            fields.filter(\.isRequired).map { field in
                let value: JSON =
                    switch field.schema {
                    case .choice(let choices): .string(choices[0])
                    case .string: "x"
                    default: .integer(1)
                    }
                return JSON.Member(name: field.name, value: value)
            })
    }
}
