internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOSSL

/// TLS for one server's settings. Reading the system's certificates takes milliseconds, so a context is made once and
/// shared by all copies of an `SMTPServer`.
final class SMTPEncryption: Sendable {
    private struct Key: Hashable {
        var verifies: Bool
        var trusted: String?
    }

    private let contexts = NIOLockedValueBox<[Key: NIOSSLContext]>([:])

    func handler(for server: SMTPServer) throws -> NIOSSLClientHandler {
        let context = try context(for: server)
        // An IP address cannot be a server name in TLS; then the certificate must name the address itself.
        let isAddress = (try? SocketAddress(ipAddress: server.host, port: 0)) != nil
        let name = isAddress ? nil : server.asciiHost
        return try NIOSSLClientHandler(context: context, serverHostname: name)
    }

    /// Makes the context ready, off the event loops.
    func prepare(for server: SMTPServer) throws { _ = try context(for: server) }

    private func context(for server: SMTPServer) throws -> NIOSSLContext {
        let key = Key(verifies: server.verifiesCertificate, trusted: server.trustedCertificatesPEM)
        if let context = contexts.withLockedValue({ $0[key] }) { return context }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = server.verifiesCertificate ? .fullVerification : .none
        if let pem = server.trustedCertificatesPEM {
            configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))]
        }
        let context = try NIOSSLContext(configuration: configuration)
        contexts.withLockedValue { $0[key] = context }
        return context
    }

    /// What an error of TLS means.
    static func cause(of error: any Error) -> SMTPFailure.Cause? {
        if let error = error as? NIOSSLExtraError {
            return error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch
                ? .certificate(.otherName) : .tlsFailed(String(describing: error))
        }
        if let error = error as? NIOSSLError {
            switch error {
            case .handshakeFailed(let detail): return handshake(String(describing: detail))
            case .unableToValidateCertificate: return .certificate(.notTrusted)
            case .uncleanShutdown: return .connectionLost
            default: return .tlsFailed(String(describing: error))
            }
        }
        if let error = error as? BoringSSLError { return handshake(String(describing: error)) }
        return nil
    }

    private static func handshake(_ detail: String) -> SMTPFailure.Cause {
        if detail.lowercased().contains("eof") { return .connectionLost }
        if detail.contains("CERTIFICATE_VERIFY_FAILED") { return .certificate(.notTrusted) }
        // "… reason: WRONG_VERSION_NUMBER …" is all that helps in the long description.
        for reason in ["WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "HANDSHAKE_FAILURE", "PROTOCOL_VERSION"]
        where detail.contains(reason) {
            return .tlsFailed(reason)
        }
        return .tlsFailed(String(detail.prefix(120)))
    }
}
