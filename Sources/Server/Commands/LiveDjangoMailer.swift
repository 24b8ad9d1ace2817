internal import Moving
internal import Persistence
internal import PersistencePostgres

/// The database of a djangoMailer that may be running: read in one snapshot, and never written to.
struct LiveDjangoMailer: DjangoMailerSource {
    let address: String

    func read(tables: [String: [String]], _ take: (CopyPiece) async throws -> Void) async throws {
        let export = try await PostgresExport(address: address)
        do {
            for (table, columns) in tables.sorted(by: { $0.key < $1.key }) {
                guard let there = try await export.columns(of: table) else { continue }
                let wanted = CopyTable(name: table, columns: columns.filter(there.contains))
                // A table that lacks a column is told by whoever takes its rows.
                try await take(CopyPiece(table: wanted))
                try await export.start(table, columns: wanted.columns)
                while let bytes = try await export.next() { try await take(CopyPiece(table: wanted, bytes: bytes)) }
            }
            await export.close()
        } catch {
            await export.close()
            throw error
        }
    }
}
