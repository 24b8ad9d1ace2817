import ArgumentParser
import Foundation
import Server

struct ImportDjangoMailer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-djangomailer",
        abstract: "Bring the users of a djangoMailer over, with all that is theirs.",
        discussion: """
            Users keep their passwords. Campaigns that were sent become history; what was not sent becomes drafts and \
            paused campaigns: nothing is sent until a person starts them. A second run adds only what is not here yet.

            The field encryption key is better given as DJANGOMAILER_FIELD_ENCRYPTION_KEY in the environment: every user \
            of this machine can read arguments.
            """)

    @Option(help: ArgumentHelp("A plain dump, made with `pg_dump --no-owner -f dump.sql DATABASE`.", valueName: "file"))
    var dump: String?
    @Option(
        help: ArgumentHelp(
            "Or the database itself, postgres://user@host/database: read in one snapshot, never written to. The password is better given in PGPASSWORD or ~/.pgpass.",
            valueName: "url"))
    var from: String?
    @Option(
        help: ArgumentHelp(
            "djangoMailer's FIELD_ENCRYPTION_KEY; several with commas. (default: djangoMailer's own)", valueName: "key")
    )
    var fieldEncryptionKey: String?
    @Flag(help: "Read and judge everything; change nothing.") var dryRun = false
    @Option(
        help: ArgumentHelp(
            "Write all that was changed or left out to this file: CSV, or JSON where its name ends in .json.",
            valueName: "file"))
    var report: String?
    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard (dump == nil) != (from == nil) else { throw ValidationError("Give --dump or --from, one of them.") }
    }

    func run() async throws {
        let configuration = try options.configuration()
        let key = fieldEncryptionKey ?? ProcessInfo.processInfo.environment["DJANGOMAILER_FIELD_ENCRYPTION_KEY"]
        try await ImportDjangoMailerCommand(
            origin: dump.map { .dump($0) } ?? .database(from ?? ""),
            fieldEncryptionKey: key.flatMap { $0.isEmpty ? nil : $0 }, isDryRun: dryRun,
            report: report
        ).run(configuration)
    }
}
