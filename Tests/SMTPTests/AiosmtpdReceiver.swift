import Foundation
import Glibc
import SMTP
import TestSupport

/// Python's aiosmtpd as a receiver that is not ours: STARTTLS and a login are demanded.
final class AiosmtpdReceiver {
    struct Message: Decodable {
        var sender: String
        var recipient: String
        var content: Data
        var user: String
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String {
            "aiosmtpd is missing: run `python3 -m venv .venv && .venv/bin/pip install aiosmtpd` at the top of the repository."
        }
    }

    /// Prints its port, then one JSON line for each message.
    private static let program = """
        import asyncio, base64, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
        class Handler:
            async def handle_DATA(self, server, session, envelope):
                print(json.dumps(dict(sender=envelope.mail_from or "", recipient=envelope.rcpt_tos[0],
                    content=base64.b64encode(envelope.original_content).decode(),
                    user=(session.auth_data or b"").decode())), flush=True)
                return "250 2.0.0 OK"
        def authenticate(server, session, envelope, mechanism, data):
            good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ann", "pässword".encode())
            return AuthResult(success=good, handled=False, auth_data=data.login)
        async def main():
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(sys.argv[1])
            make = lambda: SMTP(Handler(), hostname="aio.example", enable_SMTPUTF8=True, tls_context=tls,
                require_starttls=True, authenticator=authenticate, auth_required=True, auth_require_tls=True,
                auth_exclude_mechanism=sys.argv[2].split(","), loop=asyncio.get_running_loop())
            server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """

    let server: SMTPServer
    private let process: Process
    private let output: FileHandle
    private let folder: URL
    private var lines: AsyncStream<String>.Iterator

    private init(
        server: SMTPServer, process: Process, output: FileHandle, folder: URL, lines: AsyncStream<String>.Iterator
    ) {
        self.server = server
        self.process = process
        self.output = output
        self.folder = folder
        self.lines = lines
    }

    static func start(
        withoutMechanism excluded: String = "", password: String = "pässword"
    ) async throws -> AiosmtpdReceiver {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appending(path: ".venv/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else { throw Missing() }
        let certificate = try TestCertificate.localhost()
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let pem = folder.appending(path: "pair.pem")
        try Data((certificate.keyPEM + certificate.certificatePEM).utf8).write(to: pem)
        let process = Process()
        process.executableURL = python
        process.arguments = ["-c", program, pem.path, excluded]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var lines = Self.lines(output.fileHandleForReading).makeAsyncIterator()
        guard let first = await lines.next(), let port = Int(first) else {
            kill(process.processIdentifier, SIGKILL)
            throw Missing()
        }
        let server = SMTPServer(
            host: "localhost", port: port, security: .startTLS,
            credentials: SMTPCredentials(user: "ann", password: password), helloName: "client.example",
            trustedCertificatesPEM: certificate.certificatePEM)
        return AiosmtpdReceiver(
            server: server, process: process, output: output.fileHandleForReading, folder: folder, lines: lines)
    }

    /// The next message, as soon as it is there.
    func next() async throws -> Message? {
        guard let line = await lines.next() else { return nil }
        return try JSONDecoder().decode(Message.self, from: Data(line.utf8))
    }

    /// Killed, and not waited for: SIGTERM may be blocked in a child of a thread of the test's, and waiting for one
    /// blocks that thread for all tests.
    func stop() {
        // Before the pipe is closed: Dispatch must not watch a descriptor that is gone.
        output.readabilityHandler = nil
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    private static func lines(_ handle: FileHandle) -> AsyncStream<String> {
        AsyncStream { continuation in
            let buffer = LineBuffer()
            handle.readabilityHandler = { handle in
                let data = handle.readSome()
                if data.isEmpty {
                    handle.readabilityHandler = nil
                    continuation.finish()
                }
                for line in buffer.add(data) { continuation.yield(line) }
            }
        }
    }

    /// Touched by one callback at a time.
    private final class LineBuffer: @unchecked Sendable {
        private var rest = Data()

        func add(_ data: Data) -> [String] {
            rest.append(data)
            var lines: [String] = []
            while let end = rest.firstIndex(of: 0x0A) {
                lines.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                rest = Data(rest[(end + 1)...])
            }
            return lines
        }
    }
}
