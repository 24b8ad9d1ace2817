internal import Campaigns
internal import Foundation
internal import Importing
internal import Logging
internal import Persistence
internal import Synchronization
internal import Vault

/// `martlet recipients import`: a file into a user's recipients, with the same rules as the upload page.
public enum ImportRecipientsCommand {
    /// - Returns: 65 when rows were left out, though the good ones are in.
    public static func run(_ configuration: ServerConfiguration, file: String, user: String) async throws -> ExitStatus
    {
        try FileReading.check(file)
        let terminal = Terminal.ofProcess()
        let installation = try await Installation(opening: configuration, readers: 1, logger: Logger(label: "martlet"))
        do {
            let wrong = try await importFile(file, for: user, into: installation.database, terminal)
            try await installation.database.close()
            return wrong == 0 ? .success : .badData
        } catch {
            try? await installation.database.close()
            throw error
        }
    }

    private static func importFile(
        _ file: String, for name: String, into database: any Database, _ terminal: Terminal
    ) async throws -> Int {
        let user = try await UserAdministration(database: database, passwords: Passwords()).find(name)
        let imports = Imports(database: database)
        ProcessMemory.giveBack()
        do {
            let status = try await imports.importAtOnce(
                account: user.account, fileName: URL(fileURLWithPath: file).lastPathComponent,
                pieces: FilePieces.Sequence(path: file)
            ) { state, details in
                guard terminal.isInteractive, details.rows > 0 else { return }
                let done = "\(SendProgress.grouped(details.done)) of \(SendProgress.grouped(details.rows)) rows"
                terminal.draw(state == .applying ? "Importing: \(done)" : "Reading: \(done)")
            }
            terminal.endDrawing()
            let details = status.details
            details.warnings.forEach { terminal.note(printable($0)) }
            let counts = [
                (details.new, "new"), (details.changed, "changed"), (details.same, "unchanged"),
                (details.repeated, "repeated further down the file"), (details.wrong, "wrong"),
            ].filter { $0.0 > 0 }
            terminal.say(
                "\(SendProgress.counted(details.rows, "row", "rows")): "
                    + counts.map { "\(SendProgress.grouped($0.0)) \($0.1)" }.joined(separator: ", ") + ".")
            if details.wrong > 0 { try await showWrong(status, account: user.account, imports, terminal) }
            return details.wrong
        } catch let fault as ImportFault {
            terminal.endDrawing()
            var sentence = fault.userMessage
            if case .needsMapping = fault {
                sentence +=
                    " Name the columns in the first line (email, first_name, …), or upload the file in the browser, where you can choose."
            }
            throw CommandFailure(.badData, "\(file): \(sentence) Nothing was imported.")
        }
    }

    private static func showWrong(
        _ status: ImportStatus, account: Account.ID, _ imports: Imports, _ terminal: Terminal
    ) async throws {
        let rows = try await imports.preview(status.id, account: account, verdicts: [.wrong, .unreadable], limit: 20)
        for row in rows {
            // Some reasons name their line themselves.
            let place = row.note.hasPrefix("Line \(row.line) ") ? "" : "Line \(row.line): "
            terminal.note("  \(place)\(printable(row.note))")
        }
        if status.details.wrong > rows.count {
            terminal.note("  … and \(SendProgress.grouped(status.details.wrong - rows.count)) more")
        }
    }
}

extension FilePieces {
    /// The same for whoever takes pieces as they come.
    struct Sequence: AsyncSequence, Sendable {
        let path: String

        func makeAsyncIterator() -> Iterator { Iterator(path: path) }

        struct Iterator: AsyncIteratorProtocol {
            let path: String
            private var pieces: FilePieces?

            init(path: String) { self.path = path }

            mutating func next() async throws -> [UInt8]? {
                let file = try pieces ?? FilePieces(path)
                pieces = file
                return try file.next()
            }
        }
    }
}
