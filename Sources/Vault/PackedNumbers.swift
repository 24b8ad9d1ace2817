/// Numbers as they stand in tokens, one behind the other: LEB128 of the two's complement.
struct PackedNumbers {
    /// Octets of the longest number.
    static let longest = 10

    private let start: UnsafeMutablePointer<UInt8>
    private let limit: Int
    /// Octets so far.
    private(set) var count = 0

    /// - Parameter start: where there is room for `limit` of the longest numbers.
    init(at start: UnsafeMutablePointer<UInt8>, limit: Int) {
        self.start = start
        self.limit = limit * Self.longest
    }

    mutating func append(_ number: Int64) {
        precondition(count + Self.longest <= limit, "more numbers than there is room for")
        var rest = UInt64(bitPattern: number)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    private mutating func append(_ octet: UInt8) {
        (start + count).initialize(to: octet)
        count += 1
    }
}
