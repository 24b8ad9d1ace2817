import ArgumentParser
import Server

struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check all settings; show each one and where it came from, secrets redacted.")

    @OptionGroup var options: CommonOptions

    func run() async throws {
        print(CheckConfiguration.table(try options.configuration()))
    }
}

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database up to this version; `serve` does it as well.")

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let applied = try await MigrateCommand.run(options.configuration())
        print(
            applied.isEmpty
                ? "The database is up to date."
                : "Migrations applied: \(applied.map(String.init).joined(separator: ", ")).")
    }
}

struct ChangeKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-keys",
        abstract: "Use this installation with the keys that are set now.",
        discussion: """
            Stop all nodes first. Set FIELD_ENCRYPTION_KEY to the new key, a comma, and the old one: all stored passwords and \
            signing keys are sealed with the first, in one step. Another SECRET_KEY makes links in mails that were sent \
            worthless; that is said, and done.
            """)

    @OptionGroup var options: CommonOptions

    func run() async throws {
        try await ChangeKeysCommand.run(options.configuration()).forEach { print($0) }
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the version.")

    func run() { print("martlet \(MartletVersion.current)") }
}
