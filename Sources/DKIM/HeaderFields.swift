internal import Foundation

/// Where the header fields of a message are that may be signed, and where its body begins.
struct HeaderFields {
    /// By their place in ``SignedField/all``; each from its name to the end of its last folded line.
    private var fields: [(place: Int, range: Range<Int>)] = []
    private let message: [UInt8]
    private(set) var body: Range<Int>

    init(_ message: [UInt8]) {
        self.message = message
        body = message.count..<message.count
        fields.reserveCapacity(16)
        message.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                if bytes[start] == 0x0D, start + 1 < bytes.count, bytes[start + 1] == 0x0A {
                    body = start + 2..<bytes.count
                    return
                }
                var end = start
                repeat {
                    end = Self.lineEnd(bytes, from: end)
                } while end < bytes.count && (bytes[end] == 0x20 || bytes[end] == 0x09)
                if let place = Self.place(bytes, start..<end) { fields.append((place, start..<end)) }
                start = end
            }
        }
    }

    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start) else {
            return bytes.count
        }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found)) + 1
    }

    private static func place(_ bytes: UnsafeBufferPointer<UInt8>, _ field: Range<Int>) -> Int? {
        guard var end = bytes[field].firstIndex(of: UInt8(ascii: ":")) else { return nil }
        while end > field.lowerBound, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return SignedField.place(of: UnsafeBufferPointer(rebasing: bytes[field.lowerBound..<end]))
    }

    /// What is signed: each field as often as it is there, and once more where it is guarded.
    var signedPlaces: [Int] {
        var counts = [Int](repeating: 0, count: SignedField.all.count)
        for field in fields { counts[field.place] += 1 }
        var places: [Int] = []
        places.reserveCapacity(32)
        for (place, field) in SignedField.all.enumerated() {
            let isGuarded = field.guarding == .always || (field.guarding == .whereFound && counts[place] > 0)
            for _ in 0..<(isGuarded ? counts[place] + 1 : counts[place]) { places.append(place) }
        }
        return places
    }

    /// The fields that are named, in canonical form. A place that comes again means the next field above; when there is no
    /// such field, nothing (RFC 6376 §5.4.2).
    func canonical(_ places: [Int]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1536)
        var above = [Int](repeating: fields.count, count: SignedField.all.count)
        for place in places {
            let index = fields[..<above[place]].lastIndex { $0.place == place }
            above[place] = index ?? 0
            if let index { Relaxed.appendField(message[fields[index].range], to: &bytes) }
        }
        return bytes
    }
}
