internal import Persistence

/// Values in PostgreSQL's binary format, one behind the other.
struct BinaryWriter {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

    /// The value alone; nothing for NULL.
    mutating func append(_ value: SQLValue) {
        switch value {
        case .null: break
        case .integer(let number): append(number)
        case .real(let number): append(number.bitPattern)
        case .text(let text): append(text)
        case .blob(let blob): bytes.append(contentsOf: blob)
        }
    }

    /// The value behind its length, as in COPY and in arrays.
    mutating func append(withLength value: SQLValue) {
        if value == .null {
            append(Int32(-1))
            return
        }
        let place = bytes.count
        append(Int32(0))
        append(value)
        let length = UInt32(bytes.count - place - 4)
        withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(place..<place + 4, with: $0) }
    }

    /// A number or a text of packed rows, behind its length.
    mutating func append(withLength cell: PackedRows.Cell, of texts: UnsafeBufferPointer<UInt8>) {
        guard cell.count >= 0 else {
            append(Int32(8))
            append(cell.value)
            return
        }
        let text = UnsafeBufferPointer(rebasing: texts[Int(cell.value)..<Int(cell.value) + Int(cell.count)])
        if text.contains(0) { return append(withLength: .text(String(decoding: text, as: UTF8.self))) }
        append(cell.count)
        bytes.append(contentsOf: text)
    }

    /// PostgreSQL's texts cannot hold U+0000. What comes from outside may: each becomes U+FFFD, because a mail server that
    /// puts one into its reply must not keep us from noting what it said.
    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.contains(0) else {
                bytes.append(contentsOf: utf8)
                return
            }
            for byte in utf8 {
                if byte == 0 { bytes.append(contentsOf: [0xEF, 0xBF, 0xBD]) } else { bytes.append(byte) }
            }
        }
    }
}
