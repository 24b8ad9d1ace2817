internal import COpenSSL

/// Why there is no encrypted connection, or why it ended.
public enum TLSProblem: Error, Hashable, Sendable {
    /// The certificate is expired, self-signed, or from an authority that is not trusted. OpenSSL's words.
    case notTrusted(String)
    /// The certificate is made out to other names.
    case otherName
    /// What the two could not agree on, in OpenSSL's words: "wrong version number".
    case handshakeFailed(String)
    /// The other side went away without saying so: somebody in between may have cut what was still to come.
    case cut
    /// Certificates or a key in PEM that are none.
    case unreadablePEM
    /// OpenSSL could not do what it always can: memory, or a fault of ours.
    case internalFault(String)

    /// The oldest entry of this thread's queue of errors, which is thereby emptied: it says where it began.
    static func queued() -> String {
        let code = ERR_get_error()
        defer { ERR_clear_error() }
        guard code != 0 else { return "" }
        guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: reason)
    }
}
