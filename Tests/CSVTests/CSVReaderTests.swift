import CSV
import Testing

/// What came out of a reader, as values.
enum Read: Equatable {
    case row(Int, [String])
    case problem(CSVProblem.Kind, Int)
}

func read(
    _ bytes: [UInt8], pieces: Int = .max, limits: CSVLimits = CSVLimits(), delimiter: UInt8? = nil
) -> (events: [Read], reader: CSVReader) {
    var reader = CSVReader(limits: limits, delimiter: delimiter)
    var events: [Read] = []
    func take(_ event: CSVEvent) {
        switch event {
        case .row(let row): events.append(.row(row.line, row.strings))
        case .problem(let problem): events.append(.problem(problem.kind, problem.line))
        }
    }
    var rest = bytes[...]
    while !rest.isEmpty {
        reader.feed(rest.prefix(pieces), take)
        rest = rest.dropFirst(pieces)
    }
    reader.finish(take)
    return (events, reader)
}

func read(_ text: String) -> [Read] { read(Array(text.utf8)).events }

@Suite struct `Reading CSV (RFC 4180)` {
    @Test(
        arguments: [
            ("a,b\n1,2\n", [.row(1, ["a", "b"]), .row(2, ["1", "2"])]),
            ("a,b\r\n1,2", [.row(1, ["a", "b"]), .row(2, ["1", "2"])]),
            ("a,b\r1,2\r", [.row(1, ["a", "b"]), .row(2, ["1", "2"])]),
            ("a;b\n1;2", [.row(1, ["a", "b"]), .row(2, ["1", "2"])]),
            ("a\tb\n1,5\t2", [.row(1, ["a", "b"]), .row(2, ["1,5", "2"])]),
            ("sep=;\r\na;b,c\r\n", [.row(2, ["a", "b,c"])]),
            ("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", [.row(1, ["a", "b"]), .row(2, ["x,y", "say \"hi\""])]),
            (
                "a,b\n\"two\nlines\",2\n3,4",
                [.row(1, ["a", "b"]), .row(2, ["two\nlines", "2"]), .row(4, ["3", "4"])]
            ),
            (
                "a,b\n\"two\r\nlines\",2\r\n3,4",
                [.row(1, ["a", "b"]), .row(2, ["two\r\nlines", "2"]), .row(4, ["3", "4"])]
            ),
            ("a,b\n\n\r\n,\n1,2", [.row(1, ["a", "b"]), .row(5, ["1", "2"])]),
            ("a,b,c\n1\n", [.row(1, ["a", "b", "c"]), .row(2, ["1"])]),
            ("a,b\n1,2,,\n", [.row(1, ["a", "b"]), .row(2, ["1", "2"])]),
            ("a,b\n5\" disk,x\n", [.row(1, ["a", "b"]), .row(2, ["5\" disk", "x"])]),
            ("a,b\n\"x\" y,\"\"\n", [.row(1, ["a", "b"]), .row(2, ["x y", ""])]),
            ("email\nx@y.test\n", [.row(1, ["email"]), .row(2, ["x@y.test"])]),
            ("\"a\",\"b\"", [.row(1, ["a", "b"])]),
            ("a,\"\"\n", [.row(1, ["a", ""])]),
            ("", []), ("\n\n", []), ("a", [.row(1, ["a"])]),
        ] as [(String, [Read])]) func `rows, quotes, line breaks and delimiters are as the file means them`(
            _ text: String, _ events: [Read]
        )
    {
        #expect(read(text) == events)
    }

    @Test(
        arguments: [
            (
                "a,b\n1,2,3\n4,5",
                [.row(1, ["a", "b"]), .problem(.tooManyFields(count: 3, expected: 2), 2), .row(3, ["4", "5"])]
            ),
            (
                "a,b\n1,\"x\n3,4\n5,6\n",
                [.row(1, ["a", "b"]), .problem(.unclosedQuote, 2), .row(3, ["3", "4"]), .row(4, ["5", "6"])]
            ),
            (
                "a,b\n1,\"x\n3,\"y\"\n5,6",
                [.row(1, ["a", "b"]), .problem(.unclosedQuote, 2), .row(3, ["3", "y"]), .row(4, ["5", "6"])]
            ),
            ("a,b\n1,\u{0}2\n3,4", [.row(1, ["a", "b"]), .problem(.nulByte, 2), .row(3, ["3", "4"])]),
            ("a,b\n\"", [.row(1, ["a", "b"]), .problem(.unclosedQuote, 2)]),
        ] as [(String, [Read])]) func `a row that cannot be read is a problem with its line, and the rest is kept`(
            _ text: String, _ events: [Read]
        )
    {
        #expect(read(text) == events)
    }

    @Test func `what is too long is refused without being held`() {
        let limits = CSVLimits(field: 100, row: 1000, fields: 20)
        let long = String(repeating: "x", count: 5000)
        let text =
            "a,b\n1,\(String(repeating: "y", count: 101))\n2,\(long)\n3,\"\(long)\"\n4,\"ok\"\n"
            + String(repeating: ",", count: 50) + "\n5,6\n"
        let events = read(Array(text.utf8), limits: limits).events
        #expect(
            events == [
                .row(1, ["a", "b"]), .problem(.fieldTooLong(limit: 100), 2), .problem(.fieldTooLong(limit: 100), 3),
                .problem(.unclosedQuote, 4), .row(5, ["4", "ok"]), .problem(.tooManyFields(count: 21, expected: 20), 6),
                .row(7, ["5", "6"]),
            ])
    }

    @Test func `every problem is a sentence with its line`() {
        for kind in [
            CSVProblem.Kind.nulByte, .unclosedQuote, .fieldTooLong(limit: 9), .rowTooLong(limit: 9),
            .tooManyFields(count: 3, expected: 2), .notUTF8,
        ] {
            let sentence = CSVProblem(kind: kind, line: 17).userMessage
            #expect(sentence.hasPrefix("Line 17 "))
            #expect(sentence.hasSuffix("."))
        }
    }
}

@Suite struct `Encodings of a CSV file` {
    private let text = "name;city\r\nJörg;Köln €\r\n"
    private let rows: [Read] = [.row(1, ["name", "city"]), .row(2, ["Jörg", "Köln €"])]

    @Test func `UTF-8 with and without byte order mark`() {
        #expect(read(Array(text.utf8)).events == rows)
        #expect(read([0xEF, 0xBB, 0xBF] + Array(text.utf8)).events == rows)
        #expect(read(Array(text.utf8)).reader.encoding == .utf8)
    }

    @Test func `UTF-16 in both orders, with and without byte order mark`() {
        let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        #expect(read([0xFF, 0xFE] + little).events == rows)
        #expect(read([0xFE, 0xFF] + big).events == rows)
        #expect(read(little).reader.encoding == .utf16LittleEndian)
        #expect(read(big).events == rows)
        let emoji = "a\n😀\n".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        for pieces in 1...6 { #expect(read([0xFF, 0xFE] + emoji, pieces: pieces).events.last == .row(2, ["😀"])) }
    }

    @Test func `Windows-1252 is recognised, even when it shows late`() {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars { bytes.append(scalar == "€" ? 0x80 : UInt8(scalar.value)) }
        #expect(read(bytes).events == rows)
        #expect(read(bytes).reader.encoding == .windows1252)
        let plain = String(repeating: "Anna;Rom\r\n", count: 10_000)
        let late = Array("name;city\r\n\(plain)".utf8) + [0x4A, 0xF6, 0x72, 0x67, 0x3B, 0x78]
        #expect(read(late).events.last == .row(10_002, ["Jörg", "x"]))
    }

    @Test func `one wrong octet in a UTF-8 file costs one row`() {
        let bytes = Array("name,city\nJörg,Köln\nÉva,".utf8) + [0xFF] + Array("\nZoë,Gent\n".utf8)
        #expect(
            read(bytes).events == [
                .row(1, ["name", "city"]), .row(2, ["Jörg", "Köln"]), .problem(.notUTF8, 3), .row(4, ["Zoë", "Gent"]),
            ])
    }
}
