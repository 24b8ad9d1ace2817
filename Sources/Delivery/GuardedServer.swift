public import Networks
public import Persistence
public import SMTP

extension SMTPServer {
    /// The server of a sender's settings, behind the egress guard: the one way in which what a user typed becomes a
    /// connection.
    ///
    /// - Parameter userName: empty for no login.
    public init(
        host: String, port: Int, security: SenderRecord.Security, verifiesCertificate: Bool, userName: String,
        password: String, login: SenderRecord.Login = .password, node: String,
        timeouts: SMTPTimeouts = SMTPTimeouts(), egress: EgressGuard
    ) {
        let securityOfServer: Security =
            switch security {
            case .none: .plaintext
            case .startTLS: .startTLS
            case .tls: .implicitTLS
            }
        self.init(
            host: host, port: port, security: securityOfServer, verifiesCertificate: verifiesCertificate,
            credentials: userName.isEmpty
                ? nil
                : SMTPCredentials(
                    user: userName, password: password, kind: login == .token ? .token : .password),
            helloName: node, timeouts: timeouts, allowsAddress: egress.allows)
    }
}
