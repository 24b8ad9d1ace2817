internal import NIOConcurrencyHelpers
internal import TLS

/// TLS for one server's settings. Reading the system's certificates takes milliseconds, so a context is made once and
/// shared by all copies of an `SMTPServer`.
final class SMTPEncryption: Sendable {
    private struct Key: Hashable {
        var verifies: Bool
        var trusted: String?
        var isForDANE: Bool
    }

    private let contexts = NIOLockedValueBox<[Key: TLSContext]>([:])

    func handler(for server: SMTPServer) throws -> TLSHandler {
        let context = try context(for: server)
        if let policy = server.dane { return try TLSHandler(client: context, dane: policy) }
        return try TLSHandler(client: context, serverName: server.asciiHost)
    }

    /// Makes the context ready, off the event loops.
    func prepare(for server: SMTPServer) throws { _ = try context(for: server) }

    private func context(for server: SMTPServer) throws -> TLSContext {
        let isForDANE = server.dane != nil
        let key = Key(
            verifies: server.verifiesCertificate, trusted: isForDANE ? nil : server.trustedCertificatesPEM,
            isForDANE: isForDANE)
        if let context = contexts.withLockedValue({ $0[key] }) { return context }
        let context =
            try isForDANE ? TLSContext(dane: ()) : TLSContext(verifies: key.verifies, trusted: key.trusted)
        contexts.withLockedValue { $0[key] = context }
        return context
    }

    /// What an error of TLS means.
    static func cause(of error: any Error) -> SMTPFailure.Cause? {
        switch error as? TLSProblem {
        case .notTrusted: .certificate(.notTrusted)
        case .otherName: .certificate(.otherName)
        case .handshakeFailed(let detail): .tlsFailed(detail)
        case .internalFault(let detail): .tlsFailed(detail)
        case .unreadablePEM: .tlsFailed("unreadable certificate")
        case .cut: .connectionLost
        case nil: nil
        }
    }
}
