import Campaigns
@testable import Importing
import Persistence
import Synchronization
import TestSupport
import Testing

/// A file of few rows, each as large as a row may be, or of very many columns that hold nothing.
@Suite(.timeLimit(.minutes(2))) struct `How much of a file is held at a time` {
    private static func pieces(_ text: String) -> [ImportReceiver.Received] {
        var receiver = ImportReceiver()
        receiver.take(Array(text.utf8))
        receiver.finish()
        var pieces: [ImportReceiver.Received] = []
        while let next = receiver.next() { pieces.append(next) }
        return pieces
    }

    private static func heading(_ columns: Int) -> String {
        "email," + (1..<columns).map { "c\($0)" }.joined(separator: ",") + "\n"
    }

    @Test(arguments: ["p@x.test", "nobody"])
    func `is four megabytes of good rows, and of bad ones`(_ address: String) throws {
        let cells = String(repeating: "," + String(repeating: "x", count: 449), count: 500)
        let text = Self.heading(501) + (0..<30).map { _ in "\(address)\(cells)\n" }.joined()
        let pieces = Self.pieces(text)
        #expect(pieces.count == 2)
        let most = Imports.pieceOctets + 256 * 1024
        #expect(pieces.allSatisfy { $0.piece.packed.count + $0.faults.reduce(0) { $0 + $1.cells.utf8.count } < most })
        #expect(pieces.reduce(0) { $0 + $1.piece.count + $1.faults.count } == 30)
    }

    @Test func `is nothing for cells that are not there, or are empty to the end of the row`() throws {
        let short = "a@x.test\nb@x.test,B,,\n"
        let pieces = Self.pieces(Self.heading(1000) + String(repeating: short, count: 500))
        #expect(pieces.reduce(0) { $0 + $1.piece.packed.count } < 20_000)
    }

    @Test func `a row may end before its address`() async throws {
        try await withImports { fixture in
            let status = try await fixture.importAtOnce("first_name,email,city\nAnna\nBob,b@x.test\n,c@x.test,\n")
            #expect(status.details.wrong == 1 && status.details.new == 2)
            let rows = try await fixture.imports.preview(status.id, account: fixture.account, verdicts: [.wrong])
            #expect(rows.map(\.cells) == [["Anna"]] && rows.first?.note.isEmpty == false)
            #expect(
                try await fixture.recipients() == [
                    RecipientFields(email: "b@x.test", firstName: "Bob"), RecipientFields(email: "c@x.test"),
                ])
        }
    }

    @Test func `an export that was kept from being a formula is the same when it comes back`() async throws {
        try await withImports { fixture in
            try await fixture.importAtOnce(
                "email,first_name,city\n'+a@x.test,'=1,\"x;'@cmd\"\nb@x.test,O'Neil,''-x\nc@x.test,''=2,'s\n")
            #expect(
                try await fixture.recipients() == [
                    RecipientFields(email: "+a@x.test", firstName: "=1", city: "x;@cmd"),
                    RecipientFields(email: "b@x.test", firstName: "O'Neil", city: "'-x"),
                    RecipientFields(email: "c@x.test", firstName: "'=2", city: "'s"),
                ])
        }
    }

    @Test func `windows end by their octets, and go on in the order that they were begun in`() async throws {
        try await withImports { fixture in
            let account = fixture.account
            let file = "email,first_name\n" + (0..<12_000).map { "p\($0)@x.test,A\($0)\n" }.joined()
            let id = try await fixture.begin(file, pieces: 65_536)
            _ = try await fixture.serve(id, until: [.ready])
            try await fixture.imports.confirm(id, account: account)
            let record = try #require(try await fixture.database.read { try $0.account(account).importRecord(id) })
            let left = Mutex(1)
            let application = ImportApplication(
                database: fixture.database,
                shouldStop: {
                    left.withLock { left in
                        left -= 1
                        return left < 0
                    }
                }, progress: { _ in }, windowOctets: 1,
                batch: 2_000)
            _ = try await application.run(record)
            let begun = try #require(try await fixture.imports.status(id, account: account)).details
            #expect(begun.windowPieces == 1 && begun.windowDone == 2_000 && begun.windowEnd == 1)
            let finished = try await fixture.serve(id, until: [.finished])
            #expect(finished.details.done == 12_000)
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient") == 12_000)
        }
    }
}
