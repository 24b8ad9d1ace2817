import ArgumentParser
import Foundation
import Server

@main struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A self-hosted email campaign server.",
        discussion: """
            Settings come from flags, the environment, and a .env file, in this order; `martlet check-config` lists them.

            Exit codes:
            \(ExitStatus.allCases.map { "  \($0.rawValue)\t\($0.meaning)" }.joined(separator: "\n"))
            """,
        version: "martlet \(MartletVersion.current)",
        subcommands: [
            Serve.self, Send.self, SendEmails.self, RecipientsCommand.self, UserCommand.self, Migrate.self,
            CheckConfig.self, ImportDjangoMailer.self, Backup.self, Restore.self, Copy.self, ChangeKeys.self,
            ReceiveMail.self, Demo.self, Version.self,
        ])

    /// Every failure leaves as one sentence on standard error and a documented exit code.
    static func main() async {
        ProcessMemory.prepare()
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch let error where exitCode(for: error) != .failure || error is ArgumentParser.ExitCode {
            exit(withError: error)
        } catch {
            let failure = CommandFailure(describing: error)
            FileHandle.standardError.write(Data("martlet: \(failure.message)\n".utf8))
            exit(withError: ArgumentParser.ExitCode(failure.status.rawValue))
        }
    }
}

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The data folder. (default: MARTLET_DATA or ./data)", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("A file of settings to read instead of ./.env.", valueName: "file"))
    var envFile: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("auto, human or json.", valueName: "format"))
    var logFormat: String?

    /// Reads all settings and begins the log.
    func configuration(_ flags: [String: String?] = [:]) throws -> ServerConfiguration {
        var given = flags.compactMapValues(\.self)
        given["MARTLET_DATA"] = data
        given["LOG_LEVEL"] = logLevel
        given["LOG_FORMAT"] = logFormat
        let configuration = try ServerConfiguration.load(.ofProcess(flags: given, file: envFile))
        Log.start(format: configuration.logFormat, level: configuration.logLevel)
        return configuration
    }
}
