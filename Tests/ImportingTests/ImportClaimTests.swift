import Campaigns
import Importing
import Persistence
import ServiceLifecycle
import TestSupport
import Testing

/// Two who work on one import each do what the other has just done: both are slower than one alone.
@Suite(.timeLimit(.minutes(5))) struct `Who works on an import` {
    /// An address comes twice, so that it has to be looked through.
    private let file =
        "email,first_name\n" + (0..<12_000).map { "p\($0)@x.test,A\($0)\n" }.joined() + "P0@x.test,Last\n"

    @Test func `is one at a time, until he is silent or lets go`() async throws {
        try await withImports { fixture in
            let clock = ClockedDatabase(fixture.database, at: try await fixture.database.read { try $0.now })
            let account = fixture.account
            let id = try await clock.write { try $0.account(account).createImport(fileName: "a.csv") }
            func claim(_ worker: String) async throws -> Bool {
                try await clock.write { try $0.claimImport(id, for: worker) }
            }
            #expect(try await claim("one"))
            #expect(try await !claim("two"))
            clock.advance(by: .seconds(9))
            #expect(try await claim("one"))
            clock.advance(by: .seconds(9))
            #expect(try await !claim("two"))
            clock.advance(by: .seconds(1))
            #expect(try await claim("two"))
            #expect(try await !claim("one"))
            try await clock.write { try $0.releaseImports(of: "two") }
            #expect(try await claim("one"))
        }
    }

    @Test func `is the command, beside which a server leaves it alone`() async throws {
        try await withImports { fixture in
            try await withService(fixture.database, fixture.signal) {
                let status = try await fixture.importAtOnce(file)
                #expect(status.state == .finished)
            }
            let worker = try await fixture.database.read {
                try $0.one("SELECT worker FROM import") { try $0.string(0) }
            }
            #expect(worker.hasPrefix("command "))
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == 12_000)
        }
    }

    @Test func `is the server, once a command that was killed has been silent`() async throws {
        try await withImports { fixture in
            let clock = ClockedDatabase(fixture.database, at: try await fixture.database.read { try $0.now })
            let later = Imports(database: clock, signal: fixture.signal)
            let id = try await later.begin(
                account: fixture.account, fileName: "a.csv", pieces: ImportFixture.pieces(file, 65_536))
            _ = try await clock.write { try $0.claimImport(id, for: "command 1") }
            clock.advance(by: .seconds(11))
            try await withService(clock, fixture.signal) { _ = try await fixture.wait(for: id, [.ready]) }
        }
    }

    private func withService(
        _ database: any Database, _ signal: ImportSignal, _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let services = ServiceGroup(
                services: [ImportService(database: database, signal: signal, logger: .quiet)], logger: .quiet)
            group.addTask { try await services.run() }
            try await body()
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }
}
