import Dispatch
import Foundation
import Synchronization
import TestSupport

/// The real program in a process of its own.
final class MartletProcess: Sendable {
    /// How it ended.
    struct End: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    private let process: Process
    private let errorPath: String
    private let lines: AsyncStream<String>
    private let collected: Collected
    private let ended: AsyncStream<Int32>

    private final class Collected: Sendable {
        let lines = Mutex<[String]>([])
    }

    var processID: Int32 { process.processIdentifier }

    /// - Parameter folder: the working folder.
    init(_ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], input: String = "")
        throws
    {
        let process = Process()
        process.executableURL = try Self.program()
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        // Nothing of the environment of whoever runs the tests.
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path, "TZ": "UTC"].merging(environment) { $1 }
        let output = Pipe()
        let given = Pipe()
        errorPath = folder.file("stderr-\(UUID().uuidString)")
        try Data().write(to: URL(fileURLWithPath: errorPath))
        process.standardOutput = output
        process.standardInput = given
        process.standardError = FileHandle(forWritingAtPath: errorPath)
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let collected = Collected()
        (self.process, self.ended, self.lines, self.collected) = (process, ended, lines, collected)
        process.terminationHandler = {
            end.yield($0.terminationReason == .exit ? $0.terminationStatus : 128 + $0.terminationStatus)
            end.finish()
        }
        try process.run()
        given.fileHandleForWriting.write(Data(input.utf8))
        try given.fileHandleForWriting.close()
        DispatchQueue.global().async {
            var rest = Data()
            while true {
                let data = output.fileHandleForReading.readSome()
                if data.isEmpty { break }
                rest += data
                while let newline = rest.firstIndex(of: 0x0A) {
                    let text = String(decoding: rest[..<newline], as: UTF8.self)
                    rest = Data(rest[(newline + 1)...])
                    collected.lines.withLock { $0.append(text) }
                    line.yield(text)
                }
            }
            line.finish()
        }
    }

    /// The next line of standard output; nil once the process has ended.
    func nextLine() async -> String? {
        for await line in lines { return line }
        return nil
    }

    /// Waits until its log, or what else goes to standard error, has these words; the test's time limit is the limit.
    func untilItSays(_ words: String) async throws {
        while try !String(contentsOfFile: errorPath, encoding: .utf8).contains(words) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What has gone to standard error so far.
    func log() throws -> String { try String(contentsOfFile: errorPath, encoding: .utf8) }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func end() async throws -> End {
        var status: Int32 = -1
        for await value in ended { status = value }
        for await _ in lines {}
        return End(
            status: status, output: collected.lines.withLock { $0 }.joined(separator: "\n"),
            errors: try String(contentsOfFile: errorPath, encoding: .utf8))
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], input: String = ""
    ) async throws -> End {
        try await MartletProcess(arguments, in: folder, environment: environment, input: input).end()
    }

    /// Beside the test bundle, where SwiftPM builds it.
    private static func program() throws -> URL {
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }
        let places = ["/proc/self/exe"] + bundles
        for place in places {
            let folder = URL(fileURLWithPath: place).resolvingSymlinksInPath().deletingLastPathComponent()
            let candidate = folder.appendingPathComponent("martlet")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
