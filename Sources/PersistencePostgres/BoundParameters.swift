internal import CLibPQ
internal import Persistence

/// The values of one statement as libpq wants them, in binary format; its memory is used again for the next one.
struct BoundParameters {
    private(set) var types: [Oid] = []
    private var octets = BinaryWriter()
    /// Where each value begins; below zero for NULL.
    private var places: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// The values of this statement in place of all others.
    /// - Throws: when one is larger than the protocol can say.
    mutating func bind(_ sql: SQL) throws {
        removeAll()
        for case .binding(let value) in sql.segments { try append(value) }
    }

    mutating func removeAll() {
        octets.removeAll()
        // A first octet, so that the place of an empty text is not NULL either.
        octets.append(UInt8(0))
        types.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ value: SQLValue) throws {
        let place = octets.bytes.count
        octets.append(value)
        try end(value.type, place: value == .null ? -1 : place)
    }

    /// An array of one column of rows.
    mutating func append(_ column: Int, of rows: [[SQLValue]], type: PostgresType, arrayType: PostgresType) throws {
        let place = octets.bytes.count
        octets.append(Int32(1))  // dimensions
        octets.append(Int32(1))  // may hold NULL
        octets.append(type.rawValue)
        octets.append(Int32(rows.count))
        octets.append(Int32(1))  // where it begins
        for row in rows { octets.append(withLength: row[column]) }
        try end(arrayType, place: place)
    }

    private mutating func end(_ type: PostgresType, place: Int) throws {
        guard let length = Int32(exactly: place < 0 ? 0 : octets.bytes.count - place) else {
            throw DatabaseFault.constraint("A value of \(octets.bytes.count - place) octets is too large.")
        }
        types.append(type.rawValue)
        places.append(place)
        lengths.append(length)
        formats.append(1)
    }

    mutating func withPointers<Result>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) throws -> Result
    ) rethrows -> Result {
        try octets.bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            pointers.removeAll(keepingCapacity: true)
            for place in places { pointers.append(place < 0 ? nil : start.map { $0 + place }) }
            return try body(pointers, lengths, formats)
        }
    }
}
