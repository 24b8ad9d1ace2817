internal import Synchronization

/// Asks the DNS, by libunbound: validated where the DNS servers at hand pass signatures on, cached, with a limit of time
/// for each question. Any number of tasks can use it; it must be closed.
public final class Resolver: Sendable {
    private enum State {
        case fresh
        /// - Parameter isTrusted: whether the servers have shown that they pass signatures on.
        case validating(UnboundContext, isTrusted: Bool)
        case plain(UnboundContext)
        case closed
    }

    private let settings: ResolverSettings
    private let state = Mutex(State.fresh)

    public init(_ settings: ResolverSettings = ResolverSettings()) { self.settings = settings }

    deinit { close() }

    /// Whoever waits is told that the DNS is unavailable.
    public func close() {
        state.withLock { state in
            switch state {
            case .validating(let context, _), .plain(let context): context.end()
            case .fresh, .closed: break
            }
            state = .closed
        }
    }

    /// - Parameters:
    ///   - name: with or without a dot at its end.
    ///   - limit: how long to wait at most.
    public func lookUp(
        _ name: String, _ type: RecordType, within limit: Duration = .seconds(5)
    ) async throws(LookupProblem) -> Answer {
        guard Self.isName(name) else { throw .noName }
        let (context, mayDoubt) = try context()
        do { return try await context.lookUp(name, type, within: limit) } catch {
            guard mayDoubt else { throw error }
            switch error {
            case .bogus, .serverFailure: guard try await !passesSignatures(context, limit) else { throw error }
            case .unavailable: guard isReplaced(context) else { throw error }
            default: throw error
            }
        }
        return try await self.context().context.lookUp(name, type, within: limit)
    }

    private func context() throws(LookupProblem) -> (context: UnboundContext, mayDoubt: Bool) {
        do {
            return try state.withLock { state in
                switch state {
                case .validating(let context, let isTrusted): return (context, !isTrusted)
                case .plain(let context): return (context, false)
                case .closed: throw LookupProblem.unavailable
                case .fresh:
                    let validates = !settings.anchors.isEmpty
                    let context = try UnboundContext(settings, validates: validates)
                    state = validates ? .validating(context, isTrusted: false) : .plain(context)
                    return (context, validates)
                }
            }
        } catch let problem as LookupProblem { throw problem } catch { throw .unavailable }
    }

    /// Some servers strip signatures; behind them every signed domain looks forged. Whether ours do is seen where we have
    /// the keys ourselves; then we go on without checking.
    private func passesSignatures(_ context: UnboundContext, _ limit: Duration) async throws(LookupProblem) -> Bool {
        let anchored: Answer?
        do { anchored = try await context.lookUp(settings.anchorZone, .dnskey, within: limit) } catch {
            if isReplaced(context) { return false }
            guard error == .bogus || error == .serverFailure else { throw error }
            anchored = nil
        }
        let isTrusted = anchored?.security == .secure
        do {
            try state.withLock { state in
                guard case .validating(let present, _) = state, present === context else { return }
                if isTrusted {
                    state = .validating(context, isTrusted: true)
                } else {
                    state = .plain(try UnboundContext(settings, validates: false))
                    context.end()
                }
            }
        } catch { throw .unavailable }
        return isTrusted
    }

    /// Whether another question has found out meanwhile that signatures do not get through, and ended the context that this
    /// one waited in.
    private func isReplaced(_ context: UnboundContext) -> Bool {
        state.withLock { state in
            if case .plain(let present) = state { present !== context } else { false }
        }
    }

    /// Whether signatures are checked now.
    public var isValidating: Bool {
        state.withLock { state in
            switch state {
            case .fresh: !settings.anchors.isEmpty
            case .validating: true
            case .plain, .closed: false
            }
        }
    }

    /// Letters, digits, hyphens and underscores in labels of 1 to 63 octets; at most 253 together. What a record of a
    /// stranger names goes through here as well.
    static func isName(_ name: String) -> Bool {
        if name == "." { return true }
        let name = name.hasSuffix(".") ? name.dropLast() : name[...]
        guard (1...253).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count)
                && label.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                        || byte == UInt8(ascii: "_")
                }
        }
    }
}
