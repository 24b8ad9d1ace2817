internal import COpenSSL
internal import NIOCore

/// One connection's TLS without the connection: encrypted bytes in and out on one side, plain ones on the other.
final class TLSSession {
    enum Progress {
        case done
        /// More has to come from the other side first.
        case wantsMore
        /// The other side has said that it is done (close_notify).
        case closed
    }

    private let ssl: OpaquePointer
    /// What came from the other side, and what goes to it; both belong to `ssl`.
    private let fromPeer: OpaquePointer
    private let toPeer: OpaquePointer

    /// - Parameters:
    ///   - name: the server's name in A-labels, which its certificate must have; nil for a server's side.
    ///   - isAddress: whether the name is an IP address, which goes into no server name (RFC 6066 §3).
    convenience init(_ context: TLSContext, name: String?, isAddress: Bool) throws(TLSProblem) {
        try self.init(context)
        guard let name else { return }
        let isSet =
            isAddress
            ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
            : SSL_set1_host(ssl, name) == 1 && martlet_ssl_set_server_name(ssl, name) == 1
        guard isSet else { throw .internalFault(TLSProblem.queued()) }
    }

    /// For a server whose certificate is published in the DNS.
    convenience init(_ context: TLSContext, dane policy: DANEPolicy) throws(TLSProblem) {
        try self.init(context)
        // Also the server name that is asked for, and the first name that a certificate may have.
        guard SSL_dane_enable(ssl, policy.host) > 0 else { throw .internalFault(TLSProblem.queued()) }
        for name in policy.otherNames where SSL_add1_host(ssl, name) != 1 {
            throw .internalFault(TLSProblem.queued())
        }
        var usable = 0
        for record in policy.records {
            let added = record.data.withUnsafeBufferPointer {
                SSL_dane_tlsa_add(
                    ssl, record.usage, record.selector, record.matching, $0.baseAddress, $0.count)
            }
            if added > 0 { usable += 1 }
        }
        ERR_clear_error()
        // Without any the server could not be told from another one.
        if usable == 0 { throw .notTrusted("no usable TLSA record") }
    }

    private init(_ context: TLSContext) throws(TLSProblem) {
        ERR_clear_error()
        guard let ssl = SSL_new(context.pointer) else { throw .internalFault(TLSProblem.queued()) }
        guard let fromPeer = BIO_new(BIO_s_mem()), let toPeer = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw .internalFault(TLSProblem.queued())
        }
        SSL_set_bio(ssl, fromPeer, toPeer)
        (self.ssl, self.fromPeer, self.toPeer) = (ssl, fromPeer, toPeer)
        if context.isServer { SSL_set_accept_state(ssl) } else { SSL_set_connect_state(ssl) }
        // Subject alternative names only (RFC 9525 §2), and "*" only as a whole label.
        X509_VERIFY_PARAM_set_hostflags(
            SSL_get0_param(ssl), UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    }

    /// What was agreed on: `TLSv1.2`, `TLSv1.3`.
    var version: String { String(cString: SSL_get_version(ssl)) }

    deinit { SSL_free(ssl) }

    /// Takes what came over the wire.
    func receive(_ bytes: ByteBuffer) throws(TLSProblem) {
        let isTaken = bytes.withUnsafeReadableBytes { bytes in
            bytes.isEmpty || BIO_write(fromPeer, bytes.baseAddress, Int32(bytes.count)) == Int32(bytes.count)
        }
        guard isTaken else { throw .internalFault(TLSProblem.queued()) }
    }

    /// What is to go over the wire, added to `output`.
    func drain(into output: inout ByteBuffer) {
        let waiting = BIO_ctrl_pending(toPeer)
        guard waiting > 0 else { return }
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: waiting) { space in
            max(0, Int(BIO_read(toPeer, space.baseAddress, Int32(waiting))))
        }
    }

    func handshake() throws(TLSProblem) -> Progress {
        ERR_clear_error()
        let code = SSL_do_handshake(ssl)
        return code == 1 ? .done : try failure(code)
    }

    /// Reads what there is, added to `plain`.
    func read(into plain: inout ByteBuffer) throws(TLSProblem) -> Progress {
        ERR_clear_error()
        while true {
            var code: Int32 = 0
            // A record holds 16 KB at most (RFC 8446 §5.1).
            plain.writeWithUnsafeMutableBytes(minimumWritableBytes: 16_384) { space in
                code = SSL_read(ssl, space.baseAddress, Int32(space.count))
                return max(0, Int(code))
            }
            if code <= 0 { return try failure(code) }
        }
    }

    /// Encrypts all of it; what goes over the wire is then there for ``drain(into:)``.
    func write(_ plain: ByteBuffer) throws(TLSProblem) {
        var plain = plain
        ERR_clear_error()
        while plain.readableBytes > 0 {
            let code = plain.readWithUnsafeReadableBytes { bytes in
                let code = SSL_write(ssl, bytes.baseAddress, Int32(bytes.count))
                return (max(0, Int(code)), code)
            }
            if code <= 0 { throw .internalFault("a write wants more: \(try failure(code))") }
        }
    }

    /// Says that we are done (close_notify). The other side's word is not waited for (RFC 8446 §6.1).
    func close() {
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    private func failure(_ code: Int32) throws(TLSProblem) -> Progress {
        switch SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: break
        }
        // What was found out about the certificate says more than the failed handshake, where it was looked at.
        let isJudged = SSL_is_init_finished(ssl) == 0 && SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER != 0
        let verdict = isJudged ? Int32(SSL_get_verify_result(ssl)) : X509_V_OK
        switch verdict {
        case X509_V_OK: throw .handshakeFailed(TLSProblem.queued())
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            ERR_clear_error()
            throw .otherName
        default:
            ERR_clear_error()
            throw .notTrusted(String(cString: X509_verify_cert_error_string(Int(verdict))))
        }
    }
}
