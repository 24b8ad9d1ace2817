/// Which line has an address, for very many addresses: places of 12 octets, three of four taken at most, so 16 MB for a
/// million.
struct AddressTable {
    private var hashes: AddressHashes
    private var lines: [Int32]

    /// - Parameter capacity: of so many addresses at most.
    init(capacity: Int) {
        hashes = AddressHashes(capacity: capacity)
        lines = [Int32](repeating: 0, count: hashes.places)
    }

    /// The line that has the address already; nil if it is new, and has `line` from now on.
    mutating func insert(_ hash: UInt64, line: Int64) -> Int64? {
        let (place, isNew) = hashes.insert(hash)
        guard isNew else { return Int64(lines[place]) }
        lines[place] = Int32(truncatingIfNeeded: line)
        return nil
    }
}

/// Very many addresses, of which it keeps 64 bits of a hash. The hash has a random key, so nobody can make two addresses meet.
struct AddressHashes {
    private var hashes: [UInt64]
    /// How many addresses it has.
    private(set) var count = 0

    /// - Parameter capacity: of so many addresses at most, unless it is told to grow.
    init(capacity: Int) { hashes = [UInt64](repeating: 0, count: max(1024, capacity + capacity / 3)) }

    /// Of 8 octets.
    var places: Int { hashes.count }

    static func hash(_ key: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(bytes: key)
        // Zero marks a free place.
        return UInt64(bitPattern: Int64(hasher.finalize())) | 1
    }

    /// Where the address is, and whether it was not there before.
    mutating func insert(_ hash: UInt64) -> (place: Int, isNew: Bool) {
        // A shift binds tighter than a product: without the outer brackets all would begin at place 0.
        var place = Int(((hash >> 32) &* UInt64(hashes.count)) >> 32)
        while hashes[place] != 0 {
            if hashes[place] == hash { return (place, false) }
            place += 1
            if place == hashes.count { place = 0 }
        }
        hashes[place] = hash
        count += 1
        return (place, true)
    }

    /// Makes room for more, in steps of a half. What is there has other places afterwards, and is there twice meanwhile.
    mutating func grow(by more: Int) {
        let wanted = count + more
        guard wanted > places / 4 * 3 else { return }
        var larger = AddressHashes(capacity: max(wanted, places / 8 * 9))
        for hash in hashes where hash != 0 { _ = larger.insert(hash) }
        self = larger
    }
}
