import Campaigns
import Foundation
import Importing
import Logging
import Mail
import NIOConcurrencyHelpers
import DomainChecks
import Persistence
import PersistenceSQLite
import ServiceLifecycle
import TestSupport
import Vault

@testable import Web

/// A whole web server on a free port, with a database in a folder of its own.
struct TestSite: Sendable {
    let port: Int
    let database: SQLiteDatabase
    let folder: TemporaryFolder
    let wakes: NIOLockedValueBox<Int>
    /// What the DNS was to be asked about, in order.
    let domainChecks: NIOLockedValueBox<[String]>
    let entries: [Routes.Entry]
    let openStreams: @Sendable () async -> Int
    let tracking: Tracking

    func browser() -> TestBrowser { TestBrowser(port: port) }

    /// A browser in which a new user is logged in.
    func member(_ name: String, password: String = "a long enough phrase") async throws -> TestBrowser {
        // Made without the form, whose limit of three an hour is for strangers.
        let hash = try await Passwords(cost: .insecureForTests).hash(password)
        _ = try await database.write { tx in
            try tx.addUser(
                NewUser(
                    userName: name, userKey: name.lowercased(), email: "\(name)@example.org",
                    emailKey: "\(name.lowercased())@example.org", passwordHash: hash))
        }
        let user = try await database.read { try $0.user(withKey: name.lowercased())!.user }
        let token = Token()
        try await database.write {
            try $0.addSession(tokenHash: token.hash, csrf: Token().plaintext, user: user.id, lifetime: .seconds(3600))
        }
        let browser = browser()
        browser.cookies["martlet_session"] = token.plaintext
        return browser
    }

    /// Waits until all openings and clicks that were seen are written.
    func settleReadings() async throws {
        while tracking.hits.figures.waiting > 0 { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// The account of a user.
    func account(of name: String) async throws -> Account.ID {
        try await database.read { try $0.user(withKey: name.lowercased())!.user.account }
    }
}

/// Answers every test of a sender with what it was told.
struct ScriptedSenderTesting: SenderTesting {
    func testConnection(_ settings: SenderSettings) async -> SenderTestResult {
        SenderTestResult(
            isSuccess: settings.password == "right", sentence: "Tried \(settings.host):\(settings.port).",
            transcript: ["220 ready", "235 ok"])
    }

    func sendTestMail(_ settings: SenderSettings, to address: String) async -> SenderTestResult {
        SenderTestResult(isSuccess: true, sentence: "Sent to \(address).", transcript: ["250 ok"])
    }

    func send(_ mail: [UInt8], to address: String, by settings: SenderSettings) async -> SenderTestResult {
        let subject = ReceivedMessage(mail).subject
        return SenderTestResult(
            isSuccess: settings.password == "right", sentence: "Sent “\(subject)” to \(address).",
            transcript: ["250 ok"])
    }

    func checkNames(_ settings: SenderSettings) async -> [NameFinding] {
        settings.helloName.isEmpty
            ? [.helloIsNone(name: "localhost")]
            : [
                .helloIsElsewhere(name: settings.helloName, addresses: ["192.0.2.7"]),
                .reverseMissing(address: "192.0.2.7"),
                settings.returnDomain.isEmpty || settings.returnDomain.hasPrefix("bounces.")
                    ? .returnMail(domain: settings.returnDomain, .missing)
                    : .returnMailElsewhere(
                        domain: settings.returnDomain, hosts: ["mx.example.net"], receiver: "mail.example.org"),
            ]
    }
}

/// Writes down what it is to look at.
struct NotedDomainChecks: DomainChecking {
    let note: @Sendable (String, Account.ID) -> Void

    func begin(_ domain: String, of account: Account.ID) { note(domain, account) }
}

/// Composes the same mail for every message.
struct FixedMails: MailRendering {
    func mail(_ message: Message.ID, of account: Account.ID, isCounted: Bool, isWhole: Bool) async throws -> [UInt8]? {
        let lines = [
            "From: Ada <ada@example.org>", "To: bob@example.org", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
            "MIME-Version: 1.0", "Content-Type: text/html; charset=utf-8", "", "<p>Hello <script>alert(1)</script></p>",
            "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    func mail(_ draft: DraftMail, of account: Account.ID, isWhole: Bool) async throws -> [UInt8] {
        guard let from = try? EmailAddress(draft.fromEmail), let to = try? EmailAddress(draft.email) else {
            throw MailProblem(userMessage: "There is no such address.")
        }
        let values = MergeValues(draft.fields.normalised(), unsubscribeURL: "#", viewURL: "#")
        func filled(_ text: String, _ context: MergeTemplate.Context) -> String {
            MergeTemplate(text, as: context).rendered(values)
        }
        return OutgoingMessage(
            from: Mailbox(name: draft.fromName, address: from), to: Mailbox(name: values.fullName, address: to),
            subject: (draft.isTest ? "[Test] " : "") + filled(draft.subject, .header),
            date: Date(timeIntervalSince1970: 0),
            messageID: "draft@example.org", html: Array(filled(draft.html, .html).utf8),
            text: Array(filled(draft.plainText, .text).utf8)
        ).bytes()
    }
}

/// Runs a server on the folder's database, and ends it gracefully.
func withServer<Value>(
    in folder: TemporaryFolder, configure: (inout WebConfiguration) -> Void = { _ in },
    signer: Signer = Signer(secret: "tests"),
    _ body: (TestSite) async throws -> Value
) async throws -> Value {
    let database = try SQLiteDatabase(path: folder.file("martlet.sqlite"))
    try await database.migrate()
    let assets = folder.file("assets/static")
    try FileManager.default.createDirectory(atPath: assets, withIntermediateDirectories: true)
    try Data("body{}".utf8).write(to: URL(fileURLWithPath: assets + "/app.css"))
    var configuration = WebConfiguration(
        port: 0, assetsFolder: folder.file("assets"), uploadsFolder: folder.file("uploads"))
    configure(&configuration)
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .error
    let (ports, found) = AsyncStream.makeStream(of: Int.self)
    let wakes = NIOLockedValueBox(0)
    let checks = NIOLockedValueBox<[String]>([])
    let signal = ImportSignal()
    let tracking = Tracking(database: database)
    let service = try WebService(
        configuration: configuration, database: database, passwords: Passwords(cost: .insecureForTests),
        sealer: Sealer([try SealingKey(SealingKey.random())]), signer: signer,
        wake: Wake { wakes.withLockedValue { $0 += 1 } }, imports: Imports(database: database, signal: signal),
        senderTesting: ScriptedSenderTesting(),
        domainChecking: NotedDomainChecks { domain, account in
            checks.withLockedValue { $0.append("\(domain) of \(account)") }
        },
        mails: FixedMails(), tracking: tracking, logger: logger,
        onServerRunning: { found.yield($0) })
    let group = ServiceGroup(
        configuration: .init(
            services: [
                ImportService(database: database, signal: signal, logger: logger),
                TrackingService(
                    tracking: tracking, database: database, logger: logger, delay: .milliseconds(1),
                    interval: .milliseconds(5)), service,
            ], logger: logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
        let site = TestSite(
            port: port, database: database, folder: folder, wakes: wakes, domainChecks: checks,
            entries: service.entries,
            openStreams: { await service.openStreams }, tracking: tracking)
        let value: Value
        do {
            value = try await body(site)
        } catch {
            await group.triggerGracefulShutdown()
            _ = try? await tasks.waitForAll()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        try await database.close()
        return value
    }
}

/// A server in a folder of its own.
func withSite<Value>(
    configure: (inout WebConfiguration) -> Void = { _ in }, signer: Signer = Signer(secret: "tests"),
    _ body: (TestSite) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    return try await withServer(in: folder, configure: configure, signer: signer, body)
}
