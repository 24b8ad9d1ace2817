internal import NIOConcurrencyHelpers
internal import TLS

/// TLS for one server's settings. Reading the system's certificates takes milliseconds, so a context is made once and
/// shared by all copies of an `SMTPServer`.
final class SMTPEncryption: Sendable {
    private struct Key: Hashable {
        var verifies: Bool
        var trusted: String?
    }

    private let contexts = NIOLockedValueBox<[Key: TLSContext]>([:])

    func handler(for server: SMTPServer) throws -> TLSHandler {
        try TLSHandler(client: try context(for: server), serverName: server.asciiHost)
    }

    /// Makes the context ready, off the event loops.
    func prepare(for server: SMTPServer) throws { _ = try context(for: server) }

    private func context(for server: SMTPServer) throws -> TLSContext {
        let key = Key(verifies: server.verifiesCertificate, trusted: server.trustedCertificatesPEM)
        if let context = contexts.withLockedValue({ $0[key] }) { return context }
        let context = try TLSContext(verifies: key.verifies, trusted: key.trusted)
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
