/// A link of a mail and where its address stands.
public struct LinkPlace: Sendable, Hashable {
    /// References decoded; may contain merge tags.
    public let url: String
    /// The octets of the source that are the address, without quotes around it.
    public let range: Range<Int>
}

/// Addresses of all links (`a` and `area`) of HTML, in their order, where they stand in the source. What stands in comments
/// and style sheets is none. One whose references are not all known is left out.
public func linkPlaces(inHTML html: String) -> [LinkPlace] {
    let source = Array(html.utf8)
    var scanner = HTMLScanner(source)
    var places: [LinkPlace] = []
    while let (token, range) = scanner.next() {
        guard case .startTag(let name, let attributes) = token else { continue }
        if HTMLPolicy.rawText.contains(name) { _ = scanner.skipRawText(of: name) }
        guard attributes > 0, name == "a" || name == "area", let place = AttributeScan(source, range).value(of: "href"),
            let url = CharacterReferences.decode(source[place])
        else { continue }
        places.append(LinkPlace(url: url, range: place))
    }
    return places
}

/// Addresses in plain text that begin with `http://` or `https://`, where they stand. A dot, comma or closing bracket behind
/// one belongs to the sentence.
public func linkPlaces(inText text: String) -> [LinkPlace] {
    let source = Array(text.utf8)
    var places: [LinkPlace] = []
    var position = 0
    while position < source.count {
        if let tag = MergeMark.tagEnd(in: source[...], at: position) {
            position = tag.end
            continue
        }
        guard let end = addressEnd(in: source, from: position) else {
            position += 1
            continue
        }
        places.append(LinkPlace(url: String(decoding: source[position..<end], as: UTF8.self), range: position..<end))
        position = end
    }
    return places
}

/// Where in HTML a picture is put that is seen by whoever sees the mail: before the end of its body.
public func placeForPicture(inHTML html: String) -> Int {
    let source = Array(html.utf8)
    var scanner = HTMLScanner(source)
    var place = source.count
    while let (token, range) = scanner.next() {
        switch token {
        case .startTag(let name, _) where HTMLPolicy.rawText.contains(name): _ = scanner.skipRawText(of: name)
        case .endTag("body"): place = range.lowerBound
        case .endTag("html") where place == source.count: place = range.lowerBound
        default: break
        }
    }
    return place
}

private func addressEnd(in source: [UInt8], from start: Int) -> Int? {
    let rest = source[start...]
    guard let letter = rest.first, letter | 0x20 == UInt8(ascii: "h") else { return nil }
    // In the middle of a word nothing begins.
    if start > 0, isWordByte(source[start - 1]) { return nil }
    let lower = rest.prefix(8).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    guard lower.starts(with: "http://".utf8) || lower.starts(with: "https://".utf8) else { return nil }
    var position = start
    while position < source.count {
        if let tag = MergeMark.tagEnd(in: rest, at: position) {
            position = tag.end
            continue
        }
        let byte = source[position]
        if byte <= 0x20 || byte == 0x7F || "<>\"".utf8.contains(byte) || isWideSpace(source, position) { break }
        position += 1
    }
    var open = 0
    for byte in source[start..<position] {
        if byte == UInt8(ascii: "(") { open += 1 }
        if byte == UInt8(ascii: ")") { open -= 1 }
    }
    while position > start {
        let last = source[position - 1]
        if last == UInt8(ascii: ")"), open < 0 {
            open += 1
        } else if !".,;:!?'*_]".utf8.contains(last) {
            break
        }
        position -= 1
    }
    return position - start > 8 ? position : nil
}

private func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
}

/// No-break space, U+00A0.
private func isWideSpace(_ source: [UInt8], _ position: Int) -> Bool {
    source[position] == 0xC2 && position + 1 < source.count && source[position + 1] == 0xA0
}

/// Finds an attribute in the octets of one start tag (HTML §13.2.5.32 and following).
struct AttributeScan {
    private let source: [UInt8]
    private let range: Range<Int>

    init(_ source: [UInt8], _ range: Range<Int>) {
        self.source = source
        self.range = range
    }

    /// The octets of the first attribute's value with that name: later ones of the same name do not count.
    func value(of wanted: String) -> Range<Int>? {
        var position = range.lowerBound + 1
        func byte() -> UInt8? { position < range.upperBound ? source[position] : nil }
        func skipSpace() { while let next = byte(), Self.isSpace(next) { position += 1 } }

        while let next = byte(), !Self.isSpace(next), next != UInt8(ascii: "/"), next != UInt8(ascii: ">") {
            position += 1
        }
        while let next = byte(), next != UInt8(ascii: ">") {
            if Self.isSpace(next) || next == UInt8(ascii: "/") {
                position += 1
                continue
            }
            let start = position
            position += 1
            while let next = byte(), !Self.isSpace(next), next != UInt8(ascii: "/"), next != UInt8(ascii: ">"),
                next != UInt8(ascii: "=")
            {
                position += 1
            }
            let name = String(decoding: source[start..<position], as: UTF8.self).lowercased()
            skipSpace()
            guard byte() == UInt8(ascii: "=") else { continue }
            position += 1
            skipSpace()
            let value: Range<Int>
            if let quote = byte(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                position += 1
                let from = position
                while let next = byte(), next != quote { position += 1 }
                value = from..<position
                position += 1
            } else {
                let from = position
                while let next = byte(), !Self.isSpace(next), next != UInt8(ascii: ">") { position += 1 }
                value = from..<position
            }
            if name == wanted { return value }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
    }
}

/// The references that the sanitiser writes, and numbers.
private enum CharacterReferences {
    /// `nil` when there is one that is not known here.
    static func decode(_ value: ArraySlice<UInt8>) -> String? {
        guard value.contains(UInt8(ascii: "&")) else { return String(decoding: value, as: UTF8.self) }
        var text = ""
        var rest = value
        while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
            text += String(decoding: rest[..<ampersand], as: UTF8.self)
            rest = rest[ampersand...]
            let name = rest.dropFirst().prefix(32).prefix {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "#")
            }
            let isEnded = name.endIndex < rest.endIndex && rest[name.endIndex] == UInt8(ascii: ";")
            guard isEnded else {
                // An ampersand that begins nothing is one; a few old names need no semicolon, so those are not guessed at.
                guard name.isEmpty else { return nil }
                text += "&"
                rest = rest.dropFirst()
                continue
            }
            guard let character = character(String(decoding: name, as: UTF8.self)) else { return nil }
            text.unicodeScalars.append(character)
            rest = rest[(name.endIndex + 1)...]
        }
        return text + String(decoding: rest, as: UTF8.self)
    }

    private static func character(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case "nbsp": "\u{A0}"
        default: number(name)
        }
    }

    private static func number(_ name: String) -> Unicode.Scalar? {
        guard name.hasPrefix("#") else { return nil }
        let isHex = name.dropFirst().lowercased().hasPrefix("x")
        guard let value = isHex ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst()), value > 0x1F else {
            return nil
        }
        return Unicode.Scalar(value)
    }
}
