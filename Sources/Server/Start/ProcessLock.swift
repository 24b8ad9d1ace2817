internal import Foundation

/// An advisory lock on a file (`flock`), held until it is released or the process ends, however it ends. The file says
/// which process has it.
///
/// The file stays where it is after a release: removing it would let two processes hold two locks of the same name.
public final class ProcessLock: Sendable {
    /// Who has the lock, as far as the file says it.
    public struct Taken: Error, Hashable, Sendable {
        public let processID: Int32?
    }

    private let descriptor: Int32

    /// - Throws: ``Taken`` when another process has it; ``CommandFailure`` when the file cannot be made.
    public init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolder.failure(errno, "The lock file \(path) cannot be opened") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { close(descriptor) }
            guard reason == EWOULDBLOCK else { throw DataFolder.failure(reason, "The file \(path) cannot be locked") }
            throw Taken(processID: Self.processID(in: descriptor))
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    public func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }

    private static func processID(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(
            String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
