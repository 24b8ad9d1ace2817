/// Which line has an address, for very many addresses: 12 octets each at most half full, so 25 MB for a million.
///
/// It keeps 64 bits of a hash instead of the address; the hash has a random key, so nobody can make two addresses meet.
struct AddressTable {
    private var hashes: [UInt64]
    private var lines: [Int32]
    private let mask: Int

    init(capacity: Int) {
        var size = 1024
        while size < capacity * 2 { size *= 2 }
        hashes = [UInt64](repeating: 0, count: size)
        lines = [Int32](repeating: 0, count: size)
        mask = size - 1
    }

    static func hash(_ key: String, seed: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(key)
        // Zero marks a free place.
        return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }

    /// The line that has the address already; nil if it is new, and has `line` from now on.
    mutating func insert(_ hash: UInt64, line: Int64) -> Int64? {
        var place = Int(truncatingIfNeeded: hash >> 20) & mask
        while hashes[place] != 0 {
            if hashes[place] == hash { return Int64(lines[place]) }
            place = (place + 1) & mask
        }
        hashes[place] = hash
        lines[place] = Int32(truncatingIfNeeded: line)
        return nil
    }
}
