import Moving
import Testing

@Suite struct `Plain dumps of PostgreSQL (pg_dump, COPY's text format)` {
    static let head = "--\n-- PostgreSQL database dump\n--\n\n\\restrict Abc\n\nSET client_encoding = 'UTF8';\n\n"
    static let tail = "\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict Abc\n"

    private func rows(_ text: String, size: Int = 4096) throws -> [[String?]] {
        var rows: [[String?]] = []
        for piece in try DumpBytes(text, size: size).pieces(["thing"]) {
            try piece.forEachRow { row in
                rows.append(try piece.table.columns.indices.map { try row.text($0) })
            }
        }
        return rows
    }

    @Test(arguments: [1, 2, 3, 7, 64, 4096])
    func `every escape is read, in pieces of any size`(_ size: Int) throws {
        let block = """
            COPY public.other (a) FROM stdin;
            not wanted\\tat all
            \\.

            COPY public.thing (a, "time stamp", "quo""te") FROM stdin;
            plain\t\\N\t
            a\\tb\\nc\\\\d\tä日本\t\\b\\f\\r\\v
            \\\\N\t\\101\\x41\\x4a\t\\q
            \\\\.\t\\.x\tend
            \\.

            """
        let found = try rows(Self.head + block + Self.tail, size: size)
        #expect(
            found == [
                ["plain", nil, ""], ["a\tb\nc\\d", "ä日本", "\u{8}\u{C}\r\u{B}"], ["\\N", "AAJ", "q"],
                ["\\.", ".x", "end"],
            ])
    }

    @Test func `columns come in any order, with or without a schema, and lines may end as on Windows`() throws {
        let text = (Self.head + "COPY thing (b, a) FROM stdin;\n2\t1\n\\.\n" + Self.tail).replacing("\n", with: "\r\n")
        let pieces = try DumpBytes(text).pieces(["thing"])
        #expect(pieces.first?.table.columns == ["b", "a"])
        #expect(try rows(text) == [["2", "1"]])
    }

    @Test func `a table without rows is there`() throws {
        let pieces = try DumpBytes(Self.head + "COPY public.thing (a) FROM stdin;\n\\.\n" + Self.tail).pieces(["thing"])
        #expect(pieces.map(\.table.name) == ["thing"])
    }

    private static func thing(_ rows: String) -> String {
        "\(head)COPY public.thing (a) FROM stdin;\n\(rows)\n\\.\n\(tail)"
    }

    static let refused: [(String, CopyProblem)] = [
        ("PGDMP\u{1}\u{F}", .customFormat), ("\u{0}", .notADump), ("hello\n", .notADump), ("", .notADump),
        ("\(head)INSERT INTO public.thing VALUES (1);\n\(tail)", .inserts(line: 9)),
        ("\(head)COPY public.thing (a) FROM stdin;\n1\n", .endsInside(table: "thing")),
        ("\(head)COPY public.thing (a) FROM stdin;\n1\n\\.\n", .incomplete),
        (head.replacing("UTF8", with: "LATIN1") + tail, .encoding("LATIN1")),
        (thing("1\t2"), .fieldCount(table: "thing", line: 10, found: 2)),
        (thing("\\xff\\xfe"), .notText(table: "thing", line: 10)), (thing("\\000"), .notText(table: "thing", line: 10)),
    ]

    @Test(arguments: refused)
    func `what is no whole plain dump is refused with a sentence`(_ text: String, _ problem: CopyProblem) throws {
        #expect(throws: problem) { try rows(text) }
        #expect(problem.userMessage.hasSuffix(".") || problem.userMessage.hasSuffix("?"))
    }

    @Test func `a compressed file is told from no dump`() throws {
        var dump = PlainDump(wanted: [])
        #expect(throws: CopyProblem.compressed) { try dump.feed([0x1F, 0x8B, 0x08]) { _ in } }
    }

    @Test func `what a row holds never ends its table or begins another`() throws {
        let forged = "x\\n\\\\.\\nCOPY public.thing (a) FROM stdin;\\nforged"
        let found = try rows(Self.head + "COPY public.thing (a) FROM stdin;\n\(forged)\n\\.\n" + Self.tail)
        #expect(found == [["x\n\\.\nCOPY public.thing (a) FROM stdin;\nforged"]])
    }
}
