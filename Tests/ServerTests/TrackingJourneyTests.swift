import Campaigns
import Foundation
import FoundationNetworking
import Mail
import Persistence
import PersistencePostgres
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(3))) struct `From the mail to the statistics` {
    private static let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"

    /// Asks as a mail program or a browser does, and follows nothing.
    private func ask(_ port: Int, _ path: String) async throws -> HTTPURLResponse {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.setValue(Self.agent, forHTTPHeaderField: "User-Agent")
        let session = URLSession(configuration: .ephemeral, delegate: FollowingNothing(), delegateQueue: nil)
        let (_, response) = try await session.data(for: request)
        return try #require(response as? HTTPURLResponse)
    }

    /// The paths of a mail's counted addresses.
    private func paths(_ kind: String, in mail: ReceivedMessage) -> [String] {
        (mail.html ?? "").matches(of: try! Regex("/track/\(kind)/[A-Za-z0-9_-]+/")).map { String($0.0) }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what a recipient opens and follows is on the campaign's page, and survives a clean stop`(_ kind: TestDatabase)
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var environment: [String: String] = [:]
        if kind == .postgres { environment["DATABASE_URL"] = try await TestPostgres.shared.emptyDatabase() }
        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder, environment: environment)
        let port = try #require(await server.nextLine().flatMap { Int($0) })
        let person = FormPerson(port: port)
        let phrase = "a long enough phrase"
        try await person.post(
            "/accounts/register/",
            [("username", "ada"), ("email", "ada@example.org"), ("password1", phrase), ("password2", phrase)])
        try Data("Email;Company\na@example.org;Größe & Co\nb@example.org;B\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("people.csv")))
        _ = try await MartletProcess.run(
            ["recipients", "import", "people.csv", "--user", "ada"], in: folder, environment: environment)
        try await person.post(
            "/templates/create/",
            [
                ("name", "Offer"), ("subject", "Offer"),
                (
                    "body",
                    "<p><a href=\"https://shop.example/?c={company}\">Shop</a> <a href=\"mailto:x@y.example\">Mail</a></p>"
                ),
                ("plain_text", ""),
            ])
        try await person.post(
            "/campaigns/create/",
            [
                ("name", "Spring"), ("template", "1"), ("selection", "all"), ("scheduled_time", ""),
                ("time_zone", "UTC"),
                ("action", "start"),
            ])
        // The processor is for the server; the test's time limit is the limit.
        while try await !person.get("/campaigns/1/").contains("data-state=\"finished\"") {
            try await Task.sleep(for: .milliseconds(20))
        }
        let source = try await person.get("/emails/1/source/")
        let mail = ReceivedMessage(Array(source.utf8))
        let pixel = try #require(paths("pixel", in: mail).first)
        let click = try #require(paths("click", in: mail).first)
        // Nobody reads a mail within a second of its delivery: let it be one of a minute ago.
        try await age(environment, folder)
        #expect(try await ask(port, pixel).value(forHTTPHeaderField: "Content-Type") == "image/gif")
        var led = try await ask(port, click)
        // The values of the mail are looked up while the reader's browser comes again.
        while let again = led.value(forHTTPHeaderField: "Location"), again.hasPrefix("?") {
            #expect(led.statusCode == 302)
            led = try await ask(port, click)
        }
        #expect(led.statusCode == 302)
        #expect(led.value(forHTTPHeaderField: "Location") == "https://shop.example/?c=Gr%C3%B6%C3%9Fe%20&%20Co")
        while try await !person.get("/campaigns/1/statistics/").contains("https://shop.example/?c={company}") {
            try await Task.sleep(for: .milliseconds(50))
        }
        let page = try await person.get("/campaigns/1/statistics/")
        #expect(page.contains("50.0 %"), "one of two has opened")
        // The preview of somebody who is logged in counts nothing.
        let shown = try await person.get("/emails/2/html/")
        #expect(shown.contains("https://shop.example/?c=B") && !shown.contains("/track/"))

        // One more, and the server is told to stop at once.
        let other = ReceivedMessage(Array(try await person.get("/emails/2/source/").utf8))
        _ = try await ask(port, try #require(paths("pixel", in: other).first))
        server.send(SIGTERM)
        let end = try await server.end()
        #expect(end.status == 0, "\(end.errors)")
        let readings = try await readings(kind, environment, folder)
        #expect(readings[.humanOpened] == 2 && readings[.humanClicked] == 1 && readings[.opens] == 2)
    }

    /// Puts all deliveries a minute back.
    private func age(_ environment: [String: String], _ folder: TemporaryFolder) async throws {
        try await withDatabase(of: environment, folder) { database in
            _ = try await database.write { try $0.run("UPDATE message SET ended_at = ended_at - 60000000") }
        }
    }

    private func withDatabase<Value>(
        of environment: [String: String], _ folder: TemporaryFolder, _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        let database: any Database =
            if let address = environment["DATABASE_URL"] {
                try await PostgresDatabase(PostgresSettings(address: address), logger: .silent)
            } else {
                try await DatabaseOpening.open(path: folder.file("data/martlet.sqlite")).0
            }
        do {
            let value = try await body(database)
            try await database.close()
            return value
        } catch {
            try? await database.close()
            throw error
        }
    }

    private func readings(
        _ kind: TestDatabase, _ environment: [String: String], _ folder: TemporaryFolder
    ) async throws -> ReadingTally {
        let readings = try await withDatabase(of: environment, folder) { database in
            try await database.read { tx in
                try tx.account(Account.ID(rawValue: 1)).readings(of: Campaign.ID(rawValue: 1))
            }
        }
        if let address = environment["DATABASE_URL"] { try await TestPostgres.shared.drop(address) }
        return readings
    }
}

private final class FollowingNothing: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
