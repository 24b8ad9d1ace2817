/// One row while it is handed out. It points into the reader's memory: copy what is needed before returning.
public struct CSVRow {
    /// Of its first character in the file, from 1; line breaks inside quotes count.
    public let line: Int
    let base: UnsafePointer<UInt8>
    let fields: UnsafeBufferPointer<FieldRange>

    /// The number of fields, at least 1.
    public var count: Int { fields.count }

    /// The octets of one field, valid UTF-8 without quotes; empty where the row is shorter.
    public func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        guard index < fields.count else { return UnsafeBufferPointer(start: nil, count: 0) }
        let field = fields[index]
        return UnsafeBufferPointer(start: base + Int(field.start), count: Int(field.end - field.start))
    }

    /// One field as a string; empty where the row is shorter.
    public func string(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

    /// One field as it was before it was kept from being a formula, by us or by others (``FormulaGuard``).
    public func value(_ index: Int) -> String {
        let bytes = bytes(index)
        guard FormulaGuard.mayBeGuarded(bytes) else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: FormulaGuard.unguarded(Array(bytes)), as: UTF8.self)
    }

    public var values: [String] { (0..<count).map(value) }
    public var strings: [String] { (0..<count).map(string) }

    /// Appends all fields with `separator` between them. The separator inside a field is left out.
    public func append(joinedBy separator: UInt8, to output: inout [UInt8]) {
        for index in 0..<count {
            if index > 0 { output.append(separator) }
            let field = bytes(index)
            if field.contains(separator) {
                output.append(contentsOf: field.lazy.filter { $0 != separator })
            } else {
                output.append(contentsOf: field)
            }
        }
    }
}

/// Octets of a field in the reader's buffer, without the quotes around it.
struct FieldRange {
    var start: Int32
    var end: Int32
    /// Contains doubled quotes, or text behind its closing quote.
    var needsUnquoting: Bool
}

/// A row that could not be read.
public struct CSVProblem: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case nulByte
        case unclosedQuote
        case fieldTooLong(limit: Int)
        case rowTooLong(limit: Int)
        case tooManyFields(count: Int, expected: Int)
        case notUTF8
    }

    public let kind: Kind
    /// From 1.
    public let line: Int

    public init(kind: Kind, line: Int) {
        self.kind = kind
        self.line = line
    }

    public var userMessage: String {
        switch kind {
        case .nulByte:
            "Line \(line) contains a NUL byte, which no text has. Save the file again as CSV in UTF-8."
        case .unclosedQuote:
            "Line \(line) has an opening quotation mark without a closing one. Close it, or double it if it is part of the text."
        case .fieldTooLong(let limit):
            "Line \(line) has a field of more than \(limit) bytes. Shorten it, or look for a missing quotation mark."
        case .rowTooLong(let limit):
            "Line \(line) has more than \(limit) bytes. Shorten it, or look for a missing line break."
        case .tooManyFields(let count, let expected):
            "Line \(line) has \(count) fields, but the first line has \(expected). Put text that contains the delimiter between quotation marks."
        case .notUTF8:
            "Line \(line) has characters that are not UTF-8, unlike the rest of the file. Save the file again in UTF-8."
        }
    }
}
