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

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the version.")

    func run() { print("martlet \(MartletVersion.current)") }
}
