/// One recipient's values, as octets by position; nothing is copied to split them.
public struct MergeValues: Sendable {
    /// Separates the packed fields: U+001F, which no normalised field can contain.
    public static let separator: UInt8 = 0x1F

    /// The recipient's fields in UTF-8, in the fixed order of `MergeFields`, joined by `separator`.
    let packed: [UInt8]
    /// Where each field ends in `packed`.
    let ends: [Int32]
    let unsubscribeURL: [UInt8]
    let viewURL: [UInt8]
    /// What stands in the places of a template's `MergeReplacement`s.
    public var addresses = MergeAddresses()

    /// - Parameter packed: fewer fields than the template knows are empty ones; more are never looked at.
    public init(packed: [UInt8], unsubscribeURL: [UInt8] = [], viewURL: [UInt8] = []) {
        self.packed = packed
        self.unsubscribeURL = unsubscribeURL
        self.viewURL = viewURL
        var ends: [Int32] = []
        ends.reserveCapacity(RecipientField.allCases.count)
        packed.withUnsafeBufferPointer { bytes in
            for index in bytes.indices where bytes[index] == Self.separator {
                ends.append(Int32(truncatingIfNeeded: index))
            }
            ends.append(Int32(truncatingIfNeeded: bytes.count))
        }
        self.ends = ends
    }

    public init(packed: String, unsubscribeURL: String = "", viewURL: String = "") {
        self.init(
            packed: Array(packed.utf8), unsubscribeURL: Array(unsubscribeURL.utf8), viewURL: Array(viewURL.utf8))
    }

    /// - Parameter own: the values of the account's own fields, in their order.
    public init(_ fields: RecipientFields, own: [String] = [], unsubscribeURL: String = "", viewURL: String = "") {
        self.init(
            packed: ([fields.packed] + own.map { RecipientFields.normalised($0, limit: RecipientField.limit) })
                .joined(separator: "\u{1F}"),
            unsubscribeURL: unsubscribeURL, viewURL: viewURL)
    }

    /// First and last name with a space between them, as far as they are known: a display name.
    public var fullName: String {
        var name: [UInt8] = []
        for field in [RecipientField.firstName, .lastName] {
            withBytes(of: .field(field.index)) { bytes in
                if !name.isEmpty, !bytes.isEmpty { name.append(0x20) }
                name.append(contentsOf: bytes)
            }
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Octets of all values.
    var length: Int { packed.count + unsubscribeURL.count + viewURL.count + addresses.bytes.count }

    /// Calls `body` with the octets of one value; empty where there is none.
    @inline(__always)
    func withBytes(of place: MergeFields.Place, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        switch place {
        case .field(let index):
            guard index < ends.count else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
            let start = index == 0 ? 0 : Int(ends[index - 1]) + 1
            packed.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<Int(ends[index])])) }
        case .unsubscribeURL: unsubscribeURL.withUnsafeBufferPointer(body)
        case .viewURL: viewURL.withUnsafeBufferPointer(body)
        case .address(let number): addresses.withBytes(of: number, body)
        }
    }

    func isEmpty(_ place: MergeFields.Place) -> Bool {
        switch place {
        case .field(let index):
            index >= ends.count || ends[index] == (index == 0 ? 0 : ends[index - 1] + 1)
        case .unsubscribeURL: unsubscribeURL.isEmpty
        case .viewURL: viewURL.isEmpty
        case .address(let number): number >= addresses.ends.count
        }
    }
}
