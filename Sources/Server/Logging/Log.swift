internal import Foundation
public import Logging

/// The process's log: to standard error, in one of two forms.
public enum Log {
    /// Once a process, before the first logger is made.
    public static func start(format: LogFormat, level: Logger.Level) {
        let output = LogOutput.standardError
        let isHuman = format == .human || format == .auto && output.isTerminal
        let hasColour = output.isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        LoggingSystem.bootstrap { label -> any LogHandler in
            let form: any LogLine = isHuman ? HumanLogLine(hasColour: hasColour) : JSONLogLine()
            return LineLogHandler(label: label, logLevel: level, form: form, output: output)
        }
    }

    /// For a command with a level of its own, written by name.
    public static func start(level: String) throws {
        guard let level = Logger.Level(rawValue: level.lowercased()) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "There is no log level \(printable(level)); use one of \(names).")
        }
        start(format: .auto, level: level)
    }
}
