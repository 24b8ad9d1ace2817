import Campaigns
import Foundation
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Vault

@testable import Web

/// A program that uses the API with a token.
struct TestProgram {
    struct Answer {
        var status: Int
        var body: JSON
        var text: String
        var headers: [(name: String, value: String)]

        var code: String { body["error"]?["code"]?.text ?? "" }
        /// The names of the fields that are not right.
        var fields: [String] { (body["error"]?["fields"]?.elements ?? []).compactMap { $0["name"]?.text } }
        var items: [JSON] { body["items"]?.elements ?? [] }
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    }

    let browser: TestBrowser
    let token: String

    func get(_ path: String) async throws -> Answer { try await send(.GET, path) }

    func post(_ path: String, _ body: JSON = [:]) async throws -> Answer { try await send(.POST, path, body) }

    func send(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) async throws -> Answer {
        try await raw(method, path, body?.encoded)
    }

    func raw(
        _ method: HTTPMethod, _ path: String, _ bytes: [UInt8]?, type: String = "application/json"
    ) async throws -> Answer {
        let path = path.hasPrefix("/api/") ? path : APIRoute.root + path
        var headers = [("Authorization", "Bearer \(token)")]
        if bytes != nil { headers.append(("Content-Type", type)) }
        let answer = try await browser.send(method, path, headers, body: bytes)
        let body = answer.body.isEmpty ? JSON.null : try JSON(reading: Array(answer.body.utf8))
        return Answer(status: answer.status, body: body, text: answer.body, headers: answer.headers)
    }
}

extension TestSite {
    /// A token of a member, made without the page.
    func program(_ name: String, scope: APIToken.Scope = .write) async throws -> TestProgram {
        let user = try await database.read { try $0.user(withKey: name.lowercased())!.user }
        let secret = Token()
        _ = try await database.write {
            try $0.account(user.account).addAPIToken(name: "test", scope: scope, hash: secret.hash, user: user.id)
        }
        return TestProgram(browser: browser(), token: APIToken.shown(secret))
    }
}
