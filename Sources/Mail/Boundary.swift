internal import Glibc

/// The line between the parts of a message (RFC 2046 §5.1.1): follows from the Message-ID, so that a message has the
/// same bytes each time.
enum Boundary {
    /// `=_` cannot occur in quoted-printable or base64; 32 hexadecimal digits make it unlikely anywhere else.
    static func make(from identity: [UInt8], attempt: UInt64) -> [UInt8] {
        var boundary: [UInt8] = [UInt8(ascii: "="), UInt8(ascii: "_")]
        boundary.reserveCapacity(34)
        append(hash(identity, seed: 0xCBF2_9CE4_8422_2325 &+ attempt), to: &boundary)
        append(hash(identity, seed: 0x8422_2325_CBF2_9CE4 ^ attempt), to: &boundary)
        return boundary
    }

    /// FNV-1a with a final mix. Not a secret: what makes it safe is that it is looked for in the parts.
    private static func hash(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
        var hash = seed
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return hash ^ (hash >> 29)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 0xF
            bytes.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
        }
    }

    /// How often a boundary stands in the bytes from an index on. Looks for its second character, the rarest one.
    static func count(_ boundary: [UInt8], in bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBytes { haystack in
            boundary.withUnsafeBytes { needle in
                guard let base = haystack.baseAddress, let wanted = needle.baseAddress else { return 0 }
                var count = 0
                var position = start + 1
                while position < haystack.count,
                    let found = memchr(base + position, Int32(UInt8(ascii: "_")), haystack.count - position)
                {
                    let index = UnsafeRawPointer(found) - base
                    let isWhole = index - 1 + needle.count <= haystack.count
                    if isWhole, memcmp(base + (index - 1), wanted, needle.count) == 0 { count += 1 }
                    position = index + 1
                }
                return count
            }
        }
    }
}
