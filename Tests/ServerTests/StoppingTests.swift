import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@testable import Server

@Suite(.timeLimit(.minutes(2))) struct `A server that is told to stop` {
    /// A demo with its running campaign, and a session in it.
    private func demo(in folder: TemporaryFolder) async throws -> (process: MartletProcess, port: Int, cookie: String) {
        let demo = try MartletProcess(["demo", "--port", "0"], in: folder)
        let greeting = try #require(await demo.nextLine())
        let port = try #require(greeting.split(separator: ":").last.flatMap { Int($0) })
        _ = await demo.nextLine()
        let token = Token()
        let (database, _) = try await DatabaseOpening.open(path: folder.file("data-demo/martlet.sqlite"))
        try await database.write { tx in
            guard let user = try tx.user(withKey: "demo")?.user else { throw DatabaseFault.noRow }
            try tx.addSession(
                tokenHash: token.hash, csrf: Token().plaintext, user: user.id, lifetime: .seconds(3600))
        }
        try await database.close()
        return (demo, port, "martlet_session=\(token.plaintext)")
    }

    private func timeToEnd(_ process: MartletProcess) async throws -> (Duration, MartletProcess.End) {
        let clock = ContinuousClock()
        let start = clock.now
        process.send(SIGTERM)
        let end = try await process.end()
        return (clock.now - start, end)
    }

    @Test func `ends open streams, idle connections and what it was sending, within seconds`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (process, port, cookie) = try await demo(in: folder)
        var connections: [RawConnection] = []
        for path in ["/live/", "/live/", "/campaigns/2/live/", "/campaigns/2/live/"] {
            let connection = try RawConnection(port: port)
            connection.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nCookie: \(cookie)\r\n\r\n")
            let beginning = await connection.received(upTo: "event: ")
            #expect(beginning.contains("text/event-stream"), "\(path): \(beginning.prefix(200))")
            connections.append(connection)
        }
        let idle = try RawConnection(port: port)
        idle.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
        #expect(await idle.received(upTo: "200").contains("200"))
        let silent = try RawConnection(port: port)
        connections += [idle, silent]

        let (time, end) = try await timeToEnd(process)
        #expect(end.status == 0, "\(end.errors)")
        #expect(time < .seconds(5), "\(time)")
        withExtendedLifetime(connections) {}
    }

    @Test func `does not wait for a form that never comes to its end`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder)
        let port = try #require(await server.nextLine().flatMap { Int($0) })
        let half = try RawConnection(port: port)
        half.send(
            """
            POST /accounts/login/ HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Content-Type: application/x-www-form-urlencoded\r
            Content-Length: 1000\r
            \r
            csrfmiddlewaretoken=
            """)
        // Another connection is answered meanwhile, so the half one has reached its handler.
        let other = try RawConnection(port: port)
        other.send("GET /ready HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
        #expect(await other.received(upTo: "200").contains("200"))

        let (time, end) = try await timeToEnd(server)
        #expect(end.status == 0, "\(end.errors)")
        #expect(time < .seconds(8), "\(time)")
        withExtendedLifetime(half) {}
    }
}
