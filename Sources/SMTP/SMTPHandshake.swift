/// From the greeting to the point where mail may be offered: EHLO, STARTTLS, AUTH. A value: replies in, actions out.
struct SMTPHandshake: Sendable {
    enum Action: Hashable, Sendable {
        case send(SMTPCommand)
        /// Encrypt now, then call `encrypted()`.
        case startTLS
        case ready(SMTPExtensions)
        case fail(SMTPFailure)
    }

    private enum State: Hashable {
        case greeting, hello, oldHello, startTLS, encrypting, login, done
    }

    private let server: SMTPServer
    private var state = State.greeting
    private var isEncrypted: Bool
    private var extensions = SMTPExtensions()
    /// Once there is one.
    private var login: SMTPLogin?
    /// Where we are, for a failure that comes from outside: a timeout, a lost connection.
    private(set) var step = SMTPStep.greeting

    /// - Parameter isEncrypted: whether TLS was there from the first byte.
    init(server: SMTPServer, isEncrypted: Bool) {
        self.server = server
        self.isEncrypted = isEncrypted
    }

    mutating func received(_ reply: SMTPReply) -> Action {
        switch state {
        case .greeting:
            guard reply.code == 220 else { return refused(reply) }
            return hello()
        case .hello:
            if reply.code == 250 { return introduced(SMTPExtensions(helloReply: reply)) }
            // RFC 5321 §3.2: a server that does not know EHLO may know HELO.
            if [500, 501, 502, 504, 550].contains(reply.code) {
                state = .oldHello
                return .send(.oldHello(server.helloName))
            }
            return refused(reply)
        case .oldHello:
            return reply.code == 250 ? introduced(SMTPExtensions()) : refused(reply)
        case .startTLS:
            guard reply.code == 220 else { return startTLSRefused(reply) }
            state = .encrypting
            step = .tls
            return .startTLS
        case .login: return loginReply(reply)
        case .encrypting, .done:
            return fail(.outOfStep, .temporary, reply)
        }
    }

    /// TLS has been set up after STARTTLS: all that was offered before is forgotten (RFC 3207 §4.2).
    mutating func encrypted() -> Action {
        isEncrypted = true
        return hello()
    }

    private mutating func hello() -> Action {
        extensions = SMTPExtensions()
        state = .hello
        step = .hello
        return .send(.hello(server.helloName))
    }

    private mutating func introduced(_ offered: SMTPExtensions) -> Action {
        extensions = offered
        if !isEncrypted {
            switch server.security {
            case .startTLS, .opportunisticTLS:
                if offered.startTLS { return startTLS() }
                if server.security == .startTLS {
                    step = .startTLS
                    return fail(.noStartTLS, .senderFault)
                }
            case .plaintext, .implicitTLS: break
            }
        }
        return logIn()
    }

    private mutating func startTLS() -> Action {
        state = .startTLS
        step = .startTLS
        return .send(.startTLS)
    }

    private mutating func startTLSRefused(_ reply: SMTPReply) -> Action {
        if reply.isTransient { return refused(reply) }
        // Offered and then refused: encryption cannot be had, so go on only where it was not demanded.
        if server.security == .opportunisticTLS { return logIn() }
        return fail(.noStartTLS, .senderFault, reply)
    }

    // MARK: Login

    private mutating func logIn() -> Action {
        guard let credentials = server.credentials else { return ready() }
        step = .login
        guard isEncrypted || server.security == .plaintext else { return fail(.loginNeedsTLS, .senderFault) }
        var login = SMTPLogin(credentials, offered: extensions.authMechanisms)
        guard let command = login.begin() else {
            return fail(credentials.kind == .token ? .noTokenLoginOffered : .noLoginOffered, .senderFault)
        }
        self.login = login
        state = .login
        return .send(command)
    }

    private mutating func loginReply(_ reply: SMTPReply) -> Action {
        switch login?.received(reply) {
        case .send(let command): return .send(command)
        case .accepted: return ready()
        case .refused(let reply) where reply.isPermanent && server.credentials?.kind == .token:
            return fail(.tokenRefused, .senderFault, reply)
        case .refused(let reply): return refused(reply)
        case .outOfStep, nil: return fail(.outOfStep, .temporary, reply)
        }
    }

    // MARK: Ends

    private mutating func ready() -> Action {
        state = .done
        login = nil
        step = .mail
        if !server.memory.usesChunking { extensions.chunking = false }
        return .ready(extensions)
    }

    private mutating func refused(_ reply: SMTPReply) -> Action {
        guard reply.isTransient || reply.isPermanent else { return fail(.outOfStep, .temporary, reply) }
        state = .done
        return .fail(SMTPFailure(refusal: reply, step: step, host: server.host, port: server.port))
    }

    private mutating func fail(
        _ cause: SMTPFailure.Cause, _ consequence: SMTPFailure.Consequence, _ reply: SMTPReply? = nil
    ) -> Action {
        state = .done
        return .fail(
            SMTPFailure(cause, step: step, consequence: consequence, reply: reply, host: server.host, port: server.port)
        )
    }
}
