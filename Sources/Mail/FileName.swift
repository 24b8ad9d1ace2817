internal import Foundation

/// A file's name that any system can keep and no reader is deceived by: one component, without controls, characters that
/// turn the direction of reading, or what Windows reserves. Letters of every script and emoji stay.
public struct FileName: Sendable, Hashable {
    public let text: String

    /// Octets of UTF-8: file systems take 255, and some programs put something before it.
    public static let longest = 180

    /// - Parameter raw: as the person's computer calls it, folders and all.
    public init(_ raw: String) {
        // Octets: with a mark on it a slash is another character, and still a slash to a file system.
        let component =
            raw.utf8.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).last
            .map { String(decoding: $0, as: UTF8.self) } ?? ""
        var scalars = String.UnicodeScalarView()
        for scalar in component.precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x2A, 0x2F, 0x3A, 0x3C, 0x3E, 0x3F, 0x5C, 0x7C: scalars.append("_")
            // Marks, embeddings, overrides and isolates of direction; a byte order mark; places in annotations; noncharacters.
            case 0x61C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xFFFE, 0xFFFF: break
            case _ where scalar.properties.isWhitespace:
                if scalars.last != " " { scalars.append(" ") }
            case _ where scalar.properties.generalCategory == .control: break
            default: scalars.append(scalar)
            }
        }
        var name = String(String.UnicodeScalarView(scalars.drop { $0 == "." || $0 == " " }))[...]
        while let last = name.last, last == "." || last == " " { name.removeLast() }
        var text = Self.shortened(String(name))
        if text.isEmpty { text = "file" }
        let stem = text.prefix { $0 != "." }.uppercased()
        self.text = Self.reserved.contains(stem) ? "_" + text : text
    }

    /// In lower case, without its dot; empty where there is none.
    public var fileExtension: String {
        guard let dot = text.lastIndex(of: "."), dot != text.startIndex else { return "" }
        return text[text.index(after: dot)...].lowercased()
    }

    /// Whole characters, and the end of the name as it was.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > longest else { return name }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let tail = name[dot...].utf8.count <= 20 ? String(name[dot...]) : ""
        var length = tail.utf8.count
        var head = ""
        for character in name {
            length += character.utf8.count
            if length > longest { break }
            head.append(character)
        }
        while head.last == "." || head.last == " " { head.removeLast() }
        return head + tail
    }

    /// Names of devices in Windows, with whatever extension.
    private static let reserved: Set<String> = {
        var names: Set<String> = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
        for number in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"] {
            names.insert("COM" + number)
            names.insert("LPT" + number)
        }
        return names
    }()
}
