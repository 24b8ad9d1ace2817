import Campaigns
import Importing
import Persistence
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Importing recipients` {
    @Test func `a file goes from upload over preview to recipients`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(
                "E-Mail;Vorname;Nachname;Firma\nAnna@Example.org;Anna;Schmidt;Fisch & Söhne\nbob@example.org;Bob;;\n")
            let ready = try await fixture.serve(id, until: [.ready])
            #expect(ready.details.rows == 2 && ready.details.new == 2 && ready.details.wrong == 0)
            #expect(ready.details.delimiter == "semicolon")
            #expect(try await fixture.recipients().isEmpty)
            let preview = try await fixture.imports.preview(id, account: fixture.account)
            #expect(
                preview.map(\.cells) == [
                    ["Anna@example.org", "Anna", "Schmidt", "Fisch & Söhne"], ["bob@example.org", "Bob"],
                ])

            try await fixture.imports.confirm(id, account: fixture.account)
            let finished = try await fixture.serve(id, until: [.finished])
            #expect(finished.progress == 1)
            #expect(
                try await fixture.recipients() == [
                    RecipientFields(
                        email: "Anna@example.org", firstName: "Anna", lastName: "Schmidt", company: "Fisch & Söhne"),
                    RecipientFields(email: "bob@example.org", firstName: "Bob"),
                ])
        }
    }

    @Test func `an address is the same in any case, and the last row counts`() async throws {
        try await withImports { fixture in
            let status = try await fixture.importAtOnce(
                "email,first_name\na@x.test,One\nb@x.test,Two\nA@X.TEST,Three\n")
            #expect(status.details.new == 2 && status.details.repeated == 1)
            #expect(try await fixture.recipients().map(\.firstName) == ["Three", "Two"])
            let rows = try await fixture.imports.preview(status.id, account: fixture.account, verdicts: [.repeated])
            #expect(rows.map(\.line) == [2])
            #expect(rows.first?.note == "The same address comes again in line 4; that line counts instead.")
        }
    }

    @Test func `a second import changes what differs, keeps columns that are not there, and empties empty cells`()
        async throws
    {
        try await withImports { fixture in
            try await fixture.importAtOnce("email,first_name,city\na@x.test,Anna,Köln\nb@x.test,Bob,Bonn\n")
            let status = try await fixture.importAtOnce("email,city\na@x.test,\nb@x.test,Bonn\nc@x.test,Ulm\n")
            #expect(status.details.changed == 1 && status.details.same == 1 && status.details.new == 1)
            #expect(
                try await fixture.recipients() == [
                    RecipientFields(email: "a@x.test", firstName: "Anna"),
                    RecipientFields(email: "b@x.test", firstName: "Bob", city: "Bonn"),
                    RecipientFields(email: "c@x.test", city: "Ulm"),
                ])
            #expect(try await fixture.count("SELECT COUNT(*) FROM recipient WHERE search LIKE '%bonn%'") == 1)
        }
    }

    @Test func `who unsubscribed stays so`() async throws {
        try await withImports { fixture in
            let account = fixture.account
            _ = try await fixture.database.write { transaction in
                try transaction.run(
                    """
                    INSERT INTO suppression (account_id, email_key, email, reason, created_at)
                    VALUES (\(account), 'a@x.test', 'a@x.test', 'unsubscribed', 1)
                    """)
            }
            try await fixture.importAtOnce("email\na@x.test\n")
            #expect(try await fixture.count("SELECT COUNT(*) FROM suppression") == 1)
        }
    }

    @Test func `wrong rows are told with line and reason, the good ones are in`() async throws {
        try await withImports { fixture in
            let status = try await fixture.importAtOnce(
                "email,first_name\nbob@,Bob\na@x.test,Anna\n\"c@x.test\r\nBcc: v@x.test\",Eve\nd@x.test,D,too,many\n\"e@x.test,E\nf@x.test,F\n\u{0}g@x.test,G\n"
            )
            #expect(status.details.wrong == 5 && status.details.new == 2 && status.details.rows == 7)
            #expect(try await fixture.recipients().map(\.email) == ["a@x.test", "f@x.test"])
            let file = Pieces()
            try await fixture.imports.writeFaults(of: status.id, account: fixture.account) { file.append($0) }
            let lines = file.text.split(separator: "\r\n")
            #expect(lines.first?.hasSuffix("line,reason,email,first_name") == true)
            #expect(lines.count == 6)
            #expect(lines[1].hasPrefix("2,\"\"\"bob@\"\" has no domain after the @.\",bob@,Bob"))
            #expect(file.text.contains("line break"))
            #expect(file.text.contains("has 4 fields"))
            #expect(file.text.contains("NUL"))
        }
    }

    @Test(arguments: [
        ("", "The file is empty."), ("\n\n\n", "The file is empty."),
        ("email,first_name\n", "The file has a header line but no rows"),
        ("PK\u{3}\u{4}\u{14}\u{0}xl/workbook.xml\n", "This is a workbook of Excel or LibreOffice"),
        ("%PDF-1.7\na@x.test\n", "This is a PDF document, not a CSV file."),
    ]) func `a file with nothing in it, or of another kind, fails with a sentence`(_ text: String, _ sentence: String)
        async throws
    {
        try await withImports { fixture in
            let id = try await fixture.begin(text)
            let status = try #require(try await fixture.imports.status(id, account: fixture.account))
            #expect(status.state == .failed)
            #expect(status.error.hasPrefix(sentence))
            await #expect(throws: ImportFault.self) { try await fixture.importAtOnce(text) }
        }
    }

    @Test func `without an email column somebody chooses it`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin("who,contact\nAnna,a@x.test\nBob,bob\n")
            let asked = try #require(try await fixture.imports.status(id, account: fixture.account))
            #expect(asked.state == .mapping)
            #expect(asked.details.warnings.contains { $0.hasPrefix("No column with the e-mail address") })
            await #expect(throws: ImportFault.noEmailColumn) {
                try await fixture.imports.map(id, account: fixture.account, [.firstName: 0])
            }
            await #expect(throws: ImportFault.noSuchColumn) {
                try await fixture.imports.map(id, account: fixture.account, [.email: 7])
            }
            try await fixture.imports.map(id, account: fixture.account, [.email: 1, .firstName: 0])
            let ready = try await fixture.serve(id, until: [.ready])
            #expect(ready.details.new == 1 && ready.details.wrong == 1)
            try await fixture.imports.confirm(id, account: fixture.account)
            _ = try await fixture.serve(id, until: [.finished])
            #expect(try await fixture.recipients() == [RecipientFields(email: "a@x.test", firstName: "Anna")])
        }
    }

    @Test func `a column that is there twice has to be decided`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin("email,E-Mail\na@x.test,b@x.test\n")
            let status = try #require(try await fixture.imports.status(id, account: fixture.account))
            #expect(status.state == .mapping)
            #expect(
                status.details.warnings == [
                    "The columns “email” and “E-Mail” both look like email. Choose one of them."
                ])
            await #expect(throws: ImportFault.needsMapping(status.details.warnings)) {
                try await fixture.importAtOnce("email,E-Mail\na@x.test,b@x.test\n")
            }
            #expect(
                try await fixture.importAtOnce("email,E-Mail\na@x.test,b@x.test\n", mapping: [.email: 1]).details.new
                    == 1)
            #expect(try await fixture.recipients().map(\.email) == ["b@x.test"])
        }
    }

    @Test func `a file without header keeps its first recipient`() async throws {
        try await withImports { fixture in
            let status = try await fixture.importAtOnce("a@x.test\nb@x.test\n")
            #expect(status.details.new == 2)
        }
    }

    @Test func `the mapping can be changed after the counts were shown`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin("email,private\na@x.test,z@x.test\nb@x.test,z@x.test\n")
            #expect(try await fixture.serve(id, until: [.ready]).details.new == 2)
            try await fixture.imports.map(id, account: fixture.account, [.email: 1])
            let again = try await fixture.serve(id, until: [.ready])
            #expect(again.details.new == 1 && again.details.repeated == 1)
        }
    }

    @Test func `what was wrong in one column may be right in another, and keeps its place`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin(
                "email,other,first_name\nnone,a@x.test,One\nb@x.test,A@X.test,Two\n\"c\nd@x.test,nobody,Three\ne@x.test,e@x.test,Four\n"
            )
            let first = try await fixture.serve(id, until: [.ready])
            #expect(first.details.new == 3 && first.details.wrong == 2)
            try await fixture.imports.map(id, account: fixture.account, [.email: 1, .firstName: 2])
            let again = try await fixture.serve(id, until: [.ready])
            #expect(again.details.rows == 5)
            #expect(again.details.new == 2 && again.details.repeated == 1 && again.details.wrong == 2)
            let left = try await fixture.imports.preview(
                id, account: fixture.account, verdicts: [.wrong, .unreadable, .repeated])
            #expect(left.map(\.line) == [2, 4, 5])
            #expect(left.map(\.verdict) == [.repeated, .unreadable, .wrong])
            let good = try await fixture.imports.preview(
                id, account: fixture.account, verdicts: [.new, .changed, .same], after: 2)
            #expect(good.map(\.line) == [3, 6])
            try await fixture.imports.confirm(id, account: fixture.account)
            _ = try await fixture.serve(id, until: [.finished])
            #expect(try await fixture.recipients().map(\.firstName) == ["Two", "Four"])
        }
    }

    @Test func `names in any script are found and sorted as those that were typed in`() async throws {
        try await withImports { fixture in
            let people = [
                RecipientFields(email: "a@x.test", firstName: "Zoë", lastName: "Łukasz", company: "Fisch & Söhne"),
                RecipientFields(email: "b@x.test", firstName: "Ελένη", city: "Αθήνα"),
                RecipientFields(email: "c@x.test", lastName: "ﬁsk", freeField3: "½"),
                RecipientFields(email: "d@x.test"),
            ]
            try await fixture.importAtOnce(
                "email,first_name,last_name,company,city,free_field3\n"
                    + people.map {
                        "\($0.email),\($0.firstName),\($0.lastName),\($0.company),\($0.city),\($0.freeField3)\n"
                    }
                    .joined())
            let account = fixture.account
            let keys = try await fixture.database.read { transaction in
                try transaction.rows(
                    "SELECT search, name_key, company_key FROM recipient WHERE account_id = \(account) ORDER BY email_key"
                ) { [try $0.string(0), try $0.string(1), try $0.string(2)] }
            }
            #expect(try await fixture.recipients() == people)
            #expect(keys == people.map { [$0.searchText, $0.nameKey, $0.companyKey] })
            #expect(try await fixture.count("SELECT recipients FROM account WHERE id = \(account)") == 4)
        }
    }

    @Test func `is ready at once where nobody is there yet and no address comes twice`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin("email,city\na@x.test,Wien\nnobody,\nb@x.test,\n")
            let ready = try #require(try await fixture.imports.status(id, account: fixture.account))
            #expect(ready.state == .ready)
            #expect(ready.details.rows == 3 && ready.details.new == 2 && ready.details.wrong == 1)
            #expect(ready.details.done == 3)
            // Another choice of columns is looked through as any other.
            try await fixture.imports.map(id, account: fixture.account, [.email: 0])
            #expect(try await fixture.serve(id, until: [.ready]).details.new == 2)
        }
    }

    @Test(arguments: ["email\na@x.test\nA@X.test\n", "email\nb@x.test\na@x.test\n"])
    func `is looked through where an address comes twice or somebody is there`(_ file: String) async throws {
        try await withImports { fixture in
            if file.contains("b@") { try await fixture.importAtOnce("email,city\nb@x.test,Wien\n") }
            let id = try await fixture.begin(file)
            #expect(try await fixture.imports.status(id, account: fixture.account)?.state == .analysing)
            let ready = try await fixture.serve(id, until: [.ready])
            #expect(ready.details.new == 1 && ready.details.repeated + ready.details.same == 1)
        }
    }

    @Test func `another account sees nothing of it`() async throws {
        try await withImports { fixture in
            let id = try await fixture.begin("email\na@x.test\n")
            let stranger = try await ImportFixture(fixture.database)
            #expect(try await stranger.imports.status(id, account: stranger.account) == nil)
            #expect(try await stranger.imports.preview(id, account: stranger.account).isEmpty)
            await #expect(throws: ImportFault.unknown) {
                try await stranger.imports.confirm(id, account: stranger.account)
            }
            await #expect(throws: ImportFault.unknown) {
                try await stranger.imports.cancel(id, account: stranger.account)
            }
        }
    }

    @Test func `PostgreSQL knows at once how many recipients an import has added`() async throws {
        try await withDatabase(.postgres) { database in
            let fixture = try await ImportFixture(database)
            try await fixture.importAtOnce("email\n" + (0..<2000).map { "p\($0)@x.test\n" }.joined())
            let known = try await database.read { tx in
                try tx.count("SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'recipient'::regclass")
            }
            #expect(known == 2000)
        }
    }
}

/// Collects what is written piece by piece, on one task.
final class Pieces {
    private var bytes: [UInt8] = []
    func append(_ piece: [UInt8]) { bytes += piece }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
