import ArgumentParser
import Server

struct Copy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a whole installation between SQLite and PostgreSQL.",
        discussion: """
            Stop all nodes first. The target must be empty; it is migrated, filled in one transaction, and compared with the \
            source, table by table. In the copy all campaigns that were scheduled or under way are paused. Addresses: \
            postgres://user@host/database (the password is better given in PGPASSWORD or ~/.pgpass), sqlite:PATH, or \
            sqlite: for the file of the data folder.
            """)

    @Option(help: ArgumentHelp("The database that is there.", valueName: "url")) var from: String
    @Option(help: ArgumentHelp("The empty one.", valueName: "url")) var to: String
    @OptionGroup var options: CommonOptions

    func run() async throws {
        try await CopyCommand(from: from, to: to).run(options.configuration()).forEach { print($0) }
    }
}
