import Campaigns
import Foundation
import FoundationNetworking
import Persistence
import PersistencePostgres
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(3))) struct `Martlet on PostgreSQL` {
    enum Way: CaseIterable {
        case direct
        case throughPgBouncer
    }

    @Test(arguments: Way.allCases)
    func `somebody registers, imports people and sends them a campaign`(_ way: Way) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = try await TestPostgres.shared.emptyDatabase()
        var environment = ["DATABASE_URL": address]
        let bouncer = way == .direct ? nil : try await TestPgBouncer.started(before: address)
        defer { bouncer?.stop() }
        if let bouncer { environment = ["DATABASE_URL": bouncer.address(of: address), "DATABASE_PREPARED": "false"] }
        let migrated = try await MartletProcess.run(["migrate"], in: folder, environment: environment)
        #expect(migrated.status == 0, "\(migrated.errors)")

        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder, environment: environment)
        let port = try #require(await server.nextLine().flatMap { Int($0) })
        let person = FormPerson(port: port)
        try await person.post(
            "/accounts/register/",
            [("username", "ada"), ("email", "ada@example.org"), ("password1", phrase), ("password2", phrase)])

        try Data("Email;Vorname\na@example.org;Zoë\nbroken;B\nc@example.org;C\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("people.csv")))
        let imported = try await MartletProcess.run(
            ["recipients", "import", "people.csv", "--user", "ada"], in: folder, environment: environment)
        #expect(imported.output.contains("3 rows: 2 new, 1 wrong."), "\(imported.errors)")
        #expect(try await person.get("/recipients/?q=ZOË").contains("a@example.org"))

        try await person.post(
            "/templates/create/",
            [
                ("name", "Offer"), ("subject", "For {first_name}"), ("body", "<p>Dear {first_name}</p>"),
                ("plain_text", ""),
            ])
        try await person.post(
            "/campaigns/create/",
            [
                ("name", "Spring"), ("template", "1"), ("selection", "all"), ("scheduled_time", ""),
                ("time_zone", "UTC"), ("action", "start"),
            ])
        let database = try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
        // The processor is for the server; the test's time limit is the limit.
        while try await database.read({ try $0.onlyCampaign()?.state }) != .finished {
            try await Task.sleep(for: .milliseconds(20))
        }
        let delivered = try await database.read { try $0.siteTally()[.delivered] }
        #expect(delivered == 2)
        #expect(try await person.get("/campaigns/1/").contains("Spring"))
        #expect(try await person.get("/logs/").contains("c@example.org"))

        let users = try await MartletProcess.run(["user", "list"], in: folder, environment: environment)
        #expect(users.output.contains("ada  ada@example.org  administrator"), "\(users.errors)")
        server.send(SIGTERM)
        let end = try await server.end()
        #expect(end.status == 0, "\(end.errors)")
        let pass = try await MartletProcess.run(["send-emails"], in: folder, environment: environment)
        #expect(pass.status == 0 && pass.output.contains("0 waiting"), "\(pass.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("data/martlet.sqlite")))
        try await database.close()
        try await TestPostgres.shared.drop(address)
    }

    @Test func `the demo has its past there too`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = try await TestPostgres.shared.emptyDatabase()
        let demo = try MartletProcess(["demo", "--port", "0"], in: folder, environment: ["DATABASE_URL": address])
        #expect(await demo.nextLine()?.hasPrefix("Martlet is ready at http://127.0.0.1:") == true)
        demo.send(SIGTERM)
        let end = try await demo.end()
        #expect(end.status == 0, "\(end.errors)")
        let states = try await TestPostgres.answer(
            to: "SELECT string_agg(state, ' ' ORDER BY id) FROM campaign", at: address)
        #expect(states == "finished sending")
        try await TestPostgres.shared.drop(address)
    }

    @Test func `djangoMailer's settings lead there as well`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = try await TestPostgres.shared.emptyDatabase()
        let parts = try #require(URLComponents(string: address))
        var environment = [
            "POSTGRES_DB": String(parts.path.dropFirst()), "POSTGRES_USER": "martlet", "POSTGRES_PASSWORD": "martlet",
            "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "\(try #require(parts.port))",
        ]
        let migrated = try await MartletProcess.run(["migrate"], in: folder, environment: environment)
        #expect(migrated.status == 0, "\(migrated.errors)")
        let tables = try await TestPostgres.answer(
            to: "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'campaign'", at: address)
        #expect(tables == "1")
        environment["POSTGRES_PASSWORD"] = "sekrit 'quoted' \\ one"
        let refused = try await MartletProcess.run(["migrate"], in: folder, environment: environment)
        #expect(refused.status == ExitStatus.configuration.rawValue)
        #expect(refused.errors.contains("refused the login") && !refused.errors.contains("sekrit"))
        try await TestPostgres.shared.drop(address)
    }

    @Test func `a server that is not there is told with what to do, and no password is shown`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let environment = ["DATABASE_URL": "postgres://ada:sekrit@127.0.0.1:1/martlet"]
        let end = try await MartletProcess.run(["serve", "--port", "0"], in: folder, environment: environment)
        #expect(end.status == ExitStatus.unavailable.rawValue)
        #expect(end.errors.contains("cannot be reached") && end.errors.contains("DATABASE_URL"))
        let check = try await MartletProcess.run(["check-config"], in: folder, environment: environment)
        #expect(check.status == 0 && check.output.contains("DATABASE_URL"))
        #expect(!(end.errors + end.output + check.errors + check.output).contains("sekrit"))
    }
}

let phrase = "a long enough passphrase"

/// Fills in forms as a browser does, cookies included.
struct FormPerson {
    let port: Int
    let session = URLSession(configuration: .ephemeral)

    func get(_ path: String) async throws -> String {
        let url = try #require(
            URL(string: "http://127.0.0.1:\(port)" + path.replacing("Ë", with: "%C3%8B")))
        let (data, _) = try await session.data(from: url)
        return String(decoding: data, as: UTF8.self)
    }

    func post(_ path: String, _ fields: [(String, String)]) async throws {
        let form = try await get(path)
        let token = try #require(form.firstMatch(of: /name="csrfmiddlewaretoken" value="([^"]+)"/)?.output.1)
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = "POST"
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        let allowed = CharacterSet.alphanumerics
        request.httpBody = Data(
            ([("csrfmiddlewaretoken", String(token))] + fields).map { name, value in
                "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
            }.joined(separator: "&").utf8)
        let (data, response) = try await session.data(for: request)
        // The way on leads to another page; a form that comes back has messages.
        #expect(response.url?.path != path && (response as? HTTPURLResponse)?.statusCode == 200, "\(path)")
        if response.url?.path == path { Issue.record("\(String(decoding: data, as: UTF8.self).suffix(3000))") }
    }
}
