/// `name=value; name=value`: records of DKIM (RFC 6376 §3.2) and DMARC (RFC 7489 §6.3).
struct TagList {
    private(set) var tags: [(name: String, value: String)] = []

    /// Nil for a text that is no such list.
    init?(_ text: String) {
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let part = part.filter { !$0.isWhitespace }
            if part.isEmpty { continue }
            guard let equals = part.firstIndex(of: "=") else { return nil }
            tags.append((part[..<equals].lowercased(), String(part[part.index(after: equals)...])))
        }
        guard Set(tags.map(\.name)).count == tags.count else { return nil }
    }

    subscript(name: String) -> String? { tags.first { $0.name == name }?.value }
}
