import Campaigns
import Persistence
import PersistencePostgres
import Synchronization
import TestSupport
import Testing

/// Imports on PostgreSQL write beside each other and beside whoever adds one recipient: ids do not come in the order of commits.
@Suite(.timeLimit(.minutes(2))) struct `The audience of a campaign that starts during an import` {
    private final class Start: Sendable {
        let isOver = Mutex(false)
    }

    @Test func `is frozen when what is being written is there, so that nobody comes into the middle of it later`()
        async throws
    {
        try await withDatabase(.postgres) { database in
            let fixture = try await database.write { try CampaignFixture($0, recipients: 1) }
            let account = fixture.account
            var batch = RecipientBatch(account: account, createdAt: Instant(rawValue: 1))
            for number in 0..<20 {
                let email = "imported\(number)@example.org"
                batch.append(key: email, RecipientFields(email: email))
            }
            let imported = batch
            let (isWritten, written) = AsyncStream.makeStream(of: Void.self)
            let start = Start()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await database.write { tx in
                        let scope = tx.account(account)
                        let rows = try scope.write(imported)
                        written.finish()
                        // Until the start of the campaign waits for this, or has not waited.
                        while try !start.isOver.withLock({ $0 })
                            && tx.count(
                                """
                                SELECT COUNT(*) FROM pg_locks
                                WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
                                """) == 0
                        {}
                        try scope.enter(rows)
                    }
                }
                for await _ in isWritten {}
                // Somebody else has the higher id, and is there earlier.
                try await database.write { tx in
                    let late = RecipientFields(email: "late@example.org")
                    _ = try tx.account(account).addRecipient(late, key: late.email)
                }
                let (campaign, seen) = try await database.write { tx in
                    let campaign = try fixture.begunCampaign(tx)
                    return (campaign, try tx.count("SELECT COUNT(*) FROM recipient"))
                }
                start.isOver.withLock { $0 = true }
                try await group.waitForAll()
                try await database.write { tx in while try !tx.plan(campaign, filter: AudienceFilter(), limit: 5) {} }
                let audience = try await database.read { try $0.count("SELECT audience FROM campaign") }
                #expect(seen == 22 && audience == seen)
            }
        }
    }
}
