internal import Foundation

/// A dump in pg_dump's plain format.
public struct DumpFile: DjangoMailerSource {
    public let path: String

    public init(path: String) { self.path = path }

    public func read(tables: [String: [String]], _ take: (CopyPiece) async throws -> Void) async throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var dump = PlainDump(wanted: Set(tables.keys))
        var pieces: [CopyPiece] = []
        while let data = try file.read(upToCount: 1 << 20), !data.isEmpty {
            try dump.feed(Array(data)) { pieces.append($0) }
            for piece in pieces { try await take(piece) }
            pieces.removeAll(keepingCapacity: true)
        }
        try dump.finish { pieces.append($0) }
        for piece in pieces { try await take(piece) }
    }
}
