internal import Digests
internal import Foundation

/// AUTH (RFC 4954) with one mechanism after another until one is accepted. A value: replies in, actions out.
///
/// With a password, CRAM-MD5 (RFC 2195) goes first, because it does not show the password; then PLAIN (RFC 4616) and
/// LOGIN. Many servers offer CRAM-MD5 without keeping the passwords in the form it needs and answer "wrong password":
/// so a refusal of it leads on to PLAIN. With a token there is XOAUTH2 (Google, Microsoft), else OAUTHBEARER (RFC 7628).
struct SMTPLogin: Sendable {
    enum Mechanism: String, Sendable {
        case cramMD5 = "CRAM-MD5"
        case plain = "PLAIN"
        case login = "LOGIN"
        case xoauth2 = "XOAUTH2"
        case oauthBearer = "OAUTHBEARER"
    }

    enum Action: Hashable, Sendable {
        case send(SMTPCommand)
        case accepted
        case refused(SMTPReply)
        /// The server broke the exchange.
        case outOfStep(SMTPReply)
    }

    /// The longest command line with its CRLF (RFC 5321 §4.5.3.1.4): a longer response waits for its 334 (RFC 4954 §4).
    static let commandLimit = 512

    private let credentials: SMTPCredentials
    private var mechanisms: ArraySlice<Mechanism>
    /// Responses sent for the current mechanism, the one within AUTH included.
    private var responses = 0
    /// Whether the response went with AUTH itself, so that a server may have overlooked it.
    private var wasInitial = false
    /// The server has told why it refuses a token and waits for an empty answer to say so in a reply.
    private var isRefused = false

    /// - Parameter offered: names of mechanisms, upper-cased.
    init(_ credentials: SMTPCredentials, offered: Set<String>) {
        self.credentials = credentials
        let known: [Mechanism] =
            switch credentials.kind {
            case .password: [.cramMD5, .plain, .login]
            case .token: [.xoauth2, .oauthBearer]
            }
        mechanisms = known.filter { offered.contains($0.rawValue) }[...]
    }

    /// The first AUTH; nil when the server offers nothing of use.
    mutating func begin() -> SMTPCommand? {
        guard let mechanism = mechanisms.first else { return nil }
        responses = 0
        isRefused = false
        wasInitial = false
        let name = "AUTH \(mechanism.rawValue)"
        guard let response = firstResponse(mechanism), name.utf8.count + response.utf8.count + 3 <= Self.commandLimit
        else { return SMTPCommand(line: name) }
        responses = 1
        wasInitial = true
        return SMTPCommand(line: "\(name) \(response)", isSecret: true)
    }

    mutating func received(_ reply: SMTPReply) -> Action {
        if reply.code == 235, responses > 0, !isRefused { return .accepted }
        if reply.code == 334, !isRefused, let mechanism = mechanisms.first {
            return answer(reply, mechanism).map { .send(SMTPCommand(line: $0, isSecret: true)) } ?? .outOfStep(reply)
        }
        if reply.isPermanent, mayTryNext(after: reply) {
            mechanisms.removeFirst()
            if let next = begin() { return .send(next) }
        }
        return reply.isTransient || reply.isPermanent ? .refused(reply) : .outOfStep(reply)
    }

    /// A mechanism that is not known after all, or CRAM-MD5 whatever the server says. A password that was wrong once
    /// is not shown again in another form.
    private func mayTryNext(after reply: SMTPReply) -> Bool {
        mechanisms.first == .cramMD5 || [500, 501, 502, 504, 534, 538].contains(reply.code)
    }

    // MARK: Responses

    /// What may go with AUTH; nil for mechanisms in which the server speaks first.
    private func firstResponse(_ mechanism: Mechanism) -> String? {
        switch mechanism {
        case .plain: Self.base64("\0\(credentials.user)\0\(credentials.password)")
        case .xoauth2: Self.base64("user=\(credentials.user)\u{1}auth=Bearer \(credentials.password)\u{1}\u{1}")
        case .oauthBearer: Self.base64("n,a=\(saslName),\u{1}auth=Bearer \(credentials.password)\u{1}\u{1}")
        case .login, .cramMD5: nil
        }
    }

    /// `=` and `,` stand for themselves in no name (RFC 5801 §4).
    private var saslName: String {
        credentials.user.replacingOccurrences(of: "=", with: "=3D").replacingOccurrences(of: ",", with: "=2C")
    }

    private mutating func answer(_ challenge: SMTPReply, _ mechanism: Mechanism) -> String? {
        defer { responses += 1 }
        switch (mechanism, responses) {
        case (.cramMD5, 0): return cramMD5(challenge.text)
        case (.login, 0): return Self.base64(credentials.user)
        case (.login, 1): return Self.base64(credentials.password)
        case (.plain, 0), (.xoauth2, 0), (.oauthBearer, 0): return firstResponse(mechanism)
        case (.plain, 1) where wasInitial: return firstResponse(mechanism)
        case (.xoauth2, 1) where wasInitial && challenge.text.isEmpty,
            (.oauthBearer, 1) where wasInitial && challenge.text.isEmpty:
            return firstResponse(mechanism)
        // What comes then is not a challenge but why the token is refused; the reply follows an empty answer (Google,
        // Microsoft), or one of U+0001 (RFC 7628 §3.2.3).
        case (.xoauth2, _):
            isRefused = true
            return ""
        case (.oauthBearer, _):
            isRefused = true
            return "AQ=="
        default: return nil
        }
    }

    private func cramMD5(_ challenge: String) -> String? {
        guard let challenge = Data(base64Encoded: challenge), !challenge.isEmpty else { return nil }
        // In FIPS mode there is no MD5: giving up the exchange (RFC 4954 §4) brings the next mechanism.
        guard let digest = HMACMD5.code(of: challenge, key: credentials.password.utf8) else { return "*" }
        let hex = digest.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        return Self.base64("\(credentials.user) \(hex)")
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
