internal import COpenSSL

/// What connections of one kind share: whom they trust, or who they are. Reading certificates takes milliseconds, so
/// make it once, off the event loops.
///
/// TLS 1.2 or newer, no compression, no renegotiation; otherwise the ciphers and the security level of the machine's
/// OpenSSL, which its administrator may have set.
public final class TLSContext: @unchecked Sendable {
    // Unchecked: an SSL_CTX counts its users, locks what it changes, and is not configured after `init`.
    let pointer: OpaquePointer
    let isServer: Bool

    /// For connections that we open.
    ///
    /// - Parameters:
    ///   - verifies: whether the server's certificate must be valid and name the server.
    ///   - trusted: certificates in PEM that are trusted besides the system's.
    /// - Throws: ``TLSProblem/unreadablePEM``.
    public init(verifies: Bool, trusted: String? = nil) throws(TLSProblem) {
        pointer = try Self.make(TLS_client_method())
        isServer = false
        SSL_CTX_set_verify(pointer, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        guard verifies else { return }
        guard SSL_CTX_set_default_verify_paths(pointer) == 1 else { throw .internalFault(TLSProblem.queued()) }
        if let trusted { try trust(trusted) }
    }

    /// For connections to servers whose certificates are judged by what the DNS says about them (RFC 7672), and by
    /// nothing else.
    public init(dane: Void) throws(TLSProblem) {
        pointer = try Self.make(TLS_client_method())
        isServer = false
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        guard SSL_CTX_dane_enable(pointer) == 1 else { throw .internalFault(TLSProblem.queued()) }
        // Names and dates of a certificate that is published itself say nothing (RFC 7672 §3.1.1).
        SSL_CTX_dane_set_flags(pointer, UInt(DANE_FLAG_NO_DANE_EE_NAMECHECKS))
    }

    /// For connections that we answer: the receivers of our tests.
    package init(certificatePEM: String, keyPEM: String) throws(TLSProblem) {
        pointer = try Self.make(TLS_server_method())
        isServer = true
        let certificate = try Self.read(certificatePEM) { PEM_read_bio_X509($0, nil, nil, nil) }
        defer { X509_free(certificate) }
        let key = try Self.read(keyPEM) { PEM_read_bio_PrivateKey($0, nil, nil, nil) }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_certificate(pointer, certificate) == 1, SSL_CTX_use_PrivateKey(pointer, key) == 1 else {
            throw .internalFault(TLSProblem.queued())
        }
    }

    deinit { SSL_CTX_free(pointer) }

    private static func make(_ method: OpaquePointer?) throws(TLSProblem) -> OpaquePointer {
        ERR_clear_error()
        guard let context = SSL_CTX_new(method) else { throw .internalFault(TLSProblem.queued()) }
        guard martlet_ssl_configure(context) == 1 else {
            SSL_CTX_free(context)
            throw .internalFault(TLSProblem.queued())
        }
        return context
    }

    /// All certificates of the text; at least one.
    private func trust(_ pem: String) throws(TLSProblem) {
        let store = SSL_CTX_get_cert_store(pointer)
        var count = 0
        let input = try Self.memory(of: pem)
        defer { BIO_free(input) }
        while let certificate = PEM_read_bio_X509(input, nil, nil, nil) {
            defer { X509_free(certificate) }
            guard X509_STORE_add_cert(store, certificate) == 1 else { throw .internalFault(TLSProblem.queued()) }
            count += 1
        }
        // The end of the text is an error, too.
        ERR_clear_error()
        if count == 0 { throw .unreadablePEM }
    }

    private static func read(
        _ pem: String, _ body: (OpaquePointer) -> OpaquePointer?
    ) throws(TLSProblem) -> OpaquePointer {
        let input = try memory(of: pem)
        defer { BIO_free(input) }
        guard let value = body(input) else {
            ERR_clear_error()
            throw .unreadablePEM
        }
        return value
    }

    /// A copy of the text that OpenSSL can read.
    private static func memory(of text: String) throws(TLSProblem) -> OpaquePointer {
        guard let memory = BIO_new(BIO_s_mem()) else { throw .internalFault(TLSProblem.queued()) }
        var text = text
        let isWritten = text.withUTF8 { BIO_write(memory, $0.baseAddress, Int32($0.count)) == Int32($0.count) }
        guard isWritten else {
            BIO_free(memory)
            throw .unreadablePEM
        }
        return memory
    }
}
