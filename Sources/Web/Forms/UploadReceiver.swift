import Foundation
import Hummingbird
import NIOCore

/// Takes a form with files: they go to disk as they come, so their size does not matter to memory.
struct UploadReceiver: Sendable {
    /// The files' field.
    let field: String
    let folder: String
    /// The largest body, in bytes.
    let limit: Int
    /// Those that follow are left out.
    var mostFiles = 1
    /// Bytes of all other fields.
    var fieldLimit = Routes.formLimit

    /// - Parameter check: judges the form token, which must be the first field (or a header), before any byte of a file
    ///   is kept.
    func receive(
        _ request: Request, check: (String) throws -> Void
    ) async throws -> (form: FormData, file: UploadedFile?) {
        let (form, files) = try await receiveAll(request, check: check)
        return (form, files.first)
    }

    func receiveAll(
        _ request: Request, check: (String) throws -> Void
    ) async throws -> (form: FormData, files: [UploadedFile]) {
        guard let boundary = MultipartParser.boundary(ofContentType: request.headers[.contentType] ?? "") else {
            let form = try await FormReader(limit: fieldLimit).read(request)
            try check(form["csrfmiddlewaretoken"])
            return (form, [])
        }
        var reception = Reception(receiver: self)
        do {
            var parser = MultipartParser(boundary: boundary)
            try await LimitedBody(request: request, limit: limit).read { chunk in
                for event in try parser.feed(chunk) { try reception.take(event, check) }
                // The disk is slower than the network: let others have the thread.
                await Task.yield()
            }
            try parser.finish()
            try reception.complete(check)
            var form = reception.fields.form
            form.remove("csrfmiddlewaretoken")
            return (form, reception.files)
        } catch {
            reception.abandon()
            if let problem = error as? MultipartProblem {
                throw Refusal.badRequest(Phrase(sentence: problem.userMessage))
            }
            throw error
        }
    }

    /// What has come so far.
    private struct Reception {
        let receiver: UploadReceiver
        var fields = MultipartFields()
        var files: [UploadedFile] = []
        private var handle: FileHandle?
        private var isChecked = false
        private var isInFile = false

        init(receiver: UploadReceiver) { self.receiver = receiver }

        mutating func take(_ event: MultipartParser.Event, _ check: (String) throws -> Void) throws {
            switch event {
            case .begin(let part) where part.fileName != nil:
                try checkOnce(check)
                // A form without a chosen file sends one with an empty name.
                isInFile =
                    part.name == receiver.field && files.count < receiver.mostFiles && part.fileName != ""
                if isInFile { try begin(part) }
            case .data(let data) where isInFile: try write(data)
            case .end where isInFile:
                isInFile = false
                try handle?.close()
                handle = nil
            default: break
            }
            fields.take(event)
            guard fields.bytes <= receiver.fieldLimit else { throw Refusal.tooLarge(limit: receiver.fieldLimit) }
        }

        mutating func complete(_ check: (String) throws -> Void) throws { try checkOnce(check) }

        mutating func abandon() {
            try? handle?.close()
            for file in files { file.removeUnlessKept() }
        }

        private mutating func checkOnce(_ check: (String) throws -> Void) throws {
            guard !isChecked else { return }
            try check(fields.form["csrfmiddlewaretoken"])
            isChecked = true
        }

        private mutating func begin(_ part: MultipartPart) throws {
            let path = receiver.folder + "/" + UUID().uuidString + ".upload"
            try FileManager.default.createDirectory(
                atPath: receiver.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
                let handle = FileHandle(forWritingAtPath: path)
            else { throw UploadProblem.cannotWrite }
            self.handle = handle
            files.append(UploadedFile(path: path, name: part.fileName ?? "", size: 0))
        }

        private mutating func write(_ data: ByteBuffer) throws {
            do { try handle?.write(contentsOf: Data(data.readableBytesView)) } catch { throw UploadProblem.cannotWrite }
            files[files.count - 1].size += data.readableBytes
        }
    }
}

/// A file that a person uploaded, on disk. It goes away after the request unless it is kept.
struct UploadedFile: Sendable {
    let path: String
    /// As the person's computer calls it, without folders.
    let name: String
    /// Bytes.
    var size: Int

    /// Moves the file to its own place; from then on it is the caller's.
    func keep(at path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try FileManager.default.moveItem(atPath: self.path, toPath: path)
    }

    func removeUnlessKept() { try? FileManager.default.removeItem(atPath: path) }
}

enum UploadProblem: Error {
    case cannotWrite

    var userMessage: String {
        "The server could not keep the file; its disk may be full. Nothing was changed. Free some space and try again."
    }
}
