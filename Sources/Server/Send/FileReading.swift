internal import Foundation

/// Files named on the command line.
enum FileReading {
    /// - Throws: a ``CommandFailure`` that says why the file cannot be read.
    static func check(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        close(descriptor)
        if AssetsFolder.isFolder(path) { throw failure(path, EISDIR) }
    }

    /// A whole text file in UTF-8.
    ///
    /// - Parameter limit: octets; a larger file is refused before it is read.
    static func text(of path: String, limit: Int) throws -> String {
        var bytes: [UInt8] = []
        let file = try FilePieces(path)
        while let piece = try file.next() {
            bytes += piece
            guard bytes.count <= limit else {
                throw CommandFailure(.badData, "\(path) is larger than \(limit >> 20) MB; make it smaller.")
            }
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw CommandFailure(.badData, "\(path) is not text in UTF-8; save it as UTF-8.")
        }
        return text
    }

    private static func failure(_ path: String, _ number: Int32) -> CommandFailure {
        switch number {
        case ENOENT: CommandFailure(.notFound, "There is no file \(path).")
        case EACCES: CommandFailure(.notPermitted, "\(path) may not be read; check its permissions.")
        case EISDIR: CommandFailure(.notFound, "\(path) is a folder, not a file.")
        default: CommandFailure(.notFound, "\(path) cannot be read: \(systemMessage(number)).")
        }
    }
}
