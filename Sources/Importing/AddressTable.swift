/// Which line has an address, for very many addresses: places of 12 octets, three of four taken at most, so 16 MB for a
/// million.
///
/// It keeps 64 bits of a hash instead of the address; the hash has a random key, so nobody can make two addresses meet.
struct AddressTable {
    private var hashes: [UInt64]
    private var lines: [Int32]
    private let size: Int

    init(capacity: Int) {
        size = max(1024, capacity + capacity / 3)
        hashes = [UInt64](repeating: 0, count: size)
        lines = [Int32](repeating: 0, count: size)
    }

    static func hash(_ key: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(bytes: key)
        // Zero marks a free place.
        return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }

    /// The line that has the address already; nil if it is new, and has `line` from now on.
    mutating func insert(_ hash: UInt64, line: Int64) -> Int64? {
        // A shift binds tighter than a product: without the outer brackets all would begin at place 0.
        var place = Int(((hash >> 32) &* UInt64(size)) >> 32)
        while hashes[place] != 0 {
            if hashes[place] == hash { return Int64(lines[place]) }
            place += 1
            if place == size { place = 0 }
        }
        hashes[place] = hash
        lines[place] = Int32(truncatingIfNeeded: line)
        return nil
    }
}
