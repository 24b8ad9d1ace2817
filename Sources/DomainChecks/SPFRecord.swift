/// A policy of who may send as a domain (RFC 7208), read as far as it can be judged without knowing who sends.
struct SPFRecord {
    enum Term: Hashable {
        /// Costs one question, and whatever the record at the domain costs. No domain where a macro stands for it.
        case include(domain: String?)
        case redirect(domain: String?)
        /// `a`, `mx`, `ptr`, `exists`: one question each (§4.6.4).
        case asking
        /// `ip4`, `ip6`, and modifiers that ask nothing.
        case plain
        /// - Parameter qualifier: + - ~ or ?.
        case all(qualifier: Character)
    }

    var terms: [Term]

    struct Broken: Error { var term: String }

    /// Whether a TXT record is one (§4.5).
    static func isRecord(_ text: String) -> Bool {
        let text = text.lowercased()
        return text == "v=spf1" || text.hasPrefix("v=spf1 ")
    }

    init(_ text: String) throws(Broken) {
        terms = []
        for word in text.split(separator: " ").dropFirst() { terms.append(try Self.term(String(word))) }
    }

    private static func term(_ word: String) throws(Broken) -> Term {
        var rest = word[...]
        var qualifier: Character = "+"
        if let first = rest.first, "+-~?".contains(first) {
            qualifier = first
            rest = rest.dropFirst()
        }
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }.lowercased()
        let argument = rest.dropFirst(name.count)
        if argument.first == "=" {
            if name == "redirect" { return .redirect(domain: try domain(argument.dropFirst(), word)) }
            return .plain
        }
        switch name {
        case "all" where argument.isEmpty: return .all(qualifier: qualifier)
        case "include" where argument.first == ":": return .include(domain: try domain(argument.dropFirst(), word))
        case "a", "mx", "ptr": return .asking
        case "exists" where argument.first == ":": return .asking
        case "ip4" where argument.first == ":", "ip6" where argument.first == ":": return .plain
        default: throw Broken(term: String(word.prefix(60)))
        }
    }

    private static func domain(_ text: Substring, _ word: String) throws(Broken) -> String? {
        if text.isEmpty { throw Broken(term: String(word.prefix(60))) }
        return text.contains("%") ? nil : String(text)
    }
}
