import CSV
import TestValues
import Testing

@Suite struct `CSV from any source` {
    @Test(arguments: [
        "a,b\n1,2\r\n\"x\r\ny\",\"z\"\"\"\n,\n\"open,3\n4,5\r6,7,8\r\n9,\u{0}\nJörg,€\n\"q\" r,s\n\"last",
        "sep=;\r\na;b\r\n\"\";x\r\n\r\n\"é\n\";\"ü\"",
    ]) func `the rows are the same wherever the pieces end`(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = read(bytes).events
        #expect(whole.count > 2)
        for pieces in 1...bytes.count { #expect(read(bytes, pieces: pieces).events == whole) }
    }

    @Test func `large files are the same wherever the pieces end`() {
        let limits = CSVLimits(field: 300, row: 900, fields: 40)
        var generator = SeededGenerator(seed: 7)
        let fields = [
            "x", "", "\"a\nb\"", "\"\"\"\"", "\"", "é", "y\"z", String(repeating: "w", count: 200), "\r", "\"o\" p",
        ]
        var text = "a,b,c\n"
        while text.utf8.count < 300_000 {
            text += (0..<3).map { _ in fields.randomElement(using: &generator)! }.joined(separator: ",")
            text += ["\n", "\r\n", "\r"].randomElement(using: &generator)!
        }
        let bytes = Array(text.utf8)
        let whole = read(bytes, limits: limits).events
        for pieces in [1, 7, 64, 1000, 65_536, 131_072] {
            #expect(read(bytes, pieces: pieces, limits: limits).events == whole)
        }
    }

    @Test func `random octets never crash and every line number grows`() {
        var generator = SeededGenerator(seed: 3)
        let alphabet: [UInt8] = [
            0x22, 0x2C, 0x3B, 0x0A, 0x0D, 0x00, 0x41, 0xC3, 0xA9, 0xFF, 0xFE, 0x09, 0xEF, 0xBB, 0xBF,
        ]
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? alphabet.randomElement(using: &generator)! : UInt8.random(in: 0...255, using: &generator)
            }
            let limits = CSVLimits(field: 10, row: 30, fields: 4)
            let lines = read(bytes, limits: limits).events.map { if case .row(let line, _) = $0 { line } else { 0 } }
                .filter { $0 > 0 }
            #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 })
            _ = read(bytes, pieces: 3)
        }
    }

    @Test func `what the writer writes, the reader reads`() {
        var generator = SeededGenerator(seed: 5)
        let pieces = ["a", ",", "\"", "\n", "\r\n", ";", " ", "é", "=", "'"]
        let writer = CSVWriter(guardsAgainstFormulas: false)
        for _ in 0..<500 {
            let row =
                ["first"]
                + (0..<3).map { _ in
                    (0..<Int.random(in: 0...5, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
                        .joined()
                }
            let bytes = Array(writer.row(["h1", "h2", "h3", "h4"]).utf8) + Array(writer.row(row).utf8)
            #expect(read(bytes, delimiter: UInt8(ascii: ",")).events.last == .row(2, row))
        }
    }
}

@Suite struct `Writing CSV` {
    @Test func `cells are quoted where they must be`() {
        #expect(
            CSVWriter().row(["plain", "a,b", "say \"hi\"", "two\nlines", "", " x"])
                == "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,\" x\"\r\n")
    }

    @Test(arguments: ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\tx", "\r=1"])
    func `a cell cannot become a formula`(_ cell: String) {
        let text = CSVWriter().row([cell])
        #expect(text.hasPrefix("'") || text.hasPrefix("\"'"))
    }

    @Test(arguments: ["-5", "+49 30 123456", "-1,5", "a=b", "x@y.test"])
    func `numbers and addresses stay as they are`(_ cell: String) {
        #expect(!CSVWriter(delimiter: UInt8(ascii: ";")).row([cell]).contains("'"))
    }

    /// A spreadsheet in a country of the decimal comma takes a file apart at each `;`.
    @Test(arguments: [
        ("x;=1+1", "x;'=1+1"), ("x; =1", "x;' =1"), ("x;\"=1&\"", "x;'\"=1&\""), ("a\tb\t@x", "a\tb\t'@x"),
        ("two\n=lines", "two\n'=lines"), ("x;-5;+49 30 1", "x;-5;+49 30 1"), ("a;b=c", "a;b=c"), ("'=1", "''=1"),
        ("x;'=1", "x;''=1"), ("\t=1", "'\t'=1"), ("a\r\nb", "a\r\nb"), ("O'Neil;'s", "O'Neil;'s"),
    ])
    func `nor can a part of it`(_ cell: String, _ expected: String) {
        #expect(String(decoding: FormulaGuard.guarded(Array(cell.utf8)), as: UTF8.self) == expected)
    }

    @Test func `a quote is doubled with a mark on it too`() {
        #expect(CSVWriter().row(["a\"\u{301},=1", "b"]) == "\"a\"\"\u{301},=1\",b\r\n")
    }

    @Test func `whatever is written is read again as it was`() {
        var generator = SeededGenerator(seed: 7)
        let pieces = ["=", "'", "''", "-", "+", "@", ";", "\t", "\n", "\r\n", "\"", " ", "1", "x", ",", "é"]
        for _ in 0..<3_000 {
            let cell = (0..<Int.random(in: 0...7, using: &generator))
                .map { _ in pieces.randomElement(using: &generator)! }.joined()
            let guarded = FormulaGuard.guarded(Array(cell.utf8))
            #expect(String(decoding: FormulaGuard.unguarded(guarded), as: UTF8.self) == cell)
            var reader = CSVReader(delimiter: UInt8(ascii: ","))
            var rows: [[String]] = []
            func take(_ event: CSVEvent) { if case .row(let row) = event { rows.append(row.values) } }
            reader.feed(Array(CSVWriter().row(["h", "i"]).utf8) + Array(CSVWriter().row(["1", cell]).utf8), take)
            reader.finish(take)
            #expect(rows.last == ["1", cell])
        }
    }
}
