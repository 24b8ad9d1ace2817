import Foundation
import Mail
import TestValues
import Testing

@Suite struct `Python's email package reads what we write` {
    struct Read: Decodable {
        var subject: String
        var from: String
        var to: String
        var text: String
        var html: String
        var date: Double
        var headers: Int
        var defects: [String]
    }

    /// Parses each message with the modern policy, an implementation that is not ours.
    static let program = """
        import sys, json, base64, email, email.policy
        out = []
        for line in json.load(open(sys.argv[1])):
            m = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
            defects = [repr(d) for part in m.walk() for d in part.defects]
            defects += [repr(d) for name in ("subject", "from", "to", "date") for d in m[name].defects]
            body = lambda kind: (m.get_body((kind,)).get_content() if m.get_body((kind,)) else "")
            out.append(dict(subject=str(m["subject"]), text=body("plain"), html=body("html"),
                **{"from": m["from"].addresses[0].display_name}, to=m["to"].addresses[0].display_name,
                date=m["date"].datetime.timestamp(), headers=len(m.items()), defects=defects))
        json.dump(out, open(sys.argv[2], "w"))
        """

    static func read(_ messages: [OutgoingMessage]) async throws -> [Read] {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appending(path: "in.json"), folder.appending(path: "out.json"))
        try JSONEncoder().encode(messages.map { Data($0.bytes()) }).write(to: input)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, input.path, output.path]
        let status = try await withCheckedThrowingContinuation { ended in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        #expect(status == 0, "python3 is needed for this test, with its email package")
        return try JSONDecoder().decode([Read].self, from: Data(contentsOf: output))
    }

    static func lines(_ text: String) -> String {
        text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
    }

    static func withoutSpaces(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    static func check(_ messages: [OutgoingMessage]) async throws {
        let results = try await read(messages)
        #expect(results.count == messages.count)
        for (message, result) in zip(messages, results) {
            let subject = HeaderText.clean(message.subject).trimmingCharacters(in: .whitespaces)
            #expect(result.subject.trimmingCharacters(in: .whitespaces) == subject)
            #expect(result.headers == 7)
            #expect(result.defects == [])
            #expect(result.date == message.date.timeIntervalSince1970)
            #expect(lines(result.text) == lines(String(decoding: message.text, as: UTF8.self)))
            #expect(lines(result.html) == lines(String(decoding: message.html, as: UTF8.self)))
            // Python keeps the white space between two encoded words of a name and folds any other (RFC 2047 §6.2 drops
            // the first), so names are compared without.
            #expect(withoutSpaces(result.from) == withoutSpaces(HeaderText.clean(message.from.name)))
            #expect(withoutSpaces(result.to) == withoutSpaces(HeaderText.clean(message.to.name)))
        }
    }

    @Test func `names, subjects and bodies in many scripts`() async throws {
        let messages = try Samples.names.map {
            try Samples.message(from: $0, to: $0, subject: $0, text: "\($0)\n", html: "<p>\($0)</p>\n")
        }
        try await Self.check(messages)
    }

    @Test func `two thousand random strings, in every place`() async throws {
        var generator = SeededGenerator(seed: 11)
        let messages = try (0..<2000).map { index in
            let text = Samples.randomText(index % 120 + 1, using: &generator)
            return try Samples.message(from: text, to: text, subject: text, text: "\(text)\n", html: "<p>\(text)</p>\n")
        }
        try await Self.check(messages)
    }
}
