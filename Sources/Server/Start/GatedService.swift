internal import ServiceLifecycle

/// A service that begins when a gate opens: mail goes out only once the port is ours, so that a start that fails has
/// done nothing.
struct GatedService<Gated: Service>: Service {
    let gate: StartGate
    let service: Gated

    func run() async throws {
        for await _ in gate.openings.cancelOnGracefulShutdown() {
            try await service.run()
            return
        }
    }
}

/// Opens once; one service waits at each gate.
struct StartGate: Sendable {
    let openings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (openings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func open() {
        continuation.yield()
        continuation.finish()
    }
}
