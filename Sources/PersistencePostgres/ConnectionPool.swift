internal import DequeModule
internal import Persistence
internal import Synchronization

/// The connections of one process: opened when they are needed, kept, and given out in turn. Readers never have all of
/// them, so that slow pages do not hold up the ledger.
///
/// While the server cannot be reached, whoever asks is told so at once; the next try to connect waits, longer each time
/// (50 ms to 5 s), so that a server that comes back is not run over.
final class ConnectionPool: Sendable {
    enum Use { case reading, writing }

    fileprivate enum Grant {
        case connection(PostgresConnection)
        /// A place in which to open one.
        case place
    }

    fileprivate struct Waiter {
        var use: Use
        var grant: CheckedContinuation<Grant, any Error>
    }

    fileprivate struct State {
        var idle: [PostgresConnection] = []
        var taken = 0
        var reading = 0
        var waiters: Deque<Waiter> = []
        var failures = 0
        var nextTry: ContinuousClock.Instant?
        var lastFault: DatabaseFault?
        var isClosed = false
        var closed: [CheckedContinuation<Void, Never>] = []
    }

    private let settings: PostgresSettings
    private let state = Mutex(State())

    init(_ settings: PostgresSettings) { self.settings = settings }

    /// A connection for one transaction. Give it back in any case.
    func take(for use: Use) async throws -> PostgresConnection {
        switch try await grant(for: use) {
        case .connection(let connection): return connection
        case .place: return try await open(for: use)
        }
    }

    /// - Parameter isUsable: false where it broke; then all that are idle are closed too, for they most likely did as well.
    func giveBack(_ connection: PostgresConnection, from use: Use, isUsable: Bool) {
        let ended: [PostgresConnection] = state.withLock { state in
            state.free(use)
            var ended: [PostgresConnection] = []
            if isUsable, !state.isClosed {
                state.idle.append(connection)
            } else {
                ended = [connection]
                if !isUsable {
                    ended += state.idle
                    state.idle = []
                }
            }
            state.serve(settings)
            return ended
        }
        // Freed with their last reference, on this thread, which a goodbye over the network does not hold up for long.
        withExtendedLifetime(ended) {}
    }

    /// Gives out nothing more, and returns when all are back and closed.
    func close() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                state.isClosed = true
                state.idle = []
                for waiter in state.waiters { waiter.grant.resume(throwing: Self.closed) }
                state.waiters = []
                if state.taken == 0 { return true }
                state.closed.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    private static var closed: DatabaseFault { .unavailable("it has been closed") }

    private func grant(for use: Use) async throws -> Grant {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { state in
                if state.isClosed {
                    continuation.resume(throwing: Self.closed)
                } else {
                    state.waiters.append(Waiter(use: use, grant: continuation))
                    state.serve(settings)
                }
            }
        }
    }

    private func open(for use: Use) async throws -> PostgresConnection {
        let connection = PostgresConnection(settings)
        do {
            try state.withLock { state in
                if let nextTry = state.nextTry, nextTry > .now, let fault = state.lastFault { throw fault }
            }
            try await connection.run { try $0.open() }
            state.withLock { $0.connected() }
            return connection
        } catch {
            state.withLock { state in
                state.failed(error)
                state.free(use)
                state.serve(settings)
            }
            throw error
        }
    }
}

extension ConnectionPool.State {
    /// Hands what is free to those who wait, the first one first; a writer passes readers that have to wait.
    fileprivate mutating func serve(_ settings: PostgresSettings) {
        while taken < settings.connections {
            let mayRead = reading < settings.connections - 1
            guard let place = waiters.firstIndex(where: { $0.use == .writing || mayRead }) else { break }
            let waiter = waiters.remove(at: place)
            taken += 1
            if waiter.use == .reading { reading += 1 }
            waiter.grant.resume(returning: idle.popLast().map { .connection($0) } ?? .place)
        }
        if isClosed, taken == 0 {
            for continuation in closed { continuation.resume() }
            closed = []
        }
    }

    fileprivate mutating func free(_ use: ConnectionPool.Use) {
        taken -= 1
        if use == .reading { reading -= 1 }
    }

    fileprivate mutating func connected() {
        failures = 0
        nextTry = nil
        lastFault = nil
    }

    fileprivate mutating func failed(_ error: any Error) {
        guard let fault = error as? DatabaseFault, nextTry.map({ $0 <= .now }) ?? true else { return }
        lastFault = fault
        let pause = min(Duration.seconds(5), .milliseconds(50) * (1 << min(failures, 10)))
        nextTry = .now + pause * Double.random(in: 0.5...1)
        failures += 1
    }
}
