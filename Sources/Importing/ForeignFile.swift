/// What people upload in the place of a CSV file, told by its first octets.
public enum ForeignFile {
    /// Octets that are looked at.
    public static let headLength = 8

    private static let kinds: [(head: [UInt8], name: String)] = [
        (Array("PK\u{3}\u{4}".utf8), "a workbook of Excel or LibreOffice (or another ZIP file)"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"), (Array("%PDF-".utf8), "a PDF document"),
        ([0x89, 0x50, 0x4E, 0x47], "a picture"), ([0xFF, 0xD8, 0xFF], "a picture"), (Array("GIF8".utf8), "a picture"),
        (Array("{\\rtf".utf8), "a text document (RTF)"),
    ]

    /// What to do instead; nil for what may be CSV.
    public static func sentence(_ head: [UInt8]) -> String? {
        guard let kind = kinds.first(where: { head.starts(with: $0.head) }) else { return nil }
        return
            "This is \(kind.name), not a CSV file. Open the table in the program it comes from, save it as CSV (in Excel: “CSV UTF-8”), and use that file."
    }
}
