internal import Campaigns
internal import Persistence

/// Rows of a file in one piece of memory. For each: how many lines it is behind the row before it, where its key is
/// (0: in front of the cells; n: n - 1 octets into them, as nearly always), how many octets key and cells have, all as
/// numbers of seven bits an octet; then key and cells, the file's fields joined by U+001F.
struct ImportPiece: Sendable {
    private(set) var packed: [UInt8] = []
    private(set) var count = 0
    private var line: Int64 = 0

    init() {}

    /// An empty one that has room for about as much as the one before it.
    init(like other: ImportPiece) { packed.reserveCapacity(other.packed.count + other.packed.count / 16) }

    /// - Parameter keyPlace: where in the cells the key stands.
    mutating func append(line: Int64, keyPlace: Int, keyCount: Int, cells: [UInt8]) {
        begin(line, keyPlace + 1, keyCount, cells.count)
        packed.append(contentsOf: cells)
    }

    mutating func append(line: Int64, key: String, cells: [UInt8]) {
        begin(line, 0, key.utf8.count, cells.count)
        packed.append(contentsOf: key.utf8)
        packed.append(contentsOf: cells)
    }

    private mutating func begin(_ line: Int64, _ place: Int, _ keyCount: Int, _ cellsCount: Int) {
        append(Int(line - self.line))
        append(place)
        append(keyCount)
        append(cellsCount)
        self.line = line
        count += 1
    }

    private mutating func append(_ number: Int) {
        var rest = UInt64(number)
        while rest >= 0x80 {
            packed.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        packed.append(UInt8(rest))
    }
}

/// Rows of one or more pieces, taken apart. Their bytes stay where they are.
struct ImportRows: Sendable {
    struct Entry: Sendable {
        var line: Int64
        var keyStart: Int32
        var keyCount: Int32
        var cellsStart: Int32
        var cellsCount: Int32
        var verdict: ImportVerdict
    }

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    init() {}

    init(_ piece: StagedPiece) throws { try append(piece) }

    /// Makes room for so many pieces of about that size.
    /// - Parameter octets: as many there are at most.
    mutating func reserve(pieces: Int, like piece: StagedPiece, octets: Int) {
        bytes.reserveCapacity(min(octets, pieces * (piece.packed.count + piece.packed.count / 32)))
        entries.reserveCapacity(pieces * piece.count)
    }

    /// - Throws: when there would be more octets than places can count.
    mutating func append(_ piece: StagedPiece) throws {
        guard bytes.count + piece.packed.count <= Int(Int32.max) else { throw ImportFault.tooLarge }
        let base = Int32(bytes.count)
        let verdicts = piece.verdicts
        var index = 0
        var line: Int64 = 0
        try piece.packed.withUnsafeBufferPointer { packed in
            var place = 0
            while place < packed.count {
                line += Int64(try Self.number(packed, &place))
                let keyPlace = try Self.number(packed, &place)
                let keyCount = try Self.number(packed, &place)
                let cellsCount = try Self.number(packed, &place)
                let keyStart = keyPlace == 0 ? place : place + keyPlace - 1
                let cellsStart = keyPlace == 0 ? place + keyCount : place
                guard keyStart <= packed.count - keyCount, cellsStart <= packed.count - cellsCount else {
                    throw DatabaseFault.unexpectedValue(column: 3)
                }
                let verdict = verdicts.flatMap { index < $0.count ? Self.verdict($0[index]) : nil } ?? .new
                entries.append(
                    Entry(
                        line: line, keyStart: base + Int32(keyStart), keyCount: Int32(keyCount),
                        cellsStart: base + Int32(cellsStart), cellsCount: Int32(cellsCount), verdict: verdict))
                place = cellsStart + cellsCount
                index += 1
            }
        }
        bytes.append(contentsOf: piece.packed)
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) throws -> Int {
        var number = 0
        var shift = 0
        while place < bytes.count, shift < 35 {
            let byte = bytes[place]
            place += 1
            number |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        throw DatabaseFault.unexpectedValue(column: 3)
    }

    func key(_ entry: Entry) -> String { text(entry.keyStart, entry.keyCount) }
    func cells(_ entry: Entry) -> String { text(entry.cellsStart, entry.cellsCount) }

    private func text(_ start: Int32, _ count: Int32) -> String {
        String(decoding: bytes[Int(start)..<Int(start + count)], as: UTF8.self)
    }

    func row(_ entry: Entry, note: String = "") -> StagedRow {
        StagedRow(line: entry.line, cells: cells(entry), verdict: entry.verdict, note: note, key: key(entry))
    }

    mutating func keepApplied() { entries.removeAll { !$0.verdict.isApplied } }

    /// In the order of their keys: written so, recipients touch only a few pages of the index of addresses at a time.
    mutating func sortByKey() {
        let order = bytes.withUnsafeBufferPointer { bytes in
            let keys = entries.indices.map { index -> (prefix: UInt64, index: Int) in
                let entry = entries[index]
                var prefix: UInt64 = 0
                for offset in 0..<8 {
                    prefix <<= 8
                    if offset < Int(entry.keyCount) { prefix |= UInt64(bytes[Int(entry.keyStart) + offset]) }
                }
                return (prefix, index)
            }
            return keys.sorted { one, other in
                if one.prefix != other.prefix { return one.prefix < other.prefix }
                return Self.precedes(entries[one.index], entries[other.index], bytes)
            }
        }
        entries = order.map { entries[$0.index] }
    }

    private static func precedes(_ one: Entry, _ other: Entry, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var (left, right) = (Int(one.keyStart), Int(other.keyStart))
        let end = left + Int(min(one.keyCount, other.keyCount))
        while left < end {
            let (a, b) = (bytes[left], bytes[right])
            if a != b { return a < b }
            left += 1
            right += 1
        }
        return one.keyCount != other.keyCount ? one.keyCount < other.keyCount : one.line < other.line
    }

    // MARK: Verdicts, an octet each

    private static let octets: [ImportVerdict] = [.new, .changed, .same, .repeated]

    static func verdict(_ octet: UInt8) -> ImportVerdict? {
        Int(octet) < octets.count ? octets[Int(octet)] : nil
    }

    mutating func judge(_ index: Int, _ verdict: ImportVerdict) { entries[index].verdict = verdict }

    /// The verdicts of all rows, in the order of their lines; nil if all are new.
    var verdicts: [UInt8]? {
        guard entries.contains(where: { $0.verdict != .new }) else { return nil }
        return entries.map { entry in UInt8(Self.octets.firstIndex(of: entry.verdict) ?? 0) }
    }
}
