import Foundation
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(3))) struct `martlet send` {
    /// A folder with `people.csv` and `offer.html`.
    private func prepared(_ count: Int, extraRows: String = "") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let rows = (1...count).map { "person\($0)@example.org;Person \($0);Company \($0 % 7)\n" }.joined()
        try Data("E-Mail;Vorname;Firma\n\(rows)\(extraRows)".utf8).write(
            to: URL(fileURLWithPath: folder.file("people.csv")))
        try Data("<p>Dear {first_name|friend} of {company},</p><p>hello.</p>".utf8)
            .write(to: URL(fileURLWithPath: folder.file("offer.html")))
        return folder
    }

    private func arguments(_ port: Int, _ more: String...) -> [String] {
        [
            "send", "--recipients", "people.csv", "--template", "offer.html", "--subject", "Offer for {company}",
            "--from",
            "Ada <ada@acme.example>", "--smtp", "smtp://127.0.0.1:\(port)", "--connections", "2",
        ] + more
    }

    private func recipients(of sink: RecordingSMTPSink) -> [String] { sink.messages.map(\.recipient).sorted() }

    @Test func `everybody gets one mail, and the same command again sends nothing`() async throws {
        let folder = try prepared(50)
        defer { folder.remove() }
        let sink = try await RecordingSMTPSink.start()
        let first = try await MartletProcess.run(arguments(sink.port), in: folder)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("50  delivered"))
        #expect(recipients(of: sink) == (1...50).map { "person\($0)@example.org" }.sorted())
        let text = String(decoding: try #require(sink.messages.first).bytes, as: UTF8.self)
        #expect(text.contains("From: Ada <ada@acme.example>"))
        #expect(text.contains("Subject: Offer for Company"))

        let second = try await MartletProcess.run(arguments(sink.port), in: folder)
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.errors.contains("50 of 50 are done"))
        #expect(sink.messages.count == 50)
        await sink.stop()
    }

    @Test func `a workbook in the place of the CSV gets a sentence`() async throws {
        let folder = try prepared(1)
        defer { folder.remove() }
        try Data("PK\u{3}\u{4}\u{14}\u{0}\u{6}\u{0}xl/workbook.xml".utf8)
            .write(to: URL(fileURLWithPath: folder.file("people.csv")))
        let refused = try await MartletProcess.run(arguments(1, "--dry-run"), in: folder)
        #expect(refused.status == ExitStatus.badData.rawValue, "\(refused.errors)")
        #expect(refused.errors.contains("people.csv: This is a workbook of Excel or LibreOffice"))
        #expect(refused.errors.contains("save it as CSV (in Excel: “CSV UTF-8”), and use that file."))
    }

    @Test func `after a kill the same command goes on, and nobody is mailed twice`() async throws {
        let folder = try prepared(300)
        defer { folder.remove() }
        var behaviour = RecordingSMTPSink.Behaviour()
        behaviour.reactions = { _ in .init(dot: .after(.milliseconds(20), .accept)) }
        let sink = try await RecordingSMTPSink.start(behaviour)
        let killed = try MartletProcess(arguments(sink.port), in: folder)
        await sink.waitForMessages(60)
        killed.send(SIGKILL)
        #expect(try await killed.end().status == 128 + SIGKILL)

        let resumed = try await MartletProcess.run(arguments(sink.port), in: folder)
        let mailed = recipients(of: sink)
        #expect(Set(mailed).count == mailed.count, "somebody was mailed twice")
        // What hung between dot and answer at the kill is unknown: at most one message a connection, and it is told.
        #expect(mailed.count >= 298 && mailed.count <= 300)
        #expect(resumed.status == (resumed.output.contains("unknown") ? ExitStatus.someNotDelivered.rawValue : 0))
        #expect(mailed.count == 300 || resumed.output.contains("unknown"))
        #expect(resumed.output.contains("300  recipients in all"))
        await sink.stop()
    }

    @Test func `Ctrl-C ends what is under way and the same command goes on`() async throws {
        let folder = try prepared(100)
        defer { folder.remove() }
        var behaviour = RecordingSMTPSink.Behaviour()
        // Slow enough that the signal comes long before the end, however busy the machine is.
        behaviour.reactions = { _ in .init(dot: .after(.milliseconds(500), .accept)) }
        let sink = try await RecordingSMTPSink.start(behaviour)
        let stopped = try MartletProcess(arguments(sink.port), in: folder)
        await sink.waitForMessages(6)
        stopped.send(SIGINT)
        let end = try await stopped.end()
        #expect(end.status == ExitStatus.interrupted.rawValue, "\(end.errors)")
        #expect(end.errors.contains("The same command goes on"))
        #expect(!end.output.contains("unknown"))
        sink.react { _ in .init() }
        let resumed = try await MartletProcess.run(arguments(sink.port), in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(recipients(of: sink) == (1...100).map { "person\($0)@example.org" }.sorted())
        await sink.stop()
    }

    @Test func `a ledger is not used for another mailing`() async throws {
        let folder = try prepared(3)
        defer { folder.remove() }
        let sink = try await RecordingSMTPSink.start()
        #expect(try await MartletProcess.run(arguments(sink.port), in: folder).status == 0)
        let other = try await MartletProcess.run(arguments(sink.port, "--subject", "Another"), in: folder)
        #expect(other.status == ExitStatus.badData.rawValue)
        #expect(other.errors.contains("the subject changed since"))
        #expect(sink.messages.count == 3)
        await sink.stop()
    }

    @Test func `refused recipients and wrong rows are told and counted`() async throws {
        let folder = try prepared(4, extraRows: "not an address;X;Y\nperson1@EXAMPLE.org;Again;Z\n")
        defer { folder.remove() }
        let sink = try await RecordingSMTPSink.start()
        sink.react { $0.recipient.hasPrefix("person2") ? .init(recipient: .reply("550 5.1.1 No such user")) : .init() }
        let end = try await MartletProcess.run(arguments(sink.port), in: folder)
        #expect(end.status == ExitStatus.someNotDelivered.rawValue)
        #expect(end.errors.contains("Line 6: "))
        #expect(end.errors.contains("1 row repeats an address"))
        #expect(end.output.contains("3  delivered"))
        #expect(end.output.contains("1  failed for good"))
        #expect(end.output.contains("person2@example.org: "))
        #expect(end.output.contains("No such user"))
        #expect(end.output.contains("1  row of the file left out, because it is wrong"))
        await sink.stop()
    }

    @Test func `a dry run sends nothing and leaves nothing`() async throws {
        let folder = try prepared(3)
        defer { folder.remove() }
        let sink = try await RecordingSMTPSink.start()
        let end = try await MartletProcess.run(arguments(sink.port, "--dry-run"), in: folder)
        #expect(end.status == 0, "\(end.errors)")
        #expect(end.output.contains("Subject: Offer for Company 1"))
        #expect(end.output.contains("Dear Person 1"))
        #expect(end.errors.contains("3 mails would be sent"))
        #expect(sink.connections == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.file("people.csv.martlet-ledger")))
        await sink.stop()
    }

    @Test func `a dry run ends as the sending would where rows are wrong`() async throws {
        let folder = try prepared(1, extraRows: "not an address;X;Y\n")
        defer { folder.remove() }
        let end = try await MartletProcess.run(arguments(25, "--dry-run"), in: folder)
        #expect(end.status == ExitStatus.someNotDelivered.rawValue, "\(end.errors)")
        #expect(end.errors.contains("people.csv: 1 recipient\n"))
        #expect(end.errors.contains("1 row is wrong and is left out:"))
        #expect(end.errors.contains("1 mail would be sent"))
    }

    @Test func `a server that cannot be used is told before anything is sent`() async throws {
        let folder = try prepared(3)
        defer { folder.remove() }
        let sink = try await RecordingSMTPSink.start()
        let port = sink.port
        await sink.stop()
        let end = try await MartletProcess.run(arguments(port), in: folder)
        #expect(end.status == ExitStatus.unavailable.rawValue)
        #expect(end.errors.contains("Nothing was sent."))
    }

    struct Fault: Sendable {
        let people: String
        let template: String
        let says: String
    }

    @Test(arguments: [
        Fault(people: "", template: "<p>x</p>", says: "is empty"),
        Fault(people: "email\n", template: "<p>x</p>", says: "has no recipients below its first line"),
        Fault(people: "a@example.org\nb@example.org\n", template: "<p>x</p>", says: "has no column for addresses"),
        Fault(people: "email,E-Mail\na@b.example,c@d.example\n", template: "<p>x</p>", says: "two columns for email"),
        Fault(people: "email\nbroken\n", template: "<p>x</p>", says: "has no recipient that mail can be sent to"),
        Fault(people: "email\na@b.example\n", template: "<p>{frist_name}</p>", says: "Did you mean {first_name}?"),
        Fault(people: "email\na@b.example\n", template: "{#company}x", says: "never closed"),
        Fault(people: "email\na@b.example\n", template: " \n", says: "is empty"),
    ]) func `a file that cannot be used is told, and nothing is sent`(_ fault: Fault) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(fault.people.utf8).write(to: URL(fileURLWithPath: folder.file("people.csv")))
        try Data(fault.template.utf8).write(to: URL(fileURLWithPath: folder.file("offer.html")))
        let sink = try await RecordingSMTPSink.start()
        let end = try await MartletProcess.run(arguments(sink.port), in: folder)
        #expect(end.status == ExitStatus.badData.rawValue, "\(end.errors)")
        #expect(end.errors.contains(fault.says), "\(end.errors)")
        #expect(sink.messages.isEmpty)
        await sink.stop()
    }
}
