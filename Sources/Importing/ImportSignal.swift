/// Tells the import service that there is something to do, so that it need not wait for its next look.
public final class ImportSignal: Sendable {
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    public init() {
        // Many signals are one: the service looks for all that is to do.
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public func wake() { continuation.yield() }
}
