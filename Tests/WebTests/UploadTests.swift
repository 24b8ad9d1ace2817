import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import Web

@Suite struct `Uploads` {
    private func request(_ parts: [String], chunk: Int = 7) -> Request {
        let body = parts.map { "--X\r\nContent-Disposition: form-data; \($0)\r\n" }.joined() + "--X--\r\n"
        let bytes = Array(body.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: chunk).map {
            ByteBuffer(bytes: bytes[$0..<min($0 + chunk, bytes.count)])
        }
        let stream = AsyncStream { continuation in
            for chunk in chunks { continuation.yield(chunk) }
            continuation.finish()
        }
        let head = HTTPRequest(
            method: .post, scheme: "http", authority: "x", path: "/",
            headerFields: [.contentType: "multipart/form-data; boundary=X"])
        return Request(head: head, body: RequestBody(asyncSequence: stream))
    }

    private let token = "name=\"csrfmiddlewaretoken\"\r\n\r\nright"
    private let file = "name=\"csv_file\"; filename=\"people.csv\"\r\n\r\nemail\r\nada@example.org\r\n"

    private func check(_ token: String) throws { if token != "right" { throw Refusal.badFormToken } }

    @Test func `a file is on disk, its fields are at hand, and it goes away unless it is kept`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let receiver = UploadReceiver(field: "csv_file", folder: folder.path, limit: 10_000)
        let (form, file) = try await receiver.receive(
            request([token, file, "name=\"note\"\r\n\r\nhello"]), check: check)
        #expect(form["note"] == "hello")
        #expect(!form.has("csrfmiddlewaretoken"))
        let upload = try #require(file)
        #expect(upload.name == "people.csv")
        let content = try String(contentsOfFile: upload.path, encoding: .utf8)
        #expect(content == "email\r\nada@example.org\r\n")
        #expect(upload.size == content.utf8.count)
        upload.removeUnlessKept()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `a file that is kept stays`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let receiver = UploadReceiver(field: "csv_file", folder: folder.path, limit: 10_000)
        let upload = try #require(try await receiver.receive(request([token, file]), check: check).file)
        try upload.keep(at: folder.file("imports/1.csv"))
        upload.removeUnlessKept()
        #expect(FileManager.default.fileExists(atPath: folder.file("imports/1.csv")))
    }

    @Test func `without the token before it, no byte of a file is kept`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let receiver = UploadReceiver(field: "csv_file", folder: folder.path, limit: 10_000)
        for parts in [[file, token], [file], ["name=\"csrfmiddlewaretoken\"\r\n\r\nwrong", file]] {
            await #expect(throws: Refusal.self) { _ = try await receiver.receive(request(parts), check: check) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `a file above the limit, or one that ends too early, leaves nothing behind`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let small = UploadReceiver(field: "csv_file", folder: folder.path, limit: 150)
        await #expect(throws: Refusal.self) { _ = try await small.receive(request([token, file]), check: check) }
        let receiver = UploadReceiver(field: "csv_file", folder: folder.path, limit: 10_000)
        var cut = request([token, file])
        var buffer = try await cut.collectBody(upTo: 10_000)
        cut.body = RequestBody(buffer: buffer.readSlice(length: buffer.readableBytes - 9)!)
        let half = cut
        await #expect(throws: Refusal.self) { _ = try await receiver.receive(half, check: check) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `a form without a chosen file has none`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let receiver = UploadReceiver(field: "csv_file", folder: folder.path, limit: 10_000)
        let nothing = "name=\"csv_file\"; filename=\"\"\r\n\r\n"
        #expect(try await receiver.receive(request([token, nothing]), check: check).file == nil)
    }
}
