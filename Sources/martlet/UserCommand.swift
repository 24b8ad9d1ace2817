import ArgumentParser
import Server

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Make and list users, and set their passwords.",
        subcommands: [Create.self, List.self, SetPassword.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user with an account of its own.",
            discussion: PasswordInput.explanation)

        @Argument(help: "The user name.") var name: String
        @Option(help: "The user's email address.") var email: String
        @Flag(help: "Make a site administrator. (The first user always is one.)") var admin = false
        @OptionGroup var options: CommonOptions

        func run() async throws {
            let configuration = try options.configuration()
            let password = try PasswordInput.read(for: name)
            print(
                try await UserAdministration.withInstallation(configuration) {
                    try await $0.create(name: name, email: email, password: password, isAdministrator: admin)
                })
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all users.")

        @OptionGroup var options: CommonOptions

        func run() async throws {
            print(try await UserAdministration.withInstallation(options.configuration()) { try await $0.table() })
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-password", abstract: "Set a user's password and end the user's sessions.",
            discussion: PasswordInput.explanation)

        @Argument(help: "The user name or email address.") var name: String
        @OptionGroup var options: CommonOptions

        func run() async throws {
            let configuration = try options.configuration()
            let password = try PasswordInput.read(for: name)
            try await UserAdministration.withInstallation(configuration) {
                try await $0.setPassword(of: name, to: password)
            }
            print("The password of \(name) was set; older sessions have ended.")
        }
    }
}
