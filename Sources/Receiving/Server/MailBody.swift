/// A mail's bytes as DATA brings them: dots taken away (RFC 5321 §4.5.2), the beginning kept, the rest only counted. Nothing but
/// CR LF, dot, CR LF ends it, and a bare CR or LF is refused: it is how a second mail would be smuggled in.
struct MailBody {
    enum Event { case ended, bareLineEnd, lineTooLong, tooBig }

    private enum Place { case lineStart, dot, dotCR, middle, cr }

    private(set) var bytes: [UInt8] = []
    private var place = Place.lineStart
    private var size = 0
    private var line = 0

    /// - Returns: how many octets were used, and what happened, if anything.
    mutating func take(_ input: UnsafeRawBufferPointer, _ limits: ReceivingLimits) -> (Int, Event?) {
        for (index, byte) in input.enumerated() {
            if let event = step(byte) { return (index + 1, event) }
            if line > limits.dataLine { return (index + 1, .lineTooLong) }
            if size > limits.size { return (index + 1, .tooBig) }
        }
        return (input.count, nil)
    }

    private mutating func step(_ byte: UInt8) -> Event? {
        switch (place, byte) {
        case (.lineStart, UInt8(ascii: ".")): place = .dot
        case (.lineStart, 0x0D), (.middle, 0x0D): place = .cr
        case (.dot, 0x0D): place = .dotCR
        case (.cr, 0x0A):
            keep(0x0D)
            keep(0x0A)
            (place, line) = (.lineStart, 0)
        case (.dotCR, 0x0A): return .ended
        case (.cr, _), (.dotCR, _), (_, 0x0A): return .bareLineEnd
        default:
            keep(byte)
            place = .middle
        }
        return nil
    }

    private mutating func keep(_ byte: UInt8) {
        size += 1
        line += 1
        if size <= ReturnDesk.kept { bytes.append(byte) }
    }
}
