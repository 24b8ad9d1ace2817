internal import Foundation

/// A PgBouncer in transaction pooling before a PostgreSQL server, with fewer connections to it than it gives out. It ends
/// when this process does, in whatever way: a shell waits for the end of a pipe.
public struct TestPgBouncer: Sendable {
    private let process: Process
    private let life: Pipe
    private let folder: TemporaryFolder
    private let port: Int

    /// - Parameter address: of a database of the server behind it.
    public static func started(before address: String) async throws -> TestPgBouncer {
        guard let server = URLComponents(string: address), let serverPort = server.port else {
            throw TestPostgresProblem(sentence: "\(address) is no address.")
        }
        let folder = try TemporaryFolder()
        let port = KnotServer.freePort()
        try Data("\"martlet\" \"martlet\"\n".utf8).write(to: URL(fileURLWithPath: folder.file("users.txt")))
        try Data(
            """
            [databases]
            * = host=127.0.0.1 port=\(serverPort)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = \(folder.file("users.txt"))
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 100
            \(geteuid() == 0 ? "user = nobody" : "")

            """.utf8
        ).write(to: URL(fileURLWithPath: folder.file("pgbouncer.ini")))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            """
            PATH=$PATH:/usr/sbin; exec 3<&0; pgbouncer -q "$0" 3<&- & bouncer=$!
            cat <&3; kill -KILL $bouncer
            """, folder.file("pgbouncer.ini"),
        ]
        let life = Pipe()
        process.standardInput = life
        // Whoever runs the tests waits until nobody has these any more.
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bouncer = TestPgBouncer(process: process, life: life, folder: folder, port: port)
        for _ in 1...200 {
            if (try? await TestPostgres.answer(to: "SELECT 1", at: bouncer.address(of: address))) == "1" {
                return bouncer
            }
            try await Task.sleep(for: .milliseconds(25))
        }
        bouncer.stop()
        throw TestPostgresProblem(sentence: "PgBouncer did not start; run `make test` once.")
    }

    /// The way through it to a database of the server behind it.
    public func address(of database: String) -> String {
        var parts = URLComponents(string: database)
        parts?.port = port
        return parts?.string ?? database
    }

    public func stop() {
        // Not by a signal: children of our threads have most of them blocked.
        try? life.fileHandleForWriting.close()
        folder.remove()
    }
}
