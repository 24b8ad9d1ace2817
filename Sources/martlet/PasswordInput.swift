import Foundation
import Server

/// A password that never was an argument, where every user of the machine could read it.
enum PasswordInput {
    static let explanation = """
        The password is asked for without showing it. Without a terminal it is the first line of standard input, or \
        MARTLET_PASSWORD from the environment.
        """

    static func read(for name: String) throws -> String {
        if let password = ProcessInfo.processInfo.environment["MARTLET_PASSWORD"], !password.isEmpty { return password }
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(), !line.isEmpty else {
                throw CommandFailure(.usage, "No password was given on standard input; give it as its first line.")
            }
            return line
        }
        let first = try ask("Password for \(name): ")
        guard try ask("Once more: ") == first else {
            throw CommandFailure(.usage, "The two passwords differ; nothing was changed.")
        }
        return first
    }

    /// Reads a line without echo. Ctrl-C reaches us as a character, so that the terminal is always set back.
    private static func ask(_ prompt: String) throws -> String {
        FileHandle.standardError.write(Data(prompt.utf8))
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while Foundation.read(STDIN_FILENO, &byte, 1) == 1 {
            switch byte {
            case 0x03: throw CommandFailure(.interrupted, "Stopped; nothing was changed.")
            case 0x0A, 0x0D: return String(decoding: line, as: UTF8.self)
            case 0x04 where line.isEmpty: throw CommandFailure(.interrupted, "Stopped; nothing was changed.")
            case 0x15: line.removeAll()
            case 0x08, 0x7F:
                while let last = line.popLast(), last & 0xC0 == 0x80 {}
            default: line.append(byte)
            }
        }
        throw CommandFailure(.interrupted, "The terminal was closed; nothing was changed.")
    }
}
