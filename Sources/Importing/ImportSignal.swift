internal import Synchronization

/// Tells the import service that there is something to do, so that it need not wait for its next look.
public final class ImportSignal: Sendable {
    private let listener = Mutex<AsyncStream<Void>.Continuation?>(nil)

    public init() {}

    public func wake() { _ = listener.withLock { $0?.yield() } }

    /// For the service; a later listener takes the place of an earlier one. Many signals are one: the service looks for
    /// all that is to do.
    func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        listener.withLock { $0 = continuation }
        return stream
    }
}
