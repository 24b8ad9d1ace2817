public import Logging
internal import Synchronization

/// A log that a test reads: every line at `level` and above, as it comes.
public struct RecordedLog: Sendable {
    public let logger: Logger
    private let lines: AsyncStream<String>

    public init(level: Logger.Level = .warning) {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        logger = Logger(label: "test") { _ in Handler(logLevel: level, line: line) }
    }

    /// Returns with the next line that contains the text, of those that nobody has waited for yet.
    @discardableResult
    public func wait(for text: String) async -> String {
        for await line in lines where line.contains(text) { return line }
        return ""
    }

    private struct Handler: LogHandler {
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]
        let line: AsyncStream<String>.Continuation

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { line.yield("\(event.message) \(event.metadata ?? [:])") }
    }
}
