import Foundation
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Testing

@testable import Web

/// The examples of `docs/api.md`, against a whole server.
@Suite struct `The document about the API` {
    struct Example {
        var command: String
        var answer: String
    }

    private static var text: String {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            return try String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)
        }
    }

    /// Each block of sh, and the block of json behind it.
    private static func examples() throws -> [Example] {
        try text.matches(of: /```sh\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/).map {
            Example(command: String($0.output.1), answer: String($0.output.2))
        }
    }

    @Test func `shows what happens`() async throws {
        let examples = try Self.examples()
        #expect(examples.count > 10)
        try await withSite { site in
            _ = try await site.member("ada")
            let program = try await site.program("ada")
            for example in examples {
                let call = try #require(CurlCommand(example.command), "\(example.command)")
                #expect(call.isAuthorized && (call.body == nil || call.sendsJSON), "\(example.command)")
                let answer = try await program.raw(
                    call.method, call.path, call.body.map { Array($0.utf8) })
                let expected = try JSON(reading: Array(example.answer.utf8))
                #expect(expected.stands(for: answer.body), "\(example.command)\nanswered \(answer.text)")
            }
        }
    }

    @Test func `tables every code`() throws {
        let text = try Self.text
        for code in APIProblem.Code.allCases { #expect(text.contains("`\(code.rawValue)`"), "\(code)") }
    }
}

/// The little of curl that the document uses.
struct CurlCommand {
    var method = HTTPMethod.GET
    var path = ""
    var body: String?
    var isAuthorized = false
    var sendsJSON = false

    init?(_ line: String) {
        var words = Self.words(line)[...]
        guard words.popFirst() == "curl" else { return nil }
        var chosen: HTTPMethod?
        while let word = words.popFirst() {
            switch word {
            case "-X": chosen = words.popFirst().map { HTTPMethod(rawValue: $0) }
            case "-d": body = words.popFirst()
            case "-H":
                switch words.popFirst() {
                case "$AUTH": isAuthorized = true
                case "$JSON": sendsJSON = true
                default: return nil
                }
            default:
                guard word.hasPrefix("$API/"), path.isEmpty else { return nil }
                path = String(word.dropFirst("$API".count))
            }
        }
        method = chosen ?? (body == nil ? .GET : .POST)
        if path.isEmpty { return nil }
    }

    /// Words as a shell splits them: blanks, both kinds of quotes, and a backslash before a line break.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line.replacing("\\\n", with: " ") {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }
}

extension JSON {
    /// Whether an example means this answer: "…" stands for any value, and as a name for any further members.
    func stands(for answer: JSON) -> Bool {
        switch (self, answer) {
        case (.string("…"), _): return true
        case (.array(let mine), .array(let theirs)):
            return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.stands(for: $1) }
        case (.object(let mine), .object(let theirs)):
            let named = mine.filter { $0.name != "…" }
            return named.allSatisfy { member in answer[member.name].map { member.value.stands(for: $0) } ?? false }
                && (named.count < mine.count || named.count == theirs.count)
        default: return self == answer
        }
    }
}
