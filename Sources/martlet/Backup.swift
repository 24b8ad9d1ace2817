import ArgumentParser
import Server

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the whole installation into a file, while it runs.",
        discussion: """
            The keys that Martlet made go into a second file, FILE.keys: without them a backup cannot open the stored \
            mail passwords. Both files are for the owner alone; whoever has both has everything.
            """)

    @Argument(help: "The file to make.") var file: String
    @Flag(help: "Replace a file of this name.") var force = false
    @Flag(help: "Do not copy the keys; you keep them elsewhere.") var withoutKeys = false
    @OptionGroup var options: CommonOptions

    func run() async throws {
        let lines = try await BackupCommand(file: file, replaces: force, leavesOutKeys: withoutKeys)
            .run(options.configuration())
        lines.forEach { print($0) }
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in place, with all campaigns paused.",
        discussion: """
            Stop the server first. Campaigns that were scheduled or under way when the backup was made are paused: some of \
            their mails may have gone out since, so each is resumed by hand.
            """)

    @Argument(help: "A file made with `martlet backup`.") var file: String
    @Option(help: ArgumentHelp("The file with its keys. (default: FILE.keys)", valueName: "file")) var keys: String?
    @Flag(help: "Put the installation that is there aside.") var replace = false
    @OptionGroup var options: CommonOptions

    func run() async throws {
        let lines = try await RestoreCommand(file: file, keys: keys, replaces: replace).run(options.configuration())
        lines.forEach { print($0) }
    }
}
