/// How a file's text is encoded.
public enum CSVEncoding: String, Sendable, Hashable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    case windows1252 = "Windows-1252"

    /// By byte order mark; else by the zeros that UTF-16 has in Latin text; else UTF-8 unless more of it is wrong than
    /// right. `isCertain` is false as long as everything is ASCII.
    static func recognised(in sample: [UInt8]) -> (encoding: CSVEncoding, isCertain: Bool) {
        if sample.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, true) }
        if sample.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, true) }
        if sample.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, true) }
        let pairs = sample.count / 2
        let zerosInFirst = stride(from: 0, to: pairs * 2, by: 2).count { sample[$0] == 0 }
        let zerosInSecond = stride(from: 1, to: pairs * 2, by: 2).count { sample[$0] == 0 }
        if pairs >= 2, zerosInSecond * 10 > pairs * 4, zerosInFirst * 10 < pairs { return (.utf16LittleEndian, true) }
        if pairs >= 2, zerosInFirst * 10 > pairs * 4, zerosInSecond * 10 < pairs { return (.utf16BigEndian, true) }
        let (characters, strays) = countNonASCII(sample)
        return strays > characters ? (.windows1252, true) : (.utf8, characters > 0)
    }

    /// Characters of several octets, and octets that belong to none (but for one that the sample's end may cut).
    private static func countNonASCII(_ bytes: [UInt8]) -> (characters: Int, strays: Int) {
        var (characters, strays, index) = (0, 0, 0)
        while index < bytes.count {
            let lead = bytes[index]
            guard lead >= 0x80 else {
                index += 1
                continue
            }
            let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1
            let tail = bytes[min(index + 1, bytes.count)..<min(index + length, bytes.count)]
            if length > 1, tail.allSatisfy({ $0 & 0xC0 == 0x80 }) {
                if index + length <= bytes.count { characters += 1 }
                index += length
            } else {
                strays += 1
                index += 1
            }
        }
        return (characters, strays)
    }

    func markLength(in sample: [UInt8]) -> Int {
        switch self {
        case .utf8: sample.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        case .utf16LittleEndian: sample.starts(with: [0xFF, 0xFE]) ? 2 : 0
        case .utf16BigEndian: sample.starts(with: [0xFE, 0xFF]) ? 2 : 0
        case .windows1252: 0
        }
    }
}
