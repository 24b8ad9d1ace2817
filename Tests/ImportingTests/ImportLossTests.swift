import Campaigns
@testable import Importing
import Persistence
import TestSupport
import Testing

/// Steps of an import do not wait for the disk, so a server may lose the last ones with its power.
@Suite(.timeLimit(.minutes(5))) struct `An import whose database server breaks off` {
    /// Pieces of 5,000 rows, three of them, with people who are there already, twice in the file, or no addresses.
    private let file: String = {
        var lines = ["email,first_name"]
        for number in 0..<11_000 {
            lines.append(number % 2_000 == 1_999 ? "nobody,A\(number)" : "p\(number)@x.test,A\(number)")
        }
        for number in stride(from: 0, to: 11_000, by: 1_000) { lines.append("P\(number)@x.test,Last\(number)") }
        return lines.joined(separator: "\n") + "\n"
    }()

    /// What is seen of it at its end.
    private struct Outcome: Equatable {
        var details: ImportDetails
        var recipients: [RecipientFields]
        var counted: Int
    }

    @Test(arguments: TestDatabase.allCases)
    func `ends as if nothing had been, or says that the file did not arrive, whichever step is lost`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            let (undisturbed, steps) = try await outcome(database, losing: 0)
            #expect(try #require(undisturbed).details.repeated == 11)
            #expect(undisturbed?.details.changed == 40 && undisturbed?.details.same == 20)
            #expect(undisturbed?.recipients.count == 10_995)
            #expect(steps >= 6)
            var broken = 0
            for lost in 1...steps {
                guard let disturbed = try await outcome(database, losing: lost).outcome else {
                    broken += 1
                    continue
                }
                #expect(disturbed == undisturbed, "step \(lost) was lost")
            }
            // As many as the file has pieces.
            #expect(broken == 3)
        }
    }

    /// - Returns: nil where the file did not arrive, and how many steps there were that may be lost.
    private func outcome(_ database: any Database, losing lost: Int) async throws -> (outcome: Outcome?, steps: Int) {
        let fixture = try await ImportFixture(database)
        try await fixture.importAtOnce(
            "email,first_name\n" + (1...40).map { "p\($0)@x.test,before\n" }.joined()
                + (101...120).map { "p\($0)@x.test,A\($0)\n" }.joined())
        let account = fixture.account
        let forgetful = ForgetfulDatabase(database, losing: lost)
        let status: ImportStatus
        do {
            status = try await Imports(database: forgetful, signal: fixture.signal).importAtOnce(
                account: account, fileName: "people.csv", pieces: ImportFixture.pieces(file, 65_536))
        } catch DatabaseFault.server(.away) {
            let last = try #require(try await fixture.imports.recent(account: account).first)
            #expect(last.state == .failed && last.error.contains("Upload the file again"))
            #expect(try await fixture.recipients().count == 60)
            return (nil, forgetful.steps)
        }
        #expect(status.state == .finished)
        let counted = try await database.read { try $0.account(account).recipientCount() }
        var details = status.details
        details.stamp = nil
        return (
            Outcome(details: details, recipients: try await fixture.recipients(), counted: counted), forgetful.steps
        )
    }
}
