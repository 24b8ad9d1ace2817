import Foundation
import Campaigns
import Hummingbird
import Importing
import Logging
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@testable import Web

@Suite struct `Sentences for the next page` {
    /// A server with two pages: one that says two sentences in one request, and one that shows what waits.
    private func application(
        _ database: SQLiteDatabase, _ folder: TemporaryFolder, onPort: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let configuration = WebConfiguration(
            port: 0, assetsFolder: folder.file("assets"), uploadsFolder: folder.file("uploads"))
        let signer = Signer(secret: "tests")
        let site = Site(
            configuration: configuration, database: database, passwords: Passwords(cost: .insecureForTests),
            sealer: Sealer([try SealingKey(SealingKey.random())]), signer: signer, wake: Wake(),
            imports: Imports(database: database), senderTesting: ScriptedSenderTesting(),
            domainChecking: NotedDomainChecks { _, _ in }, delivery: DeliveryWatch(),
            mails: FixedMails(),
            desk: TrackingDesk(
                configuration: configuration, links: MailLinks(siteURL: "", signer: signer),
                tracking: Tracking(database: database)),
            assets: Assets(folder: folder.file("assets/static")),
            languages: try Languages(folder: folder.file("assets/languages")), streams: EventStreams(), logger: logger)
        let router = Router(context: WebContext.self)
        let routes = Routes(router: router, site: site)
        routes.get("/twice/") { visit in
            try await visit.say("The first sentence.")
            return try await visit.redirect(to: "/shown/", saying: "The second sentence.")
        }
        routes.get("/shown/") { visit in try await visit.page(Page(title: "Shown", body: "")) }
        return Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in onPort(channel.localAddress?.port ?? 0) }, logger: logger)
    }

    @Test func `are all shown, in their order, and once`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withDatabase { database in
            let token = Token()
            try await database.write { tx in
                let user = try tx.addUser(
                    NewUser(
                        userName: "ada", userKey: "ada", email: "a@example.org", emailKey: "a@example.org",
                        passwordHash: ""))
                try tx.addSession(
                    tokenHash: token.hash, csrf: Token().plaintext, user: user.id, lifetime: .seconds(3600))
            }
            let (ports, found) = AsyncStream.makeStream(of: Int.self)
            let application = try application(database, folder) { found.yield($0) }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await application.run() }
                let port = try #require(await ports.first { _ in true })
                let ada = TestBrowser(port: port)
                ada.cookies["martlet_session"] = token.plaintext
                let twice = try await ada.get("/twice/")
                #expect(twice.location == "/shown/")
                let shown = try await ada.get("/shown/").body
                let first = try #require(shown.range(of: "The first sentence."))
                let second = try #require(shown.range(of: "The second sentence."))
                #expect(first.lowerBound < second.lowerBound)
                let again = try await ada.get("/shown/").body
                #expect(!again.contains("sentence."))
                tasks.cancelAll()
                try? await tasks.waitForAll()
            }
        }
    }
}
