import ArgumentParser
import Server

struct ReceiveMail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive-mail",
        abstract: "Take one mail that came back, from standard input.",
        discussion: """
            For a mail server that receives for the domain of bounces and hands its mail over through a pipe (Postfix, Exim); \
            docs/return-mail.md has the lines for it. Ends with 0 when what the mail says is written down, with 67 for an \
            address that was not made here, and with 75 for whatever may pass: the mail server tries again then.
            """)

    @Argument(help: "The envelope's recipient, such as bounce+…@bounces.example.org.") var recipient: String
    @OptionGroup var options: CommonOptions

    func run() async throws {
        let configuration: ServerConfiguration
        do { configuration = try options.configuration() } catch {
            throw CommandFailure(.tryLater, CommandFailure(describing: error).message)
        }
        try await ReceiveMailCommand.run(configuration, recipient: recipient)
    }
}
