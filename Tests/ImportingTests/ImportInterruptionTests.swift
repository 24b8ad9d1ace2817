import Campaigns
@testable import Importing
import Persistence
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `An import that is interrupted` {
    /// Enough rows for three pieces of work.
    private static let rows = 12_000

    private func file(_ name: String, from first: Int = 0) -> String {
        "email,first_name\n" + (first..<Self.rows).map { "p\($0)@x.test,\(name)\($0)\n" }.joined()
    }

    /// One piece of work; while applying, only so many batches of 5,000 rows, as if the process ended then.
    private func step(
        _ fixture: ImportFixture, _ id: Import.ID, batches: Int = .max, window: Int = ImportApplication.window,
        batch: Int = 5_000, lanes: Int? = nil
    ) async throws {
        let account = fixture.account
        let record = try #require(try await fixture.database.read { try $0.account(account).importRecord(id) })
        let left = Mutex(batches)
        let worker = ImportWorker(
            database: fixture.database,
            shouldStop: {
                left.withLock { left in
                    left -= 1
                    return left < 0
                }
            },
            progress: { _ in }, window: window, batch: batch, lanes: lanes)
        _ = try await worker.step(record)
    }

    @Test func `goes on where it was after a restart`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file("A"), pieces: 65_536)
            try await step(fixture, id)
            try await fixture.imports.confirm(id, account: fixture.account)
            try await step(fixture, id, batches: 1)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == 5_000)
            let finished = try await fixture.serve(id, until: [.finished])
            #expect(finished.details.done == Self.rows)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == Self.rows)
        }
    }

    /// A version with other windows sorts other rows together.
    @Test func `goes on in the order that it was begun in`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file("A"), pieces: 65_536)
            try await step(fixture, id)
            try await fixture.imports.confirm(id, account: fixture.account)
            try await step(fixture, id, batches: 1, window: 2)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == 5_000)
            let finished = try await fixture.serve(id, until: [.finished])
            #expect(finished.details.done == Self.rows)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == Self.rows)
        }
    }

    /// On a server two batches are written at the same time.
    @Test
    func `writes each row once where batches are written beside each other, stop, and meet an address that came since`()
        async throws
    {
        try await withDatabase(.postgres) { database in
            let fixture = try await ImportFixture(database)
            let account = fixture.account
            let id = try await fixture.begin(file("A"), pieces: 65_536)
            try await step(fixture, id)
            try await database.write { tx in
                _ = try tx.account(account).addRecipient(RecipientFields(email: "p7000@x.test"), key: "p7000@x.test")
            }
            try await fixture.imports.confirm(id, account: account)
            var steps = 0
            while try await fixture.imports.status(id, account: account)?.state == .applying {
                try await step(fixture, id, batches: 5, window: 2, batch: 700, lanes: 3)
                steps += 1
            }
            #expect(steps >= 4)
            let status = try #require(try await fixture.imports.status(id, account: account))
            #expect(status.state == .finished && status.details.done == Self.rows)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == Self.rows)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient WHERE first_name LIKE 'A%'") == Self.rows)
            let counted = try await database.read { try $0.account(account).recipientCount() }
            #expect(counted == Self.rows)
        }
    }

    @Test func `leaves nothing behind when it is cancelled half way`() async throws {
        try await withImports { fixture in
            try await fixture.importAtOnce(
                "email,first_name,city\np1@x.test,Before,Köln\np7000@x.test,Later,\nq@x.test,Other,\n")
            let before = try await fixture.recipients()
            let id = try await fixture.begin(file("A"), pieces: 65_536)
            try await step(fixture, id)
            try await fixture.imports.confirm(id, account: fixture.account)
            try await step(fixture, id, batches: 1)
            try await step(fixture, id, batches: 1)
            #expect(try await fixture.recipients().count > 9_000)
            try await fixture.imports.cancel(id, account: fixture.account)
            _ = try await fixture.serve(id, until: [.cancelled])
            #expect(try await fixture.recipients() == before)
            await #expect(throws: ImportFault.wrongState(.cancelled)) {
                try await fixture.imports.confirm(id, account: fixture.account)
            }
        }
    }

    @Test func `changes nothing when it is cancelled before it was confirmed`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(file("A"), pieces: 65_536)
            try await fixture.imports.cancel(id, account: fixture.account)
            try await step(fixture, id)
            try await step(fixture, id)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == 0)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_row") == 0)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_piece") == 0)
        }
    }

    @Test func `keeps nothing of an upload that broke off`() async throws {
        struct Broken: Error {}
        try await withImports { fixture in
            let text = Array(file("A").utf8)
            let pieces = AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield(text)
                continuation.finish(throwing: Broken())
            }
            await #expect(throws: Broken.self) {
                try await fixture.imports.begin(account: fixture.account, fileName: "x.csv", pieces: pieces)
            }
            let status = try #require(try await fixture.imports.recent(account: fixture.account).first)
            #expect(status.state == .failed)
            #expect(status.error.hasPrefix("The upload broke off"))
            while try await fixture.count("SELECT COUNT(*) FROM import WHERE cursor >= 0") > 0 {
                try await step(fixture, status.id)
            }
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_row") == 0)
        }
    }

    @Test func `tidies up what it staged, but for the rows that were wrong`() async throws {
        try await withImports { fixture in
            let status = try await fixture.importAtOnce(file("A") + "bad,x\n")
            #expect(status.state == .finished)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_row") == 1)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import_piece") == 0)
            #expect(try await fixture.count("SELECT COUNT(*) FROM import WHERE cursor >= 0") == 0)
        }
    }

    @Test func `a file with ten thousand repetitions imports each address once`() async throws {
        try await withImports { fixture in
            let status = try await fixture.importAtOnce(
                file("A") + file("B", from: 2_000).dropFirst("email,first_name\n".count))
            #expect(status.details.repeated == 10_000 && status.details.new == Self.rows)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient WHERE first_name LIKE 'B%'") == 10_000)
        }
    }
}
