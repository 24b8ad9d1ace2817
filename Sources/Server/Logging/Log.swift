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
            if isHuman {
                return HumanLogHandler(label: label, logLevel: level, output: output, hasColour: hasColour)
            }
            return JSONLogHandler(label: label, logLevel: level, output: output)
        }
    }
}
