/// Which short pieces of text (one to three octets) occur in which blocks of recipients: a search then looks only through
/// blocks in which all pieces of its text occur (docs/decisions/0016).
///
/// A block is 64 recipients by their ids, a segment 64 blocks: one bit for each block in a number for each piece. Pieces
/// are hashed; two with the same hash, and rows that changed or went, only mean that a block is looked through in vain.
enum TextGrams {
    static let blockBits: Int64 = 6
    static let blockSize: Int64 = 1 << blockBits
    static let segmentBits: Int64 = 12
    /// Hashes of pieces.
    static let buckets = 1 << 14
    /// Buckets are stored in so many rows for each segment.
    static let parts = 64
    private static let bucketsPerPart = buckets / parts

    static func part(of bucket: Int) -> Int { bucket / bucketsPerPart }
    static func place(of bucket: Int) -> UInt8 { UInt8(bucket % bucketsPerPart) }
    static func bucket(part: Int, place: UInt8) -> Int { part * bucketsPerPart + Int(place) }

    private static func hash(_ piece: UInt32) -> Int { Int((piece &* 0x9E37_79B1) >> 18) }

    /// Calls `body` with the bucket of each piece of up to three octets. None goes over a line's end, as no search does.
    @inline(__always)
    static func forEach(_ text: UnsafeBufferPointer<UInt8>, _ body: (Int) -> Void) {
        var last: UInt32 = 0
        var length = 0
        for byte in text {
            if byte == 0x0A {
                length = 0
                continue
            }
            last = (last << 8 | UInt32(byte)) & 0xFF_FFFF
            length += 1
            body(hash(0x200_0000 | last & 0xFF))
            if length > 1 { body(hash(0x100_0000 | last & 0xFFFF)) }
            if length > 2 { body(hash(last)) }
        }
    }

    /// The buckets that tell most about a text that is searched for: of its longest pieces, not too many.
    static func telling(_ needle: String) -> [Int] {
        var found: [Int] = []
        var needle = needle
        needle.withUTF8 { text in
            let length = min(3, text.count)
            guard length > 0 else { return }
            for start in 0...(text.count - length) {
                let piece = text[start..<(start + length)].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
                found.append(hash(length == 3 ? piece : piece | (length == 2 ? 0x100_0000 : 0x200_0000)))
            }
        }
        return Array(Set(found)).sorted().prefix(32).map { $0 }
    }
}

/// What of ``TextGrams`` is to be added for recipients that were written.
struct GramChanges {
    private(set) var segments: [(number: Int64, masks: [UInt64])] = []

    /// Fastest when ids come in order.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>, id: Int64) {
        let number = id >> TextGrams.segmentBits
        if segments.last?.number != number {
            if let index = segments.firstIndex(where: { $0.number == number }) {
                segments.append(segments.remove(at: index))
            } else {
                segments.append((number, [UInt64](repeating: 0, count: TextGrams.buckets)))
            }
        }
        let bit: UInt64 = 1 << UInt64((id >> TextGrams.blockBits) & 63)
        segments[segments.count - 1].masks.withUnsafeMutableBufferPointer { masks in
            TextGrams.forEach(text) { masks[$0] |= bit }
        }
    }

    mutating func add(_ text: String, id: Int64) {
        var text = text
        text.withUTF8 { add($0, id: id) }
    }
}

/// A row of `recipient_gram`: for each bucket that occurs its place in the part, and its 64 bits.
struct GramRow {
    private(set) var entries: [(place: UInt8, mask: UInt64)] = []

    init() {}

    init(_ bytes: [UInt8]) {
        entries.reserveCapacity(bytes.count / 9)
        bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count - 8, by: 9) {
                entries.append((bytes[start], Self.mask(bytes, start)))
            }
        }
    }

    /// The bits of one bucket without reading the others.
    static func mask(of place: UInt8, in bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count - 8, by: 9) where bytes[start] == place {
                return mask(bytes, start)
            }
            return 0
        }
    }

    private static func mask(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 1, as: UInt64.self))
    }

    /// - Returns: whether that added anything.
    mutating func add(_ changes: [(place: UInt8, mask: UInt64)]) -> Bool {
        var masks = Dictionary(uniqueKeysWithValues: entries.map { ($0.place, $0.mask) })
        var isNew = false
        for change in changes {
            let known = masks[change.place] ?? 0
            if known | change.mask != known { isNew = true }
            masks[change.place] = known | change.mask
        }
        if isNew { entries = masks.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
        return isNew
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 9)
        for entry in entries {
            bytes.append(entry.place)
            withUnsafeBytes(of: entry.mask.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
