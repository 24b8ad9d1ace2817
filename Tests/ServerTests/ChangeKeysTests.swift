import Foundation
import Persistence
import TestSupport
import Testing
import Vault

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct `Changing the keys of an installation` {
    @Test(arguments: TestDatabase.allCases)
    func `what is sealed is opened by the new key alone, and the others' old SECRET_KEY is refused`(
        _ kind: TestDatabase
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let address = kind == .postgres ? try await TestPostgres.shared.newDatabase() : nil
        let location = try #require(
            DatabaseLocation(
                url: address ?? "sqlite:", dataFolder: folder.file("data"), workingFolder: folder.path))
        let (old, new) = ("\(SealingKey.random())", "\(SealingKey.random())")
        func run(_ command: String..., keys: String, secret: String) async throws -> MartletProcess.End {
            var environment = ["FIELD_ENCRYPTION_KEY": keys, "SECRET_KEY": secret]
            environment["DATABASE_URL"] = address
            return try await MartletProcess.run(command, in: folder, environment: environment)
        }
        let before = "a secret that is surely long enough for it"
        let after = "another secret that is long enough for it"
        #expect(try await run("migrate", keys: old, secret: before).status == 0)

        let (database, _) = try await DatabaseOpening.open(location, logger: .silent)
        try await MovingContents.seedCampaigns(database)
        try await database.write { tx in
            let (account, sender) = try tx.one("SELECT account_id, id FROM sender") {
                (try $0.int64(0), try $0.int64(1))
            }
            let sealed = try Sealer(keyText: old)
                .seal("hush", at: .senderPassword(account: account, sender: sender))
            try tx.run("UPDATE sender SET smtp_password = \(sealed)")
            let key = try Sealer(keyText: old).seal("private", at: .signingKey(account: account, key: 5))
            try tx.run(
                """
                INSERT INTO dkim_key (id, account_id, domain, selector, algorithm, bits, private_key, public_key, created_at, changed_at)
                VALUES (5, \(account), 'example.org', 's', 'rsa', 2048, \(key), 'x', 1, 1)
                """)
        }
        let locked = try await run("change-keys", keys: new, secret: after)
        #expect(locked.status == ExitStatus.configuration.rawValue)
        #expect(locked.errors.contains("Nothing was changed"), "\(locked.errors)")

        let changed = try await run("change-keys", keys: "\(new),\(old)", secret: after)
        #expect(changed.status == 0, "\(changed.errors)")
        #expect(changed.output.contains("2 stored passwords and signing keys are sealed anew"))
        #expect(changed.output.contains("SECRET_KEY is another one") == (kind == .postgres))
        let (password, key) = try await database.read { tx in
            let sealer = try Sealer(keyText: new)
            return (
                try tx.one("SELECT smtp_password, account_id, id FROM sender") {
                    try sealer.openText(
                        $0.bytes(0), at: .senderPassword(account: $0.int64(1), sender: $0.int64(2)))
                },
                try tx.one("SELECT private_key, account_id FROM dkim_key") {
                    try sealer.openText($0.bytes(0), at: .signingKey(account: $0.int64(1), key: 5))
                }
            )
        }
        #expect(password == "hush" && key == "private")
        try await database.close()

        #expect(try await run("migrate", keys: new, secret: after).status == 0)
        guard let address else { return }
        let late = try await run("migrate", keys: new, secret: before)
        #expect(late.errors.contains("SECRET_KEY is not the one"))
        try await TestPostgres.shared.drop(address)
    }
}
