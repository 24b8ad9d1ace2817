internal import Foundation
public import Receiving

/// How mail that comes back reaches us.
public enum ReturnMailSource: Sendable, Equatable {
    /// Not at all.
    case off
    /// Another node listens, or a mail server hands it over to `martlet receive-mail`.
    case elsewhere
    case listening([ListenAddress])

    /// Whether recipients may be told of addresses of ours.
    var isReceived: Bool { self != .off }

    /// What the MX record of a domain for bounces has to lead to; nil where nobody knows, or nothing is received.
    func receiver(named name: String?) -> String? {
        switch self {
        case .off: nil
        case .elsewhere: name
        case .listening: name ?? NodeName.current()
        }
    }

    /// `off`, `elsewhere`, or addresses with commas between them: `0.0.0.0:25,[::]:25`.
    init?(_ text: String) {
        switch text.lowercased().trimmingCharacters(in: .whitespaces) {
        case "off", "false", "no", "0": self = .off
        case "elsewhere": self = .elsewhere
        default:
            let addresses = text.split(separator: ",").map { Self.address($0.trimmingCharacters(in: .whitespaces)) }
            guard !addresses.isEmpty, !addresses.contains(nil) else { return nil }
            self = .listening(addresses.compactMap(\.self))
        }
    }

    private static func address(_ text: String) -> ListenAddress? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        guard let port = Parse.number(String(text[text.index(after: colon)...]), in: 0...65535),
            let host = Parse.host(String(text[..<colon]))
        else { return nil }
        return ListenAddress(host: host, port: port)
    }
}

/// Who the receiver says it is, for STARTTLS.
struct ReturnMailFiles: Sendable, Equatable {
    var certificate: String
    var key: String

    /// - Throws: ``CommandFailure`` for a file that cannot be read.
    func read() throws -> ReceivingIdentity {
        ReceivingIdentity(certificatePEM: try Self.text(certificate), keyPEM: try Self.text(key))
    }

    private static func text(_ path: String) throws -> String {
        do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw CommandFailure(
                .notPermitted,
                "\(path) cannot be read; RETURN_MAIL_CERTIFICATE and RETURN_MAIL_KEY name PEM files that the user of Martlet may read."
            )
        }
    }
}
