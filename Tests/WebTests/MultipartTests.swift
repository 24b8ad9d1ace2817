import Foundation
import NIOCore
import TestSupport
import TestValues
import Testing

@testable import Web

@Suite struct `Multipart forms (RFC 7578)` {
    private static let body = [
        "--X-1", #"Content-Disposition: form-data; name="csrfmiddlewaretoken""#, "", "token",
        "--X-1", #"Content-Disposition: form-data; name="csv_file"; filename="C:\dir\a%22b.csv""#,
        "Content-Type: text/csv", "", "email\r\n--X\r\n--X-\r\n\r\nada@example.org", "--X-1",
        #"Content-Disposition: form-data; name="empty""#, "", "", "--X-1--", "after the end",
    ].joined(separator: "\r\n")

    private struct Part: Equatable {
        var head: MultipartPart
        var data: [UInt8] = []
    }

    private func parts(_ chunks: [[UInt8]], boundary: String = "X-1") throws -> [Part] {
        var parser = MultipartParser(boundary: boundary)
        var parts: [Part] = []
        for chunk in chunks {
            for event in try parser.feed(ByteBuffer(bytes: chunk)) {
                switch event {
                case .begin(let head): parts.append(Part(head: head))
                case .data(let data): parts[parts.count - 1].data += Array(data.readableBytesView)
                case .end: break
                }
            }
        }
        try parser.finish()
        return parts
    }

    @Test func `a form is read`() throws {
        let found = try parts([Array(Self.body.utf8)])
        #expect(found.map(\.head.name) == ["csrfmiddlewaretoken", "csv_file", "empty"])
        #expect(found[0].data == Array("token".utf8))
        #expect(found[1].head.fileName == "a\"b.csv")
        #expect(found[1].head.contentType == "text/csv")
        #expect(found[1].data == Array("email\r\n--X\r\n--X-\r\n\r\nada@example.org".utf8))
        #expect(found[2].data == [])
    }

    @Test func `every split into two chunks gives the same parts`() throws {
        let bytes = Array(Self.body.utf8)
        let whole = try parts([bytes])
        for cut in 0...bytes.count {
            #expect(try parts([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(try parts(bytes.map { [$0] }) == whole)
    }

    @Test func `random splits of random content give the same parts`() throws {
        var random = SeededGenerator(seed: 7)
        for round in 0..<200 {
            // Content that likes to look like a delimiter.
            let alphabet = Array("\r\n--X1ab".utf8)
            let content = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                alphabet.randomElement(using: &random)!
            }
            guard String(decoding: content, as: UTF8.self).contains("\r\n--X1X") == false else { continue }
            let bytes =
                Array("--X1X\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n".utf8) + content
                + Array("\r\n--X1X--".utf8)
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = Int.random(in: 1...max(1, min(40, rest.count)), using: &random)
                chunks.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            let found = try parts(chunks, boundary: "X1X")
            #expect(found.count == 1 && found[0].data == content, "round \(round)")
        }
    }

    @Test func `rubbish is refused or read, and never more than it is`() {
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "--X", "--", "\r\n", "\n", ":", ";", "=", "\"", "Content-Disposition", " form-data", "name", "é", "\0", "a",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            var parser = MultipartParser(boundary: "X")
            var bytes = 0
            if let events = try? parser.feed(ByteBuffer(string: text)) {
                for case .data(let data) in events { bytes += data.readableBytes }
            }
            #expect(bytes <= text.utf8.count)
        }
    }

    @Test(arguments: [
        ("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhalf", MultipartProblem.truncated),
        ("--Xno\r\n", .malformedDelimiter), ("--X\r\nno header\r\n\r\n", .malformedHeader),
        ("--X\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n", .malformedHeader),
        ("--X\r\nA: " + String(repeating: "x", count: 9000), .headersTooLong(8192)),
    ])
    func `a broken form is refused`(_ text: String, _ expected: MultipartProblem) {
        var parser = MultipartParser(boundary: "X")
        let problem = #expect(throws: MultipartProblem.self) {
            _ = try parser.feed(ByteBuffer(string: text))
            try parser.finish()
        }
        #expect(problem == expected)
    }

    @Test func `more parts than allowed are refused`() {
        var parser = MultipartParser(boundary: "X", maximumParts: 2)
        let part = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
        #expect(throws: MultipartProblem.tooManyParts(2)) {
            try parser.feed(ByteBuffer(string: part + part + part))
        }
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", "a b"),
        ("multipart/form-data", nil), ("multipart/mixed; boundary=abc", nil), ("multipart/form-data; boundary=", nil),
    ])
    func `the boundary is found`(_ contentType: String, _ boundary: String?) {
        #expect(MultipartParser.boundary(ofContentType: contentType) == boundary)
    }
}
