/// Phrases that are looked for in what a stranger wrote. Octets are compared, not characters: to find where those begin in a
/// text of nothing but combining marks takes a thousand times as long, and whoever sends one holds up all others meanwhile.
public struct Phrases: Sendable {
    private let phrases: [[UInt8]]

    /// - Parameter phrases: in lower case.
    public init(_ phrases: [String]) { self.phrases = phrases.map { Array($0.utf8) } }

    /// Text in the form in which phrases are found in it: lower-cased, in octets.
    /// - Parameter limit: so many octets of it are looked at.
    public static func octets(of text: String, limit: Int = .max) -> [UInt8] {
        if text.utf8.count <= limit { return Array(text.lowercased().utf8) }
        return Array(String(decoding: text.utf8.prefix(limit), as: UTF8.self).lowercased().utf8)
    }

    /// - Parameter text: lower-cased (``octets(of:limit:)``).
    public func areFound(in text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { text in phrases.contains { Self.contains(text, $0) } }
    }

    public static func + (a: Phrases, b: Phrases) -> Phrases {
        var both = a.phrases
        both += b.phrases
        return Phrases(octets: both)
    }

    private init(octets: [[UInt8]]) { phrases = octets }

    private static func contains(_ text: UnsafeBufferPointer<UInt8>, _ phrase: [UInt8]) -> Bool {
        guard text.count >= phrase.count, let first = phrase.first else { return false }
        return phrase.withUnsafeBufferPointer { phrase in
            var place = 0
            let last = text.count - phrase.count
            while place <= last {
                if text[place] == first {
                    var length = 1
                    while length < phrase.count, text[place + length] == phrase[length] { length += 1 }
                    if length == phrase.count { return true }
                }
                place += 1
            }
            return false
        }
    }
}

extension Phrases: ExpressibleByArrayLiteral {
    public init(arrayLiteral phrases: String...) { self.init(phrases) }
}
