internal import Foundation
internal import Logging

/// How an event is written as one line.
protocol LogLine: Sendable {
    /// - Parameters:
    ///   - seconds: since 1970.
    ///   - metadata: the handler's, the provider's and the event's own, in order of their names.
    func text(
        _ event: LogEvent, of label: String, at seconds: Double,
        _ metadata: [(key: String, value: Logger.MetadataValue)]
    ) -> String
}

/// Writes each event as one line, in one of the two forms.
struct LineLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    let form: any LogLine
    let output: LogOutput
    /// Seconds since 1970.
    let clock: @Sendable () -> Double

    init(
        label: String, logLevel: Logger.Level, form: any LogLine, output: LogOutput,
        clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        self.label = label
        self.logLevel = logLevel
        self.form = form
        self.output = output
        self.clock = clock
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { output.write(line(event)) }

    func line(_ event: LogEvent) -> String {
        form.text(event, of: label, at: clock(), collectedMetadata(metadata, metadataProvider, event))
    }
}
