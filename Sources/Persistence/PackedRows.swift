/// Rows of numbers and texts in two pieces of memory, for writing very many: a value of its own for each text would cost
/// more than the database's work.
public struct PackedRows: Sendable {
    /// A number, or where a text is in `bytes`.
    public struct Cell: Sendable {
        /// The number, or where the text begins.
        public let value: Int64
        /// Octets of the text; -1 for a number.
        public let count: Int32
    }

    public let columns: Int
    /// All texts, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    /// Row by row.
    public private(set) var cells: [Cell] = []

    public init(columns: Int, capacity: Int = 0) {
        self.columns = columns
        cells.reserveCapacity(columns * capacity)
        bytes.reserveCapacity(columns * capacity * 16)
    }

    public var count: Int { cells.count / columns }

    public mutating func append(_ number: Int64) { cells.append(Cell(value: number, count: -1)) }

    public mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        cells.append(Cell(value: Int64(bytes.count), count: Int32(text.count)))
        bytes.append(contentsOf: text)
    }

    /// A text that `write` appends to the bytes.
    public mutating func appendText(_ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        cells.append(Cell(value: Int64(start), count: Int32(bytes.count - start)))
    }

    mutating func set(row: Int, column: Int, _ number: Int64) {
        cells[row * columns + column] = Cell(value: number, count: -1)
    }

    func withText<Value>(row: Int, column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        let cell = cells[row * columns + column]
        return bytes.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[Int(cell.value)..<Int(cell.value) + Int(cell.count)]))
        }
    }

    /// Each row as values of its own.
    public var rows: some Sequence<[SQLValue]> {
        (0..<count).lazy.map { row in (0..<columns).map { value(row: row, column: $0) } }
    }

    private func value(row: Int, column: Int) -> SQLValue {
        let cell = cells[row * columns + column]
        guard cell.count >= 0 else { return .integer(cell.value) }
        let start = Int(cell.value)
        return .text(String(decoding: bytes[start..<start + Int(cell.count)], as: UTF8.self))
    }
}
