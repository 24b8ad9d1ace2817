internal import Foundation
internal import Logging

/// `martlet serve`.
public enum ServeCommand {
    /// Until SIGTERM or SIGINT.
    ///
    /// - Parameters:
    ///   - printsPort: for scripts: standard output gets the port alone, once the server listens.
    ///   - greeting: further lines for the person.
    public static func run(_ configuration: ServerConfiguration, printsPort: Bool, greeting: [String] = []) async throws
    {
        let logger = Logger(label: "martlet")
        let terminal = Terminal.ofProcess()
        if configuration.assetsFolder == nil {
            logger.warning("No style sheets were found, so pages look bare; run `make assets`, or set MARTLET_ASSETS")
        }
        let server = try await buildServer(configuration, logger: logger) { port in
            if printsPort {
                terminal.say(String(port))
            } else {
                terminal.say(
                    "Martlet is ready at \(configuration.siteURL?.text ?? configuration.localAddress(port: port))")
                greeting.forEach(terminal.say)
            }
        }
        try await server.run()
        logger.notice("Stopped")
    }
}
