import ArgumentParser
import Server

/// Where the server listens.
struct ListenOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen on. (default: MARTLET_HOST or 127.0.0.1)", valueName: "address"))
    var host: String?
    @Option(help: ArgumentHelp("The port; 0 for any free one. (default: MARTLET_PORT or 8000)", valueName: "port"))
    var port: String?
    @Flag(help: "For scripts: print the port alone, once the server listens.")
    var printPort = false

    var flags: [String: String?] { ["MARTLET_HOST": host, "MARTLET_PORT": port] }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the whole server: pages, delivery, imports.",
        discussion: """
            SIGTERM or Ctrl-C stops it cleanly: no new mail is begun, those under way end. A second one stops it at once. \
            One process at a time may use a data folder; several nodes share a PostgreSQL database (DATABASE_URL), each with a \
            data folder of its own.
            """)

    @Option(
        help: ArgumentHelp(
            "web (pages), delivery (sending and imports) or all. (default: MARTLET_ROLE or all)", valueName: "role"))
    var role: String?
    @OptionGroup var listen: ListenOptions
    @OptionGroup var options: CommonOptions

    func run() async throws {
        let flags = listen.flags.merging(["MARTLET_ROLE": role]) { $1 }
        try await ServeCommand.run(options.configuration(flags), printsPort: listen.printPort)
    }
}

struct SendEmails: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-emails",
        abstract: "Send what is due, once, and exit; for cron. Where `serve` runs it is not needed.")

    @OptionGroup var options: CommonOptions

    func run() async throws { print(try await SendEmailsCommand.run(options.configuration())) }
}
