import Foundation
import Persistence
import PersistencePostgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct `An encrypted connection to PostgreSQL` {
    @Test func `is verified to the authority and the name, or does not come about`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        func write(_ text: String, _ name: String) throws -> String {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
            return folder.file(name)
        }
        let (ours, other) = (
            try TestCertificate.make(subject: "db.example", names: "DNS:db.example"), try TestCertificate.localhost()
        )
        let authority = try write(ours.certificatePEM, "authority.pem")
        let stranger = try write(other.certificatePEM, "stranger.pem")
        let server = TestPostgres(["--fast", "--tls", authority, try write(ours.keyPEM, "key.pem")])
        let address = try await server.administration()
        func connect(to host: String, trusting file: String) async throws -> PostgresDatabase {
            let named = address.replacing("@127.0.0.1", with: "@\(host)")
            return try await PostgresDatabase(
                PostgresSettings(address: "\(named)?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=\(file)"),
                logger: .silent)
        }
        let database = try await connect(to: "db.example", trusting: authority)
        let isEncrypted = try await database.read { tx in
            try tx.one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") { try $0.bool(0) }
        }
        #expect(isEncrypted)
        try await database.close()
        for (host, file) in [("db.example", stranger), ("elsewhere.example", authority)] {
            let fault = await #expect(throws: DatabaseFault.self) { _ = try await connect(to: host, trusting: file) }
            guard case .server(.encryption)? = fault else {
                return #expect(Bool(false), "\(String(describing: fault))")
            }
            #expect(fault?.userMessage.contains("sslrootcert") == true)
        }
    }
}
