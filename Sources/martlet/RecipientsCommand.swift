import ArgumentParser
import Server

struct RecipientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipients", abstract: "Import recipients.", subcommands: [Import.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a CSV file into a user's recipients.",
            discussion: """
                Columns are found by their names, in any order; addresses that are there already get the file's values. \
                Rows that are wrong are left out and told with line and reason; then the exit code is 65.
                """)

        @Argument(help: "A CSV file.") var file: String
        @Option(help: ArgumentHelp("Whose recipients: a user name or email address.", valueName: "name")) var user:
            String
        @OptionGroup var options: CommonOptions

        func run() async throws {
            let status = try await ImportRecipientsCommand.run(options.configuration(), file: file, user: user)
            if status != .success { throw ArgumentParser.ExitCode(status.rawValue) }
        }
    }
}
