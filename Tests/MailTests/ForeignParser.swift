import Foundation
import Testing

/// Programs of other people that read our mails.
enum ForeignParser {
    /// Has `program` read `messages`: it gets two paths, a JSON array of them in Base64, and where its answer belongs.
    static func read<Read: Decodable>(
        _: Read.Type, from messages: [Data], by program: [String]
    ) async throws -> [Read] {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appending(path: "in.json"), folder.appending(path: "out.json"))
        try JSONEncoder().encode(messages).write(to: input)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = program + [input.path, output.path]
        let status = try await withCheckedThrowingContinuation { ended in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        #expect(status == 0, "\(program[0]) is needed for this test")
        return try JSONDecoder().decode([Read].self, from: Data(contentsOf: output))
    }
}
