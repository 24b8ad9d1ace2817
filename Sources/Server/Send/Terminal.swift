internal import Foundation

/// Where a command writes: results to standard output, the progress to standard error.
struct Terminal: Sendable {
    /// Whether the progress can be drawn over and over on one line.
    let isInteractive: Bool

    static func ofProcess() -> Terminal { Terminal(isInteractive: isatty(STDERR_FILENO) == 1) }

    /// Columns; 80 where nobody knows.
    var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
    func note(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Over the line that was drawn before.
    func draw(_ line: String) { FileHandle.standardError.write(Data("\r\u{1B}[2K\(line)".utf8)) }
    func endDrawing() { if isInteractive { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) } }
}
