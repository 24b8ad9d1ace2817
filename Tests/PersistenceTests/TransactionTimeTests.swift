import Campaigns
import Foundation
import Persistence
import TestSupport
import Testing

@Suite struct `A transaction's time` {
    @Test(arguments: TestDatabase.allCases)
    func `stands still, so that what is counted and what is written in it agree`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            let (first, second, written) = try await database.write { tx in
                let first = try tx.now
                let begun = ContinuousClock.now
                while ContinuousClock.now - begun < .milliseconds(20) {}
                return (first, try tx.now, try tx.one("SELECT \(tx.nowInSQL)") { try $0.instant(0) })
            }
            #expect(first == second && first == written)
            let next = try await database.write { try $0.now }
            #expect(next > first)
        }
    }
}
