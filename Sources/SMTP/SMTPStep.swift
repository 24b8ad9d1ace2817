/// Where in the conversation something happened.
public enum SMTPStep: String, Sendable, CaseIterable {
    case resolve, connect, greeting, hello, startTLS, tls, login, reset, mail, recipient, data, message, acceptance,
        quit

    /// As a part of a sentence: "while …".
    var phrase: String {
        switch self {
        case .resolve: "looking up the server's name"
        case .connect: "connecting"
        case .greeting: "waiting for the server's greeting"
        case .hello: "introducing ourselves (EHLO)"
        case .startTLS: "asking for encryption (STARTTLS)"
        case .tls: "setting up encryption (TLS)"
        case .login: "logging in (AUTH)"
        case .reset: "starting anew (RSET)"
        case .mail: "naming the sender (MAIL FROM)"
        case .recipient: "naming the recipient (RCPT TO)"
        case .data: "announcing the message (DATA)"
        case .message: "sending the message"
        case .acceptance: "waiting for the message to be accepted"
        case .quit: "saying goodbye (QUIT)"
        }
    }
}
