/// A piece of a template's source in whose place each mail has an address of its own: a link that is counted, or the
/// picture that tells an opening. No merge tag can be written that does the same.
public struct MergeReplacement: Sendable, Hashable {
    /// Octets of the source; merge tags in them are part of what is replaced. An empty range inserts.
    public var range: Range<Int>
    /// The number of the address in ``MergeAddresses``.
    public var address: Int
    /// Markup around it.
    public var before: String
    public var after: String

    public init(range: Range<Int>, address: Int, before: String = "", after: String = "") {
        self.range = range
        self.address = address
        self.before = before
        self.after = after
    }
}

/// The addresses that one mail alone has, behind each other.
public struct MergeAddresses: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int32] = []

    public init() {}

    public init(capacity: Int, octets: Int) {
        bytes.reserveCapacity(octets)
        ends.reserveCapacity(capacity)
    }

    /// Adds the next one: what `write` appends.
    public mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(Int32(truncatingIfNeeded: bytes.count))
    }

    @inline(__always)
    func withBytes(of number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        guard number < ends.count else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        let start = number == 0 ? 0 : Int(ends[number - 1])
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<Int(ends[number])])) }
    }
}
