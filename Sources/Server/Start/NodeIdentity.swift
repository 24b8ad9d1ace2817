internal import Foundation
internal import Vault

/// What tells this node from the others of one database: a random name in its data folder. The folder is locked by one
/// process at a time, so a start that finds an earlier one of the same name knows that it is dead.
enum NodeIdentity {
    /// - Throws: ``CommandFailure`` when it can neither be read nor written.
    static func of(_ folder: DataFolder) throws -> String {
        let path = folder.path + "/node.id"
        if let known = try? String(contentsOfFile: path, encoding: .utf8) {
            let name = known.trimmingCharacters(in: .whitespacesAndNewlines)
            if !name.isEmpty { return name }
        }
        let name = Token().plaintext
        let draft = "\(path).\(getpid()).tmp"
        defer { unlink(draft) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolder.failure(errno, "The file \(path) cannot be made") }
        defer { close(descriptor) }
        let bytes = Array((name + "\n").utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, rename(draft, path) == 0
        else {
            throw DataFolder.failure(errno, "The file \(path) cannot be written")
        }
        return name
    }
}
