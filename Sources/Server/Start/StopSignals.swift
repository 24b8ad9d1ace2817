@preconcurrency internal import Dispatch
internal import Foundation
internal import Synchronization

/// SIGTERM and SIGINT as events instead of deaths, from its making until the process ends.
final class StopSignals: Sendable {
    /// Each signal's number, as it comes.
    let signals: AsyncStream<Int32>
    private let seen: Seen
    private let sources: [any DispatchSourceSignal]

    /// The first signal that came, if any.
    var first: Int32? { seen.first.withLock { $0 } }

    private final class Seen: Sendable {
        let first = Mutex<Int32?>(nil)
    }

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        let seen = Seen()
        self.seen = seen
        signals = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                seen.first.withLock { if $0 == nil { $0 = number } }
                continuation.yield(number)
            }
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
