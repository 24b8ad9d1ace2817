internal import CSV
internal import Campaigns
internal import Mail
internal import Persistence

/// Turns the pieces of an upload into pieces that are staged. Nothing waits and nothing is stored here.
struct ImportReceiver {
    /// What is stored in one transaction.
    struct Received: Sendable {
        var piece: StagedPiece
        /// Rows of the same lines that are wrong.
        var faults: [StagedRow]
    }

    private(set) var details = ImportDetails()
    private var reader = CSVReader()
    private var cells: [UInt8] = []
    /// Whether the columns are known well enough to go on without asking.
    private(set) var needsMapping = false
    private var hasHeader = false
    private var columns = 0
    private var keyed = -1

    /// Pieces that are not handed out yet.
    private var complete: [Received] = []
    private var number: Int64 = 1
    private var piece = ImportPiece()
    private var faults: [StagedRow] = []
    /// What the faults hold.
    private var faultOctets = 0
    private var lastLine: Int64 = 0

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
        completePiece()
        details.encoding = reader.encoding?.rawValue ?? ""
        details.delimiter = reader.delimiter.map(Self.name(of:)) ?? ""
    }

    /// How many pieces were complete so far; the number of the last one.
    var pieces: Int64 { number - 1 }

    /// The next piece that is complete.
    mutating func next() -> Received? { complete.isEmpty ? nil : complete.removeFirst() }

    private mutating func completePiece() {
        guard piece.count + faults.count > 0 else { return }
        let staged = StagedPiece(number: number, lastLine: lastLine, count: piece.count, packed: piece.packed)
        complete.append(Received(piece: staged, faults: faults))
        number += 1
        piece = ImportPiece(like: piece)
        faults = []
        faultOctets = 0
    }

    private mutating func take(_ event: CSVEvent) {
        switch event {
        case .problem(let problem):
            details.rows += 1
            refuse(
                StagedRow(line: Int64(problem.line), cells: "", verdict: .unreadable, note: problem.userMessage))
        case .row(let row):
            if !hasHeader {
                hasHeader = true
                let columns = ImportColumns(firstRow: row.strings)
                details.columns = columns.columns
                details.warnings = columns.warnings
                details.keyedColumn = details.mapping[.email]
                needsMapping = columns.needsMapping
                self.columns = details.columns.count
                keyed = details.keyedColumn ?? -1
                if columns.isHeader { return }
            }
            stage(row)
        }
        if piece.count + faults.count >= Imports.pieceRows || piece.packed.count + faultOctets >= Imports.pieceOctets {
            completePiece()
        }
    }

    private mutating func refuse(_ row: StagedRow) {
        details.wrong += 1
        lastLine = row.line
        faults.append(row)
        faultOctets += row.cells.utf8.count + row.note.utf8.count
    }

    /// What the cells say of a row's address.
    private struct Address {
        /// Where the key is in the cells; below zero where it is written in another way there.
        var place = -1
        var count = 0
        var key = ""
        var problem: String?
    }

    private mutating func stage(_ row: CSVRow) {
        details.rows += 1
        let line = Int64(row.line)
        cells.removeAll(keepingCapacity: true)
        var address = Address()
        // Cells that are not there are empty, the address too.
        if keyed >= row.count { address.problem = Self.problemOfNone }
        for index in 0..<min(columns, row.count) {
            if index > 0 { cells.append(MergeValues.separator) }
            let bytes = row.bytes(index)
            if FormulaGuard.mayBeGuarded(bytes) {
                FormulaGuard.unguarded(Array(bytes)).withUnsafeBufferPointer { append($0, index, &address) }
            } else {
                append(bytes, index, &address)
            }
        }
        // A thousand columns of nothing would take a thousand times the room of what stands before them.
        while cells.last == MergeValues.separator { cells.removeLast() }
        if let problem = address.problem {
            refuse(
                StagedRow(
                    line: line, cells: String(decoding: cells, as: UTF8.self), verdict: .wrong, note: problem))
        } else {
            lastLine = line
            if address.place >= 0 {
                piece.append(line: line, keyPlace: address.place, keyCount: address.count, cells: cells)
            } else {
                piece.append(line: line, key: address.key, cells: cells)
            }
        }
    }

    /// Appends a cell to the cells.
    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ address: inout Address) {
        if index == keyed {
            // What makes an address wrong is judged as it was written: one with a line break in it is none.
            if EmailAddress.isPlain(bytes) {
                (address.place, address.count) = (cells.count, bytes.count)
                cells.append(contentsOf: bytes)
                return
            }
            do {
                let written = try EmailAddress(String(decoding: bytes, as: UTF8.self))
                address.key = written.key
                cells.append(contentsOf: written.description.utf8)
                return
            } catch {
                address.problem = error.userMessage
            }
        }
        if RecipientFields.isNormal(bytes, limit: RecipientField.limit) {
            cells.append(contentsOf: bytes)
        } else {
            let value = RecipientFields.normalised(
                String(decoding: bytes, as: UTF8.self), limit: RecipientField.limit)
            cells.append(contentsOf: value.utf8)
            if bytes.count > RecipientField.limit, let field = details.columns[index].field, field != .email {
                address.problem =
                    "The column “\(details.columns[index].heading)” has more than \(RecipientField.limit) bytes; shorten the text."
            }
        }
    }

    private static let problemOfNone: String? = {
        do throws(EmailAddressProblem) {
            _ = try EmailAddress("")
            return nil
        } catch {
            return error.userMessage
        }
    }()

    private static func name(of delimiter: UInt8) -> String {
        switch delimiter {
        case UInt8(ascii: ","): "comma"
        case UInt8(ascii: ";"): "semicolon"
        case UInt8(ascii: "\t"): "tab"
        default: String(UnicodeScalar(delimiter))
        }
    }
}
