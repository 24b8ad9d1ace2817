import Foundation
import Hummingbird

/// A file that is the whole body of a request: it goes to disk as it comes.
struct RawUpload {
    let folder: String
    /// Bytes.
    let limit: Int

    func receive(_ request: Request, named name: String) async throws -> UploadedFile {
        let path = folder + "/" + UUID().uuidString + ".upload"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw UploadProblem.cannotWrite }
        var file = UploadedFile(path: path, name: name, size: 0)
        do {
            try await LimitedBody(request: request, limit: limit).read { piece in
                do { try handle.write(contentsOf: Data(piece.readableBytesView)) } catch {
                    throw UploadProblem.cannotWrite
                }
                file.size += piece.readableBytes
                await Task.yield()
            }
            try handle.close()
            return file
        } catch {
            try? handle.close()
            file.removeUnlessKept()
            throw error
        }
    }
}
