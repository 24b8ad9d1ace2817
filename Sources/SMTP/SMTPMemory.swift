internal import Synchronization

/// What the connections to one server learn for those that come after them. Shared by all copies of an `SMTPServer`.
final class SMTPMemory: Sendable {
    private let chunking = Atomic<Bool>(true)

    /// False from when the server offered CHUNKING and did not know BDAT: something in between may take it out.
    var usesChunking: Bool { chunking.load(ordering: .relaxed) }

    func avoidChunking() { chunking.store(false, ordering: .relaxed) }
}
