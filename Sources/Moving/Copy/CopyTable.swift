/// The head of a COPY block: a table and its columns, in the order of the rows' fields.
public struct CopyTable: Sendable, Hashable {
    /// Without its schema.
    public var name: String
    public var columns: [String]

    public init(name: String, columns: [String]) {
        self.name = name
        self.columns = columns
    }

    /// From a line such as `COPY public.auth_user (id, "timestamp") FROM stdin;`; nil for any other line.
    init?(line: String) {
        guard line.hasPrefix("COPY "), line.hasSuffix(" FROM stdin;") else { return nil }
        var words = SQLNames(line.dropFirst(5).dropLast(12))
        guard var name = words.name() else { return nil }
        if words.skip("."), let second = words.name() { name = second }
        guard words.skip(" ("), let first = words.name() else { return nil }
        var columns = [first]
        while words.skip(", ") {
            guard let column = words.name() else { return nil }
            columns.append(column)
        }
        guard words.skip(")"), words.isAtEnd else { return nil }
        self.init(name: name, columns: columns)
    }
}

/// Names as pg_dump writes them: bare, or in quotation marks with doubled ones inside.
private struct SQLNames {
    private var rest: Substring

    init(_ text: Substring) { rest = text }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ text: String) -> Bool {
        guard rest.hasPrefix(text) else { return false }
        rest.removeFirst(text.count)
        return true
    }

    mutating func name() -> String? {
        guard skip("\"") else {
            let word = rest.prefix { $0 == "_" || $0 == "$" || $0.isLetter || $0.isNumber }
            rest.removeFirst(word.count)
            return word.isEmpty ? nil : String(word)
        }
        var name = ""
        while let character = rest.popFirst() {
            guard character == "\"" else {
                name.append(character)
                continue
            }
            guard skip("\"") else { return name }
            name.append("\"")
        }
        return nil
    }
}

/// Rows of one table in COPY's text format, as many as fit into about a megabyte.
public struct CopyPiece: Sendable {
    public var table: CopyTable
    /// The rows, each with the line break that ends it.
    public var bytes: [UInt8]
    /// Where the first row stands in the file, from 1; 0 where there is no file.
    public var firstLine: Int

    public init(table: CopyTable, bytes: [UInt8] = [], firstLine: Int = 0) {
        self.table = table
        self.bytes = bytes
        self.firstLine = firstLine
    }

    /// Calls `body` for each row.
    public func forEachRow(_ body: (CopyRow) throws -> Void) throws {
        var start = 0
        var line = firstLine
        var fields: [Range<Int>] = []
        while start < bytes.count {
            fields.removeAll(keepingCapacity: true)
            var field = start
            var index = start
            while index < bytes.count, bytes[index] != 0x0A {
                if bytes[index] == 0x09 {
                    fields.append(field..<index)
                    field = index + 1
                }
                index += 1
            }
            fields.append(field..<index)
            guard fields.count == table.columns.count else {
                throw CopyProblem.fieldCount(table: table.name, line: line, found: fields.count)
            }
            try body(CopyRow(bytes: bytes, fields: fields, table: table.name, line: line))
            start = index + 1
            line += 1
        }
    }
}

/// One row of a piece.
public struct CopyRow {
    let bytes: [UInt8]
    let fields: [Range<Int>]
    let table: String
    let line: Int

    /// The text of a field without its escapes (PostgreSQL's documentation of COPY, "Text Format"); nil for NULL.
    public func text(_ column: Int) throws -> String? {
        let field = bytes[fields[column]]
        guard field.contains(UInt8(ascii: "\\")) else { return try valid(field) }
        if field.count == 2, field.last == UInt8(ascii: "N") { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(field.count)
        var index = field.startIndex
        while index < field.endIndex {
            let byte = field[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < field.endIndex else {
                plain.append(byte)
                continue
            }
            plain.append(Self.unescaped(field, &index))
        }
        return try valid(plain[...])
    }

    /// The octet that an escape stands for; `index` is behind the backslash.
    private static func unescaped(_ field: ArraySlice<UInt8>, _ index: inout Int) -> UInt8 {
        let byte = field[index]
        index += 1
        switch byte {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "v"): return 0x0B
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = UInt32(byte & 7)
            for _ in 0..<2 {
                guard index < field.endIndex, (0x30...0x37).contains(field[index]) else { break }
                value = value << 3 | UInt32(field[index] & 7)
                index += 1
            }
            return UInt8(truncatingIfNeeded: value)
        case UInt8(ascii: "x"):
            var value: UInt32?
            for _ in 0..<2 {
                guard index < field.endIndex, let digit = hexDigit(field[index]) else { break }
                value = (value ?? 0) << 4 | digit
                index += 1
            }
            return value.map { UInt8(truncatingIfNeeded: $0) } ?? byte
        default: return byte
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41) + 10
        case 0x61...0x66: UInt32(byte - 0x61) + 10
        default: nil
        }
    }

    private func valid(_ bytes: ArraySlice<UInt8>) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw CopyProblem.notText(table: table, line: line)
        }
        return text
    }
}
