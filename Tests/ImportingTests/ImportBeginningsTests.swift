import Campaigns
@testable import Importing
import Persistence
import TestSupport
import Testing

/// What takes the whole server down must not do so at every start.
@Suite(.timeLimit(.minutes(1))) struct `An import that the server does not survive` {
    /// Its address comes twice, so that it has to be looked through.
    private let file = "email\na@x.test\nA@x.test\n"

    private func record(_ fixture: ImportFixture, _ id: Import.ID) async throws -> ImportRecord {
        let account = fixture.account
        return try #require(try await fixture.database.read { try $0.account(account).importRecord(id) })
    }

    @Test func `is given up after three starts, while it is looked through`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file)
            for _ in 1...3 {
                #expect(try await ImportBeginnings().begin(record(fixture, id), in: fixture.database) != nil)
            }
            let status = try await fixture.serve(id, until: [.failed])
            #expect(status.error.hasPrefix("The server stopped three times while it looked through this file"))
            #expect(status.error.contains("Nothing was imported."))
            _ = try await fixture.wait(for: id, [.failed])
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == 0)
        }
    }

    @Test func `is given up after three starts, while it is applied`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file)
            _ = try await fixture.serve(id, until: [.ready])
            try await fixture.imports.confirm(id, account: fixture.account)
            for _ in 1...3 { _ = try await ImportBeginnings().begin(record(fixture, id), in: fixture.database) }
            #expect(try await fixture.serve(id, until: [.failed]).error.contains("0 of its 1 rows are imported."))
        }
    }

    @Test func `is another one than what was ended in good order, however often`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file)
            for _ in 1...5 {
                let life = ImportBeginnings()
                for _ in 1...5 {
                    #expect(try await life.begin(record(fixture, id), in: fixture.database) != nil)
                }
                try await life.takeBack(in: fixture.database)
            }
            let ready = try await fixture.serve(id, until: [.ready])
            #expect(ready.details.beginnings == nil)
        }
    }

    @Test func `counts anew once it has come further`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file)
            for _ in 1...3 { _ = try await ImportBeginnings().begin(record(fixture, id), in: fixture.database) }
            let worker = ImportWorker(database: fixture.database, shouldStop: { false }, progress: { _ in })
            _ = try await worker.step(record(fixture, id))
            #expect(try await fixture.imports.status(id, account: fixture.account)?.details.beginnings == nil)
        }
    }
}
