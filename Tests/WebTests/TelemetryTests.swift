import Foundation
import Testing

@Suite struct `The log` {
    /// `docs/telemetry.md` is what people read: no line may be missing there.
    @Test func `says nothing that is not in the documentation`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/telemetry.md"), encoding: .utf8)
        let sources = root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        var found = 0
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            let call = /logger\.(?:debug|info|notice|warning|error|critical)\(\s*"([^"\\]+)/
            for match in text.matches(of: call) {
                found += 1
                #expect(document.contains(match.output.1), "\(file): \(match.output.1)")
            }
        }
        #expect(found > 30)
    }
}
