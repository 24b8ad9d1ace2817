import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

@Suite struct `What is sent to the API` {
    @Test func `is refused with the names of the fields that are not right, and nothing is changed`() async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            for (path, body, fields) in [
                ("/recipients", ["email": "a@example.org", "colour": "red"], ["colour"]),
                ("/recipients", ["email": 5], ["email"]),
                ("/recipients", ["email": nil], ["email"]),
                ("/recipients", [:], ["email"]),
                ("/recipients", ["email": "no address"], ["email"]),
                ("/recipients", ["email": "a@example.org", "city": "a\u{0}b"], ["city"]),
                (
                    "/recipients", ["email": "a@example.org", "city": .string(String(repeating: "x", count: 501))],
                    ["city"]
                ),
                ("/templates", ["name": "x", "subject": "{nonsense_tag|", "html": "<p>{first_nam}</p>"], ["html"]),
                ("/templates", ["name": "x", "subject": "y", "html": ["z"]], ["html"]),
                ("/campaigns", ["name": "x", "template_id": "7"], ["template_id"]),
                ("/campaigns", ["name": "x", "template_id": -1], ["template_id"]),
                ("/campaigns", ["name": "x", "template_id": .number(1.5)], ["template_id"]),
                ("/campaigns", ["name": "x", "template_id": 1, "audience": ["sql": "1"]], ["audience.sql"]),
                (
                    "/campaigns", ["name": "x", "template_id": 1, "audience": ["recipients": [1, "2"]]],
                    ["audience.recipients[1]"]
                ),
                ("/campaigns", ["name": "x", "template_id": 1, "scheduled_at": "tomorrow"], ["scheduled_at"]),
                (
                    "/campaigns", ["name": "x", "template_id": 1, "scheduled_at": "2026-02-30T10:00:00Z"],
                    ["scheduled_at"]
                ),
                ("/messages", ["recipient": "a@example.org"], ["template_id"]),
            ] as [(String, JSON, [String])] {
                let answer = try await program.post(path, body)
                #expect(answer.status == 422 && answer.code == "invalid", "\(path) \(body): \(answer.text)")
                #expect(answer.fields == fields, "\(path) \(answer.text)")
            }
            let list = try await program.post("/recipients", [])
            #expect(list.status == 422 && list.body["error"]?["message"]?.text == "This must be an object.")
            let counts = try await site.counts("ada")
            #expect(counts == [0, 0, 0, 0])
        }
    }

    @Test func `is refused when it is no JSON, too deep, too large or not UTF-8, and the server goes on`() async throws
    {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            func status(_ bytes: [UInt8], type: String = "application/json") async throws -> (Int, String) {
                let answer = try await program.raw(.POST, "/recipients", bytes, type: type)
                return (answer.status, answer.code)
            }
            let deep = String(repeating: "[", count: 100_000)
            let object = String(repeating: #"{"a":"#, count: 1000)
            for text in [
                "{", "nonsense", #"{"email": "a@example.org",}"#, #"{"email": "\ud800"}"#, "{} {}", #"{"a": 1e999}"#,
                deep,
                object, "\u{0}", "{\"email\": \"a\u{1}b\"}",
            ] {
                let found = try await status(Array(text.utf8))
                #expect(found == (400, "not_json"), "\(text.prefix(30))")
            }
            let broken = try await status(Array(#"{"email": ""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8))
            #expect(broken == (400, "not_json"))
            let wide = try await status(
                Array("{\"email\": \"a@example.org\"}".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
            #expect(wide == (400, "not_json"))
            let form = try await status(Array("email=a@example.org".utf8), type: "application/x-www-form-urlencoded")
            #expect(form == (415, "not_json"))
            let huge = try await status(Array(repeating: UInt8(ascii: " "), count: Routes.formLimit + 1))
            #expect(huge == (413, "too_large"))
            let fine = try await status(Array(#"{"email": "a@example.org", "first_name": "\u005a\u006f\u00eb"}"#.utf8))
            #expect(fine.0 == 201)
            let list = try await program.get("/recipients")
            #expect(list.items.count == 1 && list.items[0]["first_name"] == "Zoë")
        }
    }

    @Test(arguments: [
        ("/recipients?colour=red", "unknown_parameter", "colour"), ("/recipients?limit=0", "bad_parameter", "limit"),
        ("/recipients?limit=201", "bad_parameter", "limit"), ("/recipients?limit=x", "bad_parameter", "limit"),
        ("/recipients?sort=password_hash", "bad_parameter", "sort"), ("/recipients?after=0", "bad_parameter", "after"),
        ("/messages?state=lost", "bad_parameter", "state"), ("/messages?after=12", "bad_parameter", "after"),
        ("/attempts?before=99999999999999999999", "bad_parameter", "before"),
    ])
    func `as a parameter that is unknown or wrong is refused with its name`(
        _ path: String, _ code: String, _ name: String
    ) async throws {
        try await withSite { site in
            _ = try await site.member("ada")
            let answer = try await site.program("ada").get(path)
            #expect(answer.status == 400 && answer.code == code && answer.fields == [name], "\(answer.text)")
        }
    }

    @Test func `to an address that is not there, or by a method that it does not have, is refused in JSON`()
        async throws
    {
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            let nowhere = try await program.get("/nothing")
            #expect(nowhere.status == 404 && nowhere.code == "not_found")
            let method = try await program.send(.PUT, "/recipients", [:])
            #expect(method.status == 405 && method.code == "method_not_allowed")
            #expect(method.header("Allow")?.contains("POST") == true)
            let id = try await program.get("/recipients/7'--")
            #expect(id.status == 404)
        }
    }
}
