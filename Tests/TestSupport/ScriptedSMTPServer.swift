internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
internal import TLS

/// A server that follows a script, line by line, whatever the client thinks of it. One script for each connection.
///
///     S: 220 hello            sends a line
///     C: EHLO                 waits for a line that begins so (case counts)
///     C:                      waits for an empty line
///     M:                      waits for a message and its final dot
///     B:                      waits for BDAT … LAST and so many bytes
///     RAW: 250 a\r\n250 b     sends bytes; \r \n \0 are escapes
///     AWAIT                   waits for anything, and forgets it
///     DEAF                    reads nothing more, so that the client cannot write on
///     TLS                     does a TLS handshake as the server
///     CLOSE                   closes the connection
///     RESET                   resets it
///     SILENCE                 never says anything more
///
/// A script that has ended closes the connection.
public final class ScriptedSMTPServer: Sendable {
    enum Step: Sendable {
        case send(String), expect(String), expectNothing, message, chunk, anything, deaf, tls, close, reset, silence
    }

    public let port: Int
    private let channel: any Channel
    private let log: NIOLockedValueBox<Log>

    struct Log: Sendable {
        var heard: [String] = []
        var problems: [String] = []
        var messages: [[UInt8]] = []
    }

    /// Every line the client sent outside messages.
    public var heard: [String] { log.withLockedValue { $0.heard } }
    /// Where the client did not follow the script.
    public var problems: [String] { log.withLockedValue { $0.problems } }
    /// The messages as they came over the wire, dots doubled, without the final one.
    public var messages: [[UInt8]] { log.withLockedValue { $0.messages } }

    private init(port: Int, channel: any Channel, log: NIOLockedValueBox<Log>) {
        self.port = port
        self.channel = channel
        self.log = log
    }

    /// - Parameter implicitTLS: whether TLS comes before the script.
    public static func start(
        _ script: String, certificate: TestCertificate? = nil, implicitTLS: Bool = false
    ) async throws -> ScriptedSMTPServer {
        let steps = try parse(script)
        let log = NIOLockedValueBox(Log())
        let tls = try certificate.map { try $0.serverContext() }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    if implicitTLS, let tls {
                        try child.pipeline.syncOperations.addHandler(TLSHandler(server: tls))
                    }
                    try child.pipeline.syncOperations.addHandler(
                        ScriptedSMTPServerHandler(steps: steps, tls: tls, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedSMTPServer(port: channel.localAddress?.port ?? 0, channel: channel, log: log)
    }

    public func stop() async { try? await channel.close() }

    static func parse(_ script: String) throws -> [Step] {
        try script.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.map { line in
            if line.hasPrefix("S: ") { return .send(line.dropFirst(3) + "\r\n") }
            if line.hasPrefix("C: ") { return .expect(String(line.dropFirst(3))) }
            if line.hasPrefix("RAW: ") { return .send(unescaped(String(line.dropFirst(5)))) }
            switch line {
            case "C:": return .expectNothing
            case "M:": return .message
            case "B:": return .chunk
            case "AWAIT": return .anything
            case "DEAF": return .deaf
            case "TLS": return .tls
            case "CLOSE": return .close
            case "RESET": return .reset
            case "SILENCE": return .silence
            default: throw ScriptProblem(line: String(line))
            }
        }
    }

    private static func unescaped(_ text: String) -> String {
        var text = text
        text.replace("\\r", with: "\r")
        text.replace("\\n", with: "\n")
        text.replace("\\0", with: "\0")
        return text
    }
}

struct ScriptProblem: Error, CustomStringConvertible {
    var line: String
    var description: String { "\"\(line)\" is no step of a script." }
}
