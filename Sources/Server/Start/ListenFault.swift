internal import Foundation
internal import NIOCore

/// Why the server could not listen, as a sentence.
enum ListenFault {
    /// nil for an error that is about something else.
    static func describe(_ error: any Error, host: String, port: Int) -> CommandFailure? {
        if error is SocketAddressError {
            return CommandFailure(
                .unavailable, "The host name \(host) is not known; use an IP address such as 127.0.0.1 with --host.")
        }
        guard let error = error as? IOError else { return nil }
        switch error.errnoCode {
        case EADDRINUSE:
            return CommandFailure(
                .unavailable,
                """
                Port \(port) is in use by another program. Stop that one, or choose another port: --port \
                \(port < 65535 ? port + 1 : 8000), or --port 0 for any free one.
                """)
        case EACCES:
            return CommandFailure(
                .notPermitted, "Port \(port) is only for root. Choose a port from 1024, and put a proxy in front of it."
            )
        case EADDRNOTAVAIL:
            return CommandFailure(
                .unavailable,
                "\(host) is not an address of this machine. Use 127.0.0.1 for this machine only, or 0.0.0.0 for every network."
            )
        default: return nil
        }
    }
}
