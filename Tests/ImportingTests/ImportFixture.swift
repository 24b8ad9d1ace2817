import Campaigns
import Importing
import Logging
import Persistence
import ServiceLifecycle
import TestSupport

/// An account, its imports, and a file that arrives in pieces.
struct ImportFixture: Sendable {
    let database: any Database
    let account: Account.ID
    let imports: Imports
    let signal: ImportSignal

    init(_ database: any Database) async throws {
        self.database = database
        signal = ImportSignal()
        imports = Imports(database: database, signal: signal)
        account = try await SeededAccount(database).account
    }

    func begin(_ text: String, pieces: Int = 1000) async throws -> Import.ID {
        try await imports.begin(account: account, fileName: "people.csv", pieces: Self.pieces(text, pieces))
    }

    @discardableResult
    func importAtOnce(_ text: String, mapping: [RecipientField: Int]? = nil) async throws -> ImportStatus {
        try await imports.importAtOnce(
            account: account, fileName: "people.csv", pieces: Self.pieces(text, 4096), mapping: mapping)
    }

    static func pieces(_ text: String, _ size: Int) -> AsyncStream<ArraySlice<UInt8>> {
        AsyncStream { continuation in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                continuation.yield(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            continuation.finish()
        }
    }

    /// Runs the service until the import is in one of `states`.
    func serve(_ id: Import.ID, until states: Set<ImportState>) async throws -> ImportStatus {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let group_ = ServiceGroup(
                services: [ImportService(database: database, signal: signal, logger: .quiet)], logger: .quiet)
            group.addTask { try await group_.run() }
            let status = try await wait(for: id, states)
            await group_.triggerGracefulShutdown()
            try await group.waitForAll()
            return status
        }
    }

    /// Looks until the import is in one of `states`; the test's time limit ends it otherwise.
    func wait(for id: Import.ID, _ states: Set<ImportState>) async throws -> ImportStatus {
        while true {
            if let status = try await imports.status(id, account: account), states.contains(status.state) {
                return status
            }
            await Task.yield()
        }
    }

    func recipients() async throws -> [RecipientFields] {
        let account = account
        return try await database.read { transaction in
            try transaction.rows(
                """
                SELECT email, first_name, last_name, company, country, city, free_field1, free_field2, free_field3
                FROM recipient WHERE account_id = \(account) ORDER BY email_key
                """
            ) { row in
                var fields = RecipientFields(email: "")
                for field in RecipientField.allCases { fields[field] = try row.string(field.index) }
                return fields
            }
        }
    }

    func count(_ sql: SQL) async throws -> Int { try await database.read { try $0.count(sql) } }
}

extension Logger {
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Runs `body` on each database, SQLite first.
func withImports(_ body: (ImportFixture) async throws -> Void) async throws {
    for kind in TestDatabase.allCases {
        try await withDatabase(kind) { try await body(ImportFixture($0)) }
    }
}
