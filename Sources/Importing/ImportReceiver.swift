internal import CSV
internal import Campaigns
internal import Mail
internal import Persistence

/// Turns the pieces of an upload into staged rows. Nothing waits and nothing is stored here.
struct ImportReceiver {
    private(set) var details = ImportDetails()
    /// Rows that are not handed out yet.
    private var rows: [StagedRow] = []
    private var reader = CSVReader()
    private var cells: [UInt8] = []
    /// Whether the columns are known well enough to go on without asking.
    private(set) var needsMapping = false
    private var hasHeader = false

    mutating func take(_ piece: some Collection<UInt8>) {
        var reader = reader
        self.reader = CSVReader()
        reader.feed(piece) { take($0) }
        self.reader = reader
    }

    mutating func finish() {
        var reader = reader
        self.reader = CSVReader()
        reader.finish { take($0) }
        details.encoding = reader.encoding?.rawValue ?? ""
        details.delimiter = reader.delimiter.map(Self.name(of:)) ?? ""
    }

    /// The rows so far, if there are at least `count`.
    mutating func takeRows(atLeast count: Int) -> [StagedRow]? {
        guard rows.count >= max(1, count) else { return nil }
        defer {
            rows = []
            rows.reserveCapacity(count + 2048)
        }
        return rows
    }

    private mutating func take(_ event: CSVEvent) {
        switch event {
        case .problem(let problem):
            details.rows += 1
            details.wrong += 1
            rows.append(
                StagedRow(line: Int64(problem.line), cells: "", verdict: .unreadable, note: problem.userMessage))
        case .row(let row):
            if !hasHeader {
                hasHeader = true
                let columns = ImportColumns(firstRow: row.strings)
                details.columns = columns.columns
                details.warnings = columns.warnings
                details.keyedColumn = details.mapping[.email]
                needsMapping = columns.needsMapping
                if columns.isHeader { return }
            }
            stage(row)
        }
    }

    private mutating func stage(_ row: CSVRow) {
        details.rows += 1
        var staged = StagedRow(line: Int64(row.line), cells: "")
        cells.removeAll(keepingCapacity: true)
        for index in 0..<details.columns.count {
            if index > 0 { cells.append(MergeValues.separator) }
            let bytes = row.bytes(index)
            let isKey = index == details.keyedColumn
            // What makes an address wrong is judged as it was written: one with a line break in it is none.
            if isKey, let address = judge(&staged, address: row.string(index)) {
                cells.append(contentsOf: address.utf8)
            } else if RecipientFields.isNormal(bytes, limit: RecipientField.limit) {
                cells.append(contentsOf: bytes)
            } else {
                let value = RecipientFields.normalised(row.string(index), limit: RecipientField.limit)
                cells.append(contentsOf: value.utf8)
                if bytes.count > RecipientField.limit, let field = details.columns[index].field, field != .email {
                    staged.verdict = .wrong
                    staged.key = ""
                    staged.note =
                        "The column “\(details.columns[index].heading)” has more than \(RecipientField.limit) bytes; shorten the text."
                }
            }
        }
        staged.cells = String(decoding: cells, as: UTF8.self)
        if staged.verdict == .wrong { details.wrong += 1 }
        rows.append(staged)
    }

    /// - Returns: the address in its usual form; nil if it is none.
    private func judge(_ row: inout StagedRow, address text: String) -> String? {
        if row.verdict == .wrong { return nil }
        do {
            let address = try EmailAddress(text)
            row.key = address.key
            return address.description
        } catch {
            row.verdict = .wrong
            row.note = error.userMessage
            return nil
        }
    }

    private static func name(of delimiter: UInt8) -> String {
        switch delimiter {
        case UInt8(ascii: ","): "comma"
        case UInt8(ascii: ";"): "semicolon"
        case UInt8(ascii: "\t"): "tab"
        default: String(UnicodeScalar(delimiter))
        }
    }
}
