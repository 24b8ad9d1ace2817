/// Keeps spreadsheets from running what strangers wrote (OWASP, CSV injection): an apostrophe before what they would take for
/// a formula makes a text of it.
///
/// A formula begins with `= + - @`, a tab or a line break; plain numbers such as `-5` and `+49 30 1` are none. It may begin
/// where a cell does, and in a cell behind each `;`, tab and line break: a spreadsheet that expects those between cells takes a
/// file with commas apart there, quoted or not. Quotes and blanks before it are passed over, as a spreadsheet may.
///
/// Whatever stands there with apostrophes already gets one more, so that taking one away gives the text as it was.
public enum FormulaGuard {
    private static let apostrophe = UInt8(ascii: "'")

    /// The text with its apostrophes.
    public static func guarded(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(where: isSign) else { return text }
        var guarded: [UInt8] = []
        guarded.reserveCapacity(text.count + 4)
        for index in text.indices {
            if beginsFormula(text, index) { guarded.append(apostrophe) }
            guarded.append(text[index])
        }
        return guarded
    }

    /// Whether there is anything to take away, as there hardly ever is.
    public static func mayBeGuarded(_ text: UnsafeBufferPointer<UInt8>) -> Bool { text.contains(apostrophe) }

    /// The text without them.
    public static func unguarded(_ text: [UInt8]) -> [UInt8] {
        var unguarded: [UInt8] = []
        unguarded.reserveCapacity(text.count)
        for index in text.indices {
            if text[index] != apostrophe || !beginsFormula(text, index) { unguarded.append(text[index]) }
        }
        return unguarded
    }

    /// Whether a cell may begin at this place, and a formula with it, apostrophes before it or not.
    private static func beginsFormula(_ text: [UInt8], _ start: Int) -> Bool {
        guard start == 0 || isSeparator(text[start - 1]) else { return false }
        var index = start
        while index < text.count, text[index] == apostrophe { index += 1 }
        while index < text.count, text[index] == UInt8(ascii: "\"") || text[index] == 0x20 { index += 1 }
        guard index < text.count else { return false }
        switch text[index] {
        case UInt8(ascii: "="), UInt8(ascii: "@"): return true
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            let end = text[index...].firstIndex(where: isSeparator) ?? text.count
            return !text[(index + 1)..<end].allSatisfy { (0x30...0x39).contains($0) || " .,".utf8.contains($0) }
        case UInt8(ascii: ";"): return false
        default: return start == 0 && isSeparator(text[index])
        }
    }

    /// What some program expects between cells, or between rows; not the comma, at which all take our files apart.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }
}
