/// What was left out, told to the person who wrote it.
struct Removals {
    enum Kind: Hashable {
        case element(String)
        case attribute(String)
        case url(String)
        case style(String)
        case tooManyAttributes(String)
        case tooDeep
        case tangled
    }

    private(set) var counts: [Kind: Int] = [:]
    private var order: [Kind] = []

    static let mostKinds = 50

    mutating func note(_ kind: Kind) {
        if let count = counts[kind] {
            counts[kind] = count + 1
        } else if order.count < Self.mostKinds {
            counts[kind] = 1
            order.append(kind)
        }
    }

    mutating func note(_ other: Removals) {
        for kind in other.order where counts[kind] == nil {
            counts[kind] = other.counts[kind]
            order.append(kind)
        }
    }

    var sentences: [String] {
        order.map { kind in
            let count = counts[kind] ?? 1
            let times = count == 1 ? "" : " (\(count) times)"
            switch kind {
            case .element(let name):
                return "<\(Self.shown(name))> was removed\(times): it has no place in a mail."
            case .attribute(let name) where name.hasPrefix("on"):
                return "The attribute “\(Self.shown(name))” was removed\(times): mails may not contain program code."
            case .attribute(let name):
                return "The attribute “\(Self.shown(name))” was removed\(times): it has no effect in a mail."
            case .url(let url):
                return
                    "The address “\(Self.shown(url))” was removed\(times): links may begin with http, https, mailto or tel."
            case .style(let text):
                return "The style “\(Self.shown(text))” was removed\(times): it may load or run something."
            case .tooManyAttributes(let name):
                return
                    "<\(Self.shown(name))> was removed\(times): it has more than \(HTMLPolicy.mostAttributes) attributes."
            case .tooDeep:
                return "Elements that were nested too deeply were removed\(times); their text was kept."
            case .tangled:
                return
                    "Bold, links and other text formatting were removed, because too many of their tags are never closed."
            }
        }
    }

    private static func shown(_ text: String) -> String {
        let plain = text.filter { !$0.isNewline && $0 != "\0" }
        return plain.count > 60 ? plain.prefix(57) + "…" : plain
    }
}
