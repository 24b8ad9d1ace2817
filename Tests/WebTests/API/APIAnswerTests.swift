import Campaigns
import Foundation
import HTTPTypes
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `What the API answers` {
    @Test func `is what its document says, on every route`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 4)
            let campaign = try await site.startedCampaign(account)
            try await site.put(1, of: account, into: .unknown)
            try await site.put(1, of: account, into: .delivered)
            let draft = try await site.draft(account)
            let program = try await site.program("ada")
            let unknown = try #require(try await program.get("/messages?state=unknown").items.first?["id"]?.integer)
            let ready = try #require(try await program.get("/messages?state=ready").items.first?["id"]?.integer)
            var bodies: [String: JSON] = [
                "createRecipient": ["email": "new@example.org", "first_name": "Nia"],
                "updateRecipient": ["city": "Paris"], "updateTemplate": ["subject": "Hello again"],
                "createTemplate": ["name": "T", "subject": "S", "html": "<p onclick=x>H</p>"],
                "createCampaign": [
                    "name": "C", "template_id": JSON(account.template),
                    "audience": [
                        "fields": ["city": "London"], "search": "p", "recipients": [JSON(account.recipients[0])],
                    ],
                    "scheduled_at": "2099-12-01T10:30:00+02:00",
                ],
                "settleMessages": ["state": "unknown", "settlement": "again"],
                "settleMessage": ["settlement": "delivered"],
                "addSuppressions": ["emails": ["gone@example.org"], "reason": "bounced", "note": "old"],
                "removeSuppressions": ["reason": "nonexistent", "why": "Their relay was out of order."],
            ]
            bodies["sendMail"] = ["recipient": "p1@ada.example", "template_id": JSON(account.template)]
            // Once with what needs an unknown message first, and in an order in which each one can be done.
            let order = ["settleMessage", "startCampaign", "pauseCampaign", "resumeCampaign", "cancelCampaign"]
            let routes = APIRoute.all.sorted {
                (order.firstIndex(of: $0.name) ?? 9) < (order.firstIndex(of: $1.name) ?? 9)
            }
            // Before what uses it.
            let upload = try await program.raw(.POST, "/files?name=a.txt", Array("hello".utf8), type: "text/plain")
            let file = try #require(upload.body["id"]?.integer)
            bodies["attachFile"] = ["file_id": .integer(file)]
            let changing = ["settleMessages", "deleteRecipient", "removeSuppression", "detachFile"]
            for route in routes where !changing.contains(route.name) {
                let id: String =
                    switch route.name {
                    case "startCampaign": "\(draft)"
                    case "settleMessage": "\(unknown)"
                    default:
                        switch route.path.split(separator: "/").first {
                        case "campaigns": "\(campaign)"
                        case "recipients": "\(account.recipients[1])"
                        case "templates": "\(account.template)"
                        case "senders": "\(account.sender)"
                        case "files": "\(file)"
                        default: "\(ready)"
                        }
                    }
                let path = route.path.replacing("{id}", with: id)
                let answer =
                    route.takesFile
                    ? upload
                    : try await program.send(
                        HTTPMethod(rawValue: route.method.rawValue), path,
                        route.method == .get ? nil : bodies[route.name] ?? [:])
                #expect(answer.status == route.status.code, "\(route.name): \(answer.text)")
                let problems = try #require(route.answer).problems(of: answer.body)
                #expect(problems.isEmpty, "\(route.name): \(problems) in \(answer.text)")
                if route.status == .created {
                    let location = try #require(answer.header("Location"))
                    let found = try await program.get(location)
                    #expect(found.body["id"] == answer.body["id"], "\(route.name)")
                }
            }
            let gone = try await program.send(.DELETE, "/recipients/\(account.recipients[3])")
            #expect(gone.status == 204 && gone.text.isEmpty)
            let refused = try await program.get("/recipients/\(account.recipients[3])")
            #expect(refused.status == 404 && APIProblem.schema.problems(of: refused.body).isEmpty)
        }
    }

    @Test func `is what the pages and the rows say`() async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 7)
            let campaign = try await site.startedCampaign(account)
            try await site.put(2, of: account, into: .unknown)
            try await site.put(1, of: account, into: .failed)
            let program = try await site.program("ada")
            let tally = try await program.get("/campaigns/\(campaign)").body["messages"]
            #expect(tally?["total"] == 7)
            let (counted, rows) = try await site.tallies(campaign, of: account)
            #expect(counted == rows)
            for state in MessageState.allCases {
                #expect(tally?[state.rawValue] == JSON(rows[state] ?? 0))
                let listed = try await program.get("/campaigns/\(campaign)/messages?state=\(state.rawValue)").items
                #expect(listed.count == rows[state] ?? 0, "\(state)")
                let page = try await ada.get("/campaigns/\(campaign)/messages/?state=\(state.rawValue)").body
                for message in listed { #expect(page.contains(message["email"]?.text ?? "-")) }
            }
            let board = try await program.get("/account").body
            #expect(board["recipients"] == 7 && board["messages"] == tally)
            let first = try #require(try await program.get("/messages?state=unknown").items.first?["id"]?.integer)
            let unknown = try await program.get("/messages/\(first)").body
            #expect(unknown["history"]?.elements?.last?["outcome"] == "unknown")
            #expect(unknown["reason"]?.text?.isEmpty == false && unknown["ended_at"] != .null)
        }
    }

    @Test func `as a list is walked by its next pages: all rows, each once, in the pages' order`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 9)
            let campaign = try await site.startedCampaign(account)
            for number in 1...4 { _ = try await site.draft(account, name: "Draft \(number)") }
            let program = try await site.program("ada")
            for (path, count) in [
                ("/recipients?limit=4", 9), ("/recipients?limit=2&sort=email", 9),
                ("/recipients?limit=2&sort=-name&q=p", 9),
                ("/campaigns?limit=2", 5), ("/campaigns/\(campaign)/messages?limit=4", 9),
                ("/messages?limit=2&state=ready", 9), ("/templates?limit=1", 1),
            ] {
                let whole = try await program.get(path.replacing(/limit=\d+/, with: "limit=200")).items
                var walked: [JSON] = []
                var next: String? = path
                while let address = next, walked.count <= count {
                    let page = try await program.get(address)
                    #expect(page.status == 200, "\(address): \(page.text)")
                    walked += page.items
                    next = page.body["next"]?.text
                }
                #expect(walked.count == count && walked == whole, "\(path)")
            }
        }
    }

    @Test func `to a thing that is in another state says so, and does nothing`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let account = try await site.equip("ada", recipients: 1)
            let draft = try await site.draft(account)
            let program = try await site.program("ada")
            for verb in ["pause", "resume", "cancel"] {
                let answer = try await program.post("/campaigns/\(draft)/\(verb)")
                #expect(answer.status == 409 && answer.code == "too_late", "\(verb)")
            }
            let started = try await program.post("/campaigns/\(draft)/start")
            #expect(started.body["state"] == "scheduled")
            _ = try await program.send(.DELETE, "/recipients/\(account.recipients[0])")
            let nobody = try await site.draft(account, name: "For nobody")
            let obstacle = try await program.post("/campaigns/\(nobody)/start")
            #expect(obstacle.status == 409 && obstacle.text.contains("Nobody would get this campaign"))
        }
    }

    @Test func `about a recipient follows the rules of its page`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            let made = try await program.post("/recipients", ["email": "Zoe@Example.ORG", "city": " London Town "])
            let id = try #require(made.body["id"]?.integer)
            #expect(made.body["city"] == "London Town")
            let twice = try await program.post("/recipients", ["email": "zoe@example.org"])
            #expect(twice.status == 422 && twice.fields == ["email"])
            let changed = try await program.send(.PATCH, "/recipients/\(id)", ["first_name": "Zoe"])
            #expect(changed.body["city"] == "London Town" && changed.body["first_name"] == "Zoe")
            let blocked = try await program.post("/recipients/\(id)/suppress")
            #expect(blocked.body["suppression"]?["reason"] == "blocked")
            let allowed = try await program.post("/recipients/\(id)/allow")
            #expect(allowed.body["suppression"] == .null)
            // What the person behind the address decided stays.
            let account = try await site.account(of: "ada")
            _ = try await site.database.write {
                try $0.account(account).suppress(
                    key: "zoe@example.org", email: "zoe@example.org", reason: .unsubscribed)
            }
            let kept = try await program.post("/recipients/\(id)/allow")
            #expect(kept.status == 409)
        }
    }
}

@Suite struct `The OpenAPI document` {
    @Test func `has every route that is served, and no other`() async throws {
        try await withSite { site in
            let answer = try await site.browser().get("/api/v1/openapi.json")
            let document = try JSON(reading: Array(answer.body.utf8))
            #expect(answer.status == 200 && document["openapi"] == "3.1.0")
            guard case .object(let paths) = document["paths"] else { throw CancellationError() }
            var told: Set<String> = []
            for path in paths {
                guard case .object(let operations) = path.value else { throw CancellationError() }
                for operation in operations {
                    told.insert("\(operation.name.uppercased()) \(APIRoute.root)\(path.name)")
                }
            }
            let served = site.entries.filter { $0.access == .bearer }.map { "\($0.method.rawValue) \($0.path)" }
            #expect(told == Set(served) && told.count == served.count)
            #expect(Set(APIRoute.all.map(\.name)).count == APIRoute.all.count)
        }
    }

    @Test func `refers to nothing that it does not have`() throws {
        let document = OpenAPI(routes: APIRoute.all, version: "1").document
        let text = String(decoding: document.encoded, as: UTF8.self)
        let names = Set(text.matches(of: /"#\/components\/schemas\/(\w+)"/).map { String($0.output.1) })
        #expect(names.count > 8)
        for name in names {
            #expect(document["components"]?["schemas"]?[name]?["properties"] != nil, "\(name)")
        }
    }
}
