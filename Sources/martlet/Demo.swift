import ArgumentParser
import Server

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a server with invented people, templates and campaigns; nothing leaves this machine.",
        discussion: "The data folder is ./data-demo unless --data names another one; it must be empty or a demo's.")

    @OptionGroup var listen: ListenOptions
    @OptionGroup var options: CommonOptions

    func run() async throws {
        var options = options
        if options.data == nil { options.data = "./data-demo" }
        try await DemoCommand.run(options.configuration(listen.flags), printsPort: listen.printPort)
    }
}
