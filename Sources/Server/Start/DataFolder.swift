internal import Foundation

/// The folder that holds everything of an installation. Made with mode 0700; what is inside is the owner's only.
public struct DataFolder: Sendable, Hashable {
    public let path: String

    static let databaseName = "martlet.sqlite"

    public var database: String { path + "/" + Self.databaseName }
    public var secrets: String { path + "/secrets.env" }
    public var deliveryLock: String { path + "/delivery.lock" }
    public var uploads: String { path + "/uploads" }

    /// Makes the folder if it is not there, and tries that a file can be written in it.
    public init(opening path: String) throws {
        self.path = path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw CommandFailure(
                    .notPermitted, "\(path) is a file, not a folder; name another data folder with --data.")
            }
        } else {
            try Self.make(path)
        }
        try tryWriting()
    }

    /// Removes what was being uploaded when an earlier process was killed. Only for whoever holds the lock.
    func removeBrokenUploads() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: uploads)) ?? []
        for name in names where name.hasSuffix(".upload") { unlink(uploads + "/" + name) }
    }

    /// Makes the folders above with their usual mode, and the last one for the owner alone.
    private static func make(_ path: String) throws {
        let above = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: above) {
            do { try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true) } catch {
                throw CommandFailure(
                    .notPermitted,
                    "The folder \(above) cannot be made; make it yourself, or name another one with --data.")
            }
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure(errno, "The data folder \(path) cannot be made")
        }
    }

    private func tryWriting() throws {
        let trial = path + "/.write-test-\(getpid())"
        let descriptor = open(trial, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno, "Nothing can be written into the data folder \(path)") }
        close(descriptor)
        unlink(trial)
    }

    static func failure(_ number: Int32, _ what: String) -> CommandFailure {
        switch number {
        case ENOSPC, EDQUOT:
            CommandFailure(.storage, "\(what): the disk is full. Free some space and start again.")
        case EACCES, EPERM:
            CommandFailure(
                .notPermitted,
                "\(what): permission denied. Let the user that runs Martlet own the folder, or name another one with --data."
            )
        case EROFS:
            CommandFailure(.notPermitted, "\(what): the disk is mounted read-only. Name another folder with --data.")
        default:
            CommandFailure(.notPermitted, "\(what): \(systemMessage(number)).")
        }
    }
}
