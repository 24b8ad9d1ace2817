/// Writes CSV (RFC 4180: CRLF, fields quoted where they must be).
public struct CSVWriter: Sendable {
    public var delimiter: UInt8
    /// Puts an apostrophe before what a spreadsheet would take for a formula (``FormulaGuard``).
    public var guardsAgainstFormulas: Bool

    public init(delimiter: UInt8 = UInt8(ascii: ","), guardsAgainstFormulas: Bool = true) {
        self.delimiter = delimiter
        self.guardsAgainstFormulas = guardsAgainstFormulas
    }

    /// Makes spreadsheets read the file as UTF-8; to be written first.
    public static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    public func append(_ cells: some Sequence<String>, to output: inout [UInt8]) {
        var isFirst = true
        for cell in cells {
            if !isFirst { output.append(delimiter) }
            isFirst = false
            append(cell, to: &output)
        }
        output.append(0x0D)
        output.append(0x0A)
    }

    /// One row as text.
    public func row(_ cells: some Sequence<String>) -> String {
        var output: [UInt8] = []
        append(cells, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func append(_ cell: String, to output: inout [UInt8]) {
        let bytes = guardsAgainstFormulas ? FormulaGuard.guarded(Array(cell.utf8)) : Array(cell.utf8)
        let isQuoted =
            bytes.contains {
                $0 == delimiter || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ";") || $0 == 0x0A || $0 == 0x0D
            }
            || bytes.first == 0x20 || bytes.last == 0x20
        if isQuoted { output.append(UInt8(ascii: "\"")) }
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        if isQuoted { output.append(UInt8(ascii: "\"")) }
    }
}
