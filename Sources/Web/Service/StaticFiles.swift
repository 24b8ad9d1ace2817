import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Serves the assets. Addresses with this version's hash are kept by browsers for a year, others are asked for again.
struct StaticFiles: Sendable {
    let assets: Assets

    /// - Parameter path: what follows `/static/`.
    func respond(_ path: String, _ request: Request) throws -> Response {
        guard let (file, isVersioned) = assets.file(path) else { throw Refusal.notFound }
        let caching = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
        var headers: HTTPFields = [.eTag: file.entityTag, .cacheControl: caching]
        let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        if known.contains(where: { $0 == file.entityTag || $0 == "W/" + file.entityTag || $0 == "*" }) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.contentType
        return Response(status: .ok, headers: headers, body: Self.body(file))
    }

    /// In pieces of 64 KiB, so that a large script does not have to be in memory.
    private static func body(_ file: Assets.File) -> ResponseBody {
        ResponseBody(contentLength: file.size) { writer in
            guard let handle = FileHandle(forReadingAtPath: file.path) else { throw Refusal.notFound }
            defer { try? handle.close() }
            while let piece = try handle.read(upToCount: 65_536), !piece.isEmpty {
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }
}
