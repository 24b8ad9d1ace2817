public import Logging
internal import NIOConcurrencyHelpers
public import NIOCore

/// "Test connection" and "Send me a test mail": does it once, and keeps the conversation to be shown.
public struct SMTPProbe: Sendable {
    /// What came of it.
    public struct Report: Sendable {
        /// Every line sent and received, passwords masked; at most `lineLimit`.
        public var transcript: [SMTPTranscriptLine]
        /// Nil when it worked.
        public var failure: SMTPFailure?
        /// One or two sentences for the person.
        public var sentence: String
        public var isSuccess: Bool { failure == nil }
    }

    /// A server could talk for ever.
    public static let lineLimit = 300

    private let server: SMTPServer

    /// - Parameter server: Its timeouts are replaced by those of `SMTPTimeouts.interactive`, unless others are given.
    public init(_ server: SMTPServer, timeouts: SMTPTimeouts = .interactive) {
        var server = server
        server.timeouts = timeouts
        self.server = server
    }

    /// Connects, encrypts and logs in as the settings say, then says goodbye.
    public func testConnection(on group: any EventLoopGroup, logger: Logger) async -> Report {
        let lines = Lines()
        do throws(SMTPFailure) {
            let connection = try await open(on: group, logger, lines)
            await connection.close()
            return Report(transcript: lines.all, failure: nil, sentence: "\(greeting) Everything works.")
        } catch {
            return Report(transcript: lines.all, failure: error, sentence: error.userMessage)
        }
    }

    /// Sends one message for good.
    public func send(
        _ message: [UInt8], _ envelope: Envelope, on group: any EventLoopGroup, logger: Logger
    ) async -> Report {
        let lines = Lines()
        do throws(SMTPFailure) {
            let connection = try await open(on: group, logger, lines)
            let outcome: SMTPOutcome
            switch await connection.offer(envelope) {
            case .refused(let refusal): outcome = refusal
            case .goAhead: outcome = await connection.deliver(message).outcome
            }
            await connection.close()
            if let failure = outcome.failure { throw failure }
            let words = outcome.reply?.description ?? ""
            return Report(
                transcript: lines.all, failure: nil,
                sentence: "\(server.host) accepted the message for \(envelope.recipient): \"\(words)\".")
        } catch {
            return Report(transcript: lines.all, failure: error, sentence: error.userMessage)
        }
    }

    private func open(
        on group: any EventLoopGroup, _ logger: Logger, _ lines: Lines
    ) async throws(SMTPFailure) -> SMTPConnection {
        try await SMTPConnection.open(server, on: group, logger: logger) { lines.append($0) }
    }

    private var greeting: String {
        let login = server.credentials.map { " and logged in as \($0.user)" } ?? ""
        return "Connected to \(server.host) on port \(server.port)\(login)."
    }

    /// The transcript, written on the event loop.
    private final class Lines: Sendable {
        private let lines = NIOLockedValueBox<[SMTPTranscriptLine]>([])

        var all: [SMTPTranscriptLine] { lines.withLockedValue { $0 } }

        func append(_ line: SMTPTranscriptLine) {
            lines.withLockedValue { if $0.count < SMTPProbe.lineLimit { $0.append(line) } }
        }
    }
}
