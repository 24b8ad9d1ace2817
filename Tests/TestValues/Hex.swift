/// The octets of a test vector; blanks are for the eye.
public func hex(_ text: String) -> [UInt8] {
    var octets: [UInt8] = []
    var high: UInt8?
    for digit in text where !digit.isWhitespace {
        guard let value = digit.hexDigitValue.map(UInt8.init) else { preconditionFailure("not hexadecimal: \(digit)") }
        if let first = high {
            octets.append(first << 4 | value)
            high = nil
        } else {
            high = value
        }
    }
    return octets
}
