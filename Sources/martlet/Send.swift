import ArgumentParser
import Foundation
import Server

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a template to everybody in a CSV file, without a server.",
        discussion: """
            The ledger, an SQLite file beside the recipients, remembers who was mailed. After an interruption, a crash \
            or a kill the same command goes on, and nobody is mailed twice.

            Addresses of the mail server:
              smtp://user:password@host:587       STARTTLS; a server without it is refused
              smtps://user:password@host:465      TLS from the start
              smtp://localhost:25                 no encryption, because it stays on this machine
            Write ?security=none for a server in a network that you trust, and ?verify=no for a server whose certificate cannot be checked. The password is better given in \
            MARTLET_SMTP_PASSWORD: every user of this machine can read arguments.

            Ends with 0 when all mails were delivered, with 3 when some failed, are unknown, or rows were left out. With \
            --dry-run it ends with 3 when rows would be left out.
            """)

    @Option(help: ArgumentHelp("A CSV file; its first line names the columns, one of them email.", valueName: "file"))
    var recipients: String
    @Option(help: ArgumentHelp("An HTML file with {first_name} and the like.", valueName: "file"))
    var template: String
    @Option(help: ArgumentHelp("A text file for the text part. (default: made from the HTML)", valueName: "file"))
    var text: String?
    @Option(help: "The subject; it may have merge tags too.")
    var subject: String
    @Option(help: ArgumentHelp("ada@example.org or \"Ada <ada@example.org>\".", valueName: "address"))
    var from: String
    @Option(help: ArgumentHelp("The mail server; see above.", valueName: "url"))
    var smtp: String?
    @Option(help: ArgumentHelp("The most mails in any 60 minutes. (default: no limit)", valueName: "n"))
    var maxPerHour: Int?
    @Option(help: ArgumentHelp("Connections to the mail server, 1 to 500.", valueName: "n"))
    var connections = 8
    @Option(help: ArgumentHelp("The ledger. (default: the recipients' path and .martlet-ledger)", valueName: "file"))
    var ledger: String?
    @Flag(help: "Check everything and show the first mail; send nothing.")
    var dryRun = false
    @Flag(help: "End instead of waiting when the server wants the rest later.")
    var noWait = false
    @Option(help: ArgumentHelp("What is logged beside the progress.", valueName: "level"))
    var logLevel = "warning"

    func validate() throws {
        if let maxPerHour, maxPerHour < 1 { throw ValidationError("--max-per-hour is \(maxPerHour); use 1 or more.") }
        guard (1...500).contains(connections) else {
            throw ValidationError("--connections is \(connections); use 1 to 500.")
        }
    }

    func run() async throws {
        try Log.start(level: logLevel)
        let password = ProcessInfo.processInfo.environment["MARTLET_SMTP_PASSWORD"]
        let request = SendRequest(
            recipients: recipients, template: template, text: text, subject: subject, from: from,
            smtp: try smtp.map { try RelayAddress($0, password: password) }, maxPerHour: maxPerHour,
            connections: connections, ledger: ledger, isDryRun: dryRun, waits: !noWait)
        let status = try await SendCommand(request).run()
        if status != .success { throw ArgumentParser.ExitCode(status.rawValue) }
    }
}
