import Digests
import Foundation

/// The files below `/static/`: names, sizes and hashes, read once at the start. Only what was found then is served,
/// so no request can reach another path. One that was replaced since then is served as it is now, and not to be kept.
///
/// The address carries one hash of all files, `/static/3f9a…/js/app.js`, so that scripts can import their neighbours
/// by relative paths and browsers keep everything for a year.
public struct Assets: Sendable {
    struct File: Sendable {
        var path: String
        /// What was hashed.
        var state: FileState
        var contentType: String
        /// With its quotes (RFC 9110 §8.8.3).
        var entityTag: String
    }

    private(set) var version = "dev"
    private var files: [String: File] = [:]

    /// None.
    public init() {}

    /// Indexes every regular file below the folder, hidden ones apart; a folder that is not there has none.
    public init(folder: String) {
        guard let walk = FileManager.default.enumerator(atPath: folder) else { return }
        var whole = SHA256()
        for name in walk.allObjects.compactMap({ $0 as? String }).sorted() {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
                FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                let handle = FileHandle(forReadingAtPath: path), let state = FileState(handle, path: path),
                let data = try? handle.readToEnd() ?? Data()
            else { continue }
            let hash = SHA256.hash(data)
            whole.update(name.utf8)
            whole.update(hash)
            files[name] = File(
                path: path, state: state, contentType: Self.contentType(of: name),
                entityTag: "\"\(Self.hex(hash.prefix(12)))\"")
        }
        version = Self.hex(whole.finalize().prefix(8))
    }

    /// Where a browser finds a file of the folder.
    func address(_ path: String) -> String { "/static/\(version)/\(path)" }

    /// The file for what follows `/static/`, and whether its address carries this version's hash.
    func file(_ path: String) -> (file: File, isVersioned: Bool)? {
        if let file = files[path] { return (file, false) }
        guard let slash = path.firstIndex(of: "/"), let file = files[String(path[path.index(after: slash)...])] else {
            return nil
        }
        return (file, path[..<slash] == version)
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last.map(String.init) {
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "json", "map": "application/json"
        case "txt", "md": "text/plain; charset=utf-8"
        case "html": "text/html; charset=utf-8"
        case "webmanifest": "application/manifest+json"
        default: "application/octet-stream"
        }
    }
}

/// What tells a file from the one that replaced it, without reading it.
struct FileState: Hashable, Sendable {
    /// Bytes of the open file, whatever its path means by now.
    let size: Int
    private let number: Int
    private let changedAt: Date

    init?(_ handle: FileHandle, path: String) {
        // Asked for after the file was opened: where they are those that are known, so is what is open.
        guard let size = try? handle.seekToEnd(), (try? handle.seek(toOffset: 0)) != nil,
            let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let number = attributes[.systemFileNumber] as? Int,
            let changedAt = attributes[.modificationDate] as? Date
        else { return nil }
        self.size = Int(size)
        self.number = number
        self.changedAt = changedAt
    }
}
