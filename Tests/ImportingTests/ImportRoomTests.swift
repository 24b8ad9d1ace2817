import Campaigns
import Dispatch
import Importing
import Persistence
import TestSupport
import Testing

/// What was staged is removed once an import has ended.
@Suite(.timeLimit(.minutes(1))) struct `What PostgreSQL keeps of a file that was imported` {
    private func size(_ fixture: ImportFixture) async throws -> Int {
        try await fixture.count("SELECT pg_total_relation_size('import_piece') - pg_indexes_size('import_piece')")
    }

    private let file = "email\n" + (0..<2_000).map { "p\($0)@x.test\n" }.joined()

    @Test func `is nothing, not even its room`() async throws {
        try await withDatabase(.postgres) { database in
            let fixture = try await ImportFixture(database)
            let empty = try await size(fixture)
            try await fixture.importAtOnce(file)
            #expect(try await size(fixture) == empty)
        }
    }

    @Test func `is the file of somebody who has not decided yet`() async throws {
        try await withDatabase(.postgres) { database in
            let fixture = try await ImportFixture(database)
            let other = try await ImportFixture(database)
            let id = try await other.begin(file)
            try await fixture.importAtOnce(file)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_piece WHERE import_id = \(id)") == 1)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_piece") == 1)
            try await other.imports.confirm(id, account: other.account)
            _ = try await other.serve(id, until: [.finished])
            #expect(try await other.recipients().count == 2_000)
        }
    }

    @Test func `goes piece by piece beside somebody who is reading it`() async throws {
        try await withDatabase(.postgres) { database in
            let fixture = try await ImportFixture(database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (isRead, reading) = AsyncStream.makeStream(of: Void.self)
                let isOver = DispatchSemaphore(value: 0)
                group.addTask {
                    // As a backup does.
                    try await database.read { tx in
                        _ = try tx.count("SELECT COUNT(*) FROM import_piece")
                        reading.finish()
                        isOver.wait()
                    }
                }
                for await _ in isRead {}
                let status = try? await fixture.importAtOnce(file)
                isOver.signal()
                #expect(status?.state == .finished)
                #expect(try await fixture.count("SELECT COUNT(*) FROM import_piece") == 0)
                try await group.waitForAll()
            }
        }
    }
}
