import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Serves the assets. Addresses with this version's hash are kept by browsers for a year, others are asked for again.
struct StaticFiles: Sendable {
    let assets: Assets

    /// - Parameter path: what follows `/static/`.
    func respond(_ path: String, _ request: Request) throws -> Response {
        guard let (file, isVersioned) = assets.file(path), let handle = FileHandle(forReadingAtPath: file.path),
            let state = FileState(handle, path: file.path)
        else { throw Refusal.notFound }
        var headers: HTTPFields = [.contentType: file.contentType, .cacheControl: "no-cache"]
        // Who updates the program does it under a running server: neither the hash nor the size hold for another file.
        if state == file.state {
            headers[.eTag] = file.entityTag
            if isVersioned { headers[.cacheControl] = "public, max-age=31536000, immutable" }
            let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
            if known.contains(where: { $0 == file.entityTag || $0 == "W/" + file.entityTag || $0 == "*" }) {
                headers[.contentType] = nil
                return Response(status: .notModified, headers: headers)
            }
        }
        return Response(status: .ok, headers: headers, body: Self.body(handle, size: state.size))
    }

    /// In pieces of 64 KiB, so that a large script does not have to be in memory.
    private static func body(_ handle: FileHandle, size: Int) -> ResponseBody {
        ResponseBody(contentLength: size) { writer in
            defer { try? handle.close() }
            var left = size
            while left > 0 {
                // One that is cut off meanwhile ends the connection, so that nobody takes a part for the whole.
                guard let piece = try handle.read(upToCount: min(left, 65_536)), !piece.isEmpty else {
                    throw CocoaError(.fileReadCorruptFile)
                }
                left -= piece.count
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }
}
