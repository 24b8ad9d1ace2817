import Foundation
import FoundationNetworking
import Persistence
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(2))) struct `The running server` {
    private func get(_ address: String) async throws -> (status: Int, body: String) {
        let (data, response) = try await URLSession.shared.data(from: try #require(URL(string: address)))
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    @Test func `starts with nothing set, answers, refuses a second one, and stops on SIGTERM`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder)
        let port = try #require(await server.nextLine().flatMap { Int($0) })

        #expect(try await get("http://127.0.0.1:\(port)/health").status == 200)
        #expect(try await get("http://127.0.0.1:\(port)/ready").status == 200)

        let second = try await MartletProcess.run(["serve", "--port", "0"], in: folder)
        #expect(second.status == ExitStatus.tryLater.rawValue)
        #expect(second.errors.contains("process \(server.processID)"))
        #expect(second.errors.contains("--data"))

        let elsewhere = try await MartletProcess.run(["serve", "--port", "\(port)", "--data", "other"], in: folder)
        #expect(elsewhere.status == ExitStatus.unavailable.rawValue)
        #expect(elsewhere.errors.contains("Port \(port) is in use"))

        let pass = try await MartletProcess.run(["send-emails"], in: folder)
        #expect(pass.status == 0)
        #expect(pass.output.contains("process \(server.processID)"))

        server.send(SIGTERM)
        let end = try await server.end()
        #expect(end.status == 0, "\(end.errors)")
    }

    @Test(arguments: [
        ("MARTLET_ADMIN_USER", "MARTLET_ADMIN_EMAIL", "MARTLET_ADMIN_PASSWORD"),
        ("DJANGO_SUPERUSER_USERNAME", "DJANGO_SUPERUSER_EMAIL", "DJANGO_SUPERUSER_PASSWORD"),
    ])
    func `makes the administrator of its configuration once, and never changes that password again`(
        _ user: String, _ email: String, _ password: String
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var environment = [user: "root", email: "root@example.org", password: "a long enough phrase"]
        for _ in 1...2 {
            let server = try MartletProcess(
                ["serve", "--port", "0", "--print-port"], in: folder, environment: environment)
            _ = await server.nextLine()
            server.send(SIGTERM)
            #expect(try await server.end().status == 0)
            environment[password] = "another long phrase"
        }
        let list = try await MartletProcess.run(["user", "list"], in: folder)
        #expect(list.output == "1  root  root@example.org  administrator")
        environment[email] = nil
        let partial = try await MartletProcess.run(["serve", "--port", "0"], in: folder, environment: environment)
        #expect(partial.status == ExitStatus.configuration.rawValue)
        #expect(partial.errors.contains("MARTLET_ADMIN_EMAIL is missing"))
    }

    @Test func `starts again after it was killed`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for _ in 1...2 {
            let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder)
            let port = try #require(await server.nextLine().flatMap { Int($0) })
            #expect(try await get("http://127.0.0.1:\(port)/health").status == 200)
            server.send(SIGKILL)
            #expect(try await server.end().status == 128 + SIGKILL)
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `The demo` {
    @Test func `has a past, a running campaign whose numbers add up, and stops on SIGTERM`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let demo = try MartletProcess(["demo", "--port", "0"], in: folder)
        #expect(await demo.nextLine()?.hasPrefix("Martlet is ready at http://127.0.0.1:") == true)
        #expect(await demo.nextLine() == "Log in as demo with the password martlet demo")
        demo.send(SIGTERM)
        let end = try await demo.end()
        #expect(end.status == 0, "\(end.errors)")

        let (database, _) = try await DatabaseOpening.open(path: folder.file("data-demo/martlet.sqlite"))
        let campaigns = try await database.read { tx in
            try tx.rows(
                """
                SELECT c.state, c.audience, (SELECT SUM(messages) FROM campaign_tally t WHERE t.campaign_id = c.id)
                FROM campaign c ORDER BY c.id
                """
            ) { (try $0.string(0), try $0.int(1), try $0.int(2)) }
        }
        try await database.close()
        #expect(campaigns.map(\.0) == ["finished", "sending"])
        for (_, audience, sum) in campaigns { #expect(audience == sum && audience > 500) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `The command line` {
    @Test func `recipients are imported for a user, and wrong rows are told`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let made = try await MartletProcess.run(
            ["user", "create", "ada", "--email", "ada@example.org"], in: folder, input: "a long enough passphrase\n")
        #expect(made.status == 0, "\(made.errors)")
        try Data("Email;Vorname;Shoes\na@example.org;A;1\nbroken;B;2\nc@example.org;C;3\nd@example.org;D;4;5\n".utf8)
            .write(to: URL(fileURLWithPath: folder.file("people.csv")))
        let end = try await MartletProcess.run(["recipients", "import", "people.csv", "--user", "ada"], in: folder)
        #expect(end.status == ExitStatus.badData.rawValue, "\(end.errors)")
        #expect(end.output.contains("4 rows: 2 new, 2 wrong."))
        #expect(end.errors.contains("  Line 3: "))
        #expect(end.errors.contains("  Line 5 has 4 fields"), "\(end.errors)")
        #expect(end.errors.contains("The column “Shoes” is not known and is left out.\n"), "\(end.errors)")
        try Data("x@example.org;X\n".utf8).write(to: URL(fileURLWithPath: folder.file("bare.csv")))
        let bare = try await MartletProcess.run(["recipients", "import", "bare.csv", "--user", "ada"], in: folder)
        #expect(bare.status == ExitStatus.badData.rawValue)
        #expect(bare.errors.contains("Name the columns in the first line"), "\(bare.errors)")
        let nobody = try await MartletProcess.run(["recipients", "import", "people.csv", "--user", "eve"], in: folder)
        #expect(nobody.status == ExitStatus.notFound.rawValue)
    }

    @Test func `users are made, listed, and given passwords, which are never arguments`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let ada = try await MartletProcess.run(
            ["user", "create", "Ada", "--email", "ada@example.org"], in: folder, input: "a long enough passphrase\n")
        #expect(ada.status == 0, "\(ada.errors)")
        #expect(ada.output.contains("site administrator"))
        let again = try await MartletProcess.run(
            ["user", "create", "ADA", "--email", "b@example.org"], in: folder, input: "a long enough passphrase\n")
        #expect(again.status == ExitStatus.badData.rawValue)
        let short = try await MartletProcess.run(
            ["user", "create", "bob", "--email", "bob@example.org"], in: folder,
            environment: ["MARTLET_PASSWORD": "short"])
        #expect(short.status == ExitStatus.usage.rawValue)
        let bob = try await MartletProcess.run(
            ["user", "create", "bob", "--email", "bob@example.org"], in: folder,
            environment: ["MARTLET_PASSWORD": "another long passphrase"])
        #expect(bob.status == 0 && !bob.output.contains("administrator"))
        let list = try await MartletProcess.run(["user", "list"], in: folder)
        #expect(list.output.contains("Ada  ada@example.org  administrator"))
        #expect(list.output.contains("bob  bob@example.org"))
        let set = try await MartletProcess.run(
            ["user", "set-password", "BOB@example.org"], in: folder, input: "a third long passphrase\n")
        #expect(set.status == 0, "\(set.errors)")
        let nobody = try await MartletProcess.run(
            ["user", "set-password", "eve"], in: folder, input: "a third long passphrase\n")
        #expect(nobody.status == ExitStatus.notFound.rawValue)
        #expect(nobody.errors.contains("martlet user list"))
    }

    @Test func `every fault is one sentence without a trace`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data().write(to: URL(fileURLWithPath: folder.file("file")))
        for (arguments, status) in [
            (["migrate", "--data", "file"], ExitStatus.notPermitted),
            (["check-config", "--log-level", "loud"], .configuration),
            (["check-config", "--env-file", "none.env"], .configuration), (["nonsense"], .usage),
        ] {
            let end = try await MartletProcess.run(arguments, in: folder)
            #expect(end.status == status.rawValue, "\(arguments): \(end.errors)")
            #expect(!end.errors.isEmpty && !end.errors.contains("Fatal") && !end.errors.contains(".swift"))
        }
    }

    @Test func `a database of a newer version is refused with a sentence`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        #expect(try await MartletProcess.run(["migrate"], in: folder).status == 0)
        let (database, _) = try await DatabaseOpening.open(path: folder.file("data/martlet.sqlite"))
        try await database.write { tx in
            _ = try tx.run("INSERT INTO schema_migration (number, subject, applied_at) VALUES (9999, 'later', 0)")
        }
        try await database.close()
        let end = try await MartletProcess.run(["migrate"], in: folder)
        #expect(end.status == ExitStatus.badData.rawValue)
        #expect(end.errors.contains("newer Martlet"))
    }
}
