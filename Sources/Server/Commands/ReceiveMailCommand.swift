internal import Foundation
internal import Logging
internal import Persistence
internal import Receiving

/// `martlet receive-mail`: one mail from a mail server that hands it over through a pipe.
public enum ReceiveMailCommand {
    /// Reads the mail from standard input and writes down what it says; durable when it returns.
    ///
    /// - Parameter recipient: the envelope's.
    /// - Throws: ``CommandFailure``: 67 for an address that was not made here, 75 for whatever may pass, so that the mail server
    ///   keeps the mail and tries again.
    public static func run(_ configuration: ServerConfiguration, recipient: String) async throws {
        let bytes = readAll()
        do {
            let installation = try await Installation(opening: configuration, logger: Logger(label: "martlet"))
            do {
                try await take(bytes, for: recipient, installation)
                try await installation.database.close()
            } catch {
                try? await installation.database.close()
                throw error
            }
        } catch let failure as CommandFailure where failure.status == .noSuchAddress {
            throw failure
        } catch {
            throw CommandFailure(.tryLater, CommandFailure(describing: error).message)
        }
    }

    private static func take(_ bytes: [UInt8], for recipient: String, _ installation: Installation) async throws {
        let desk = ReturnDesk(
            database: installation.database, signer: installation.signer, logger: Logger(label: "martlet"))
        let text =
            recipient.hasPrefix("<") && recipient.hasSuffix(">") ? String(recipient.dropFirst().dropLast()) : recipient
        guard let address = desk.address(text) else {
            throw CommandFailure(
                .noSuchAddress, "This is no address that was made here, so the mail was not taken.")
        }
        try await desk.take(IncomingMail(recipients: [address], bytes: bytes))
    }

    /// All of it, or whoever writes is told that nobody listens; the beginning is kept.
    private static func readAll() -> [UInt8] {
        var kept: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return kept }
            kept += buffer.prefix(min(count, ReturnDesk.kept - kept.count))
        }
    }
}
