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
        /// What is behind it was lost, or became something else than text.
        case fault(HTMLScanner.Fault, line: Int)
    }

    private(set) var counts: [Kind: Int] = [:]
    private var order: [Kind] = []

    private var faults = 0

    static let mostKinds = 50
    static let mostFaults = 10

    var mayNoteFault: Bool { faults < Self.mostFaults }

    mutating func note(_ kind: Kind) {
        if let count = counts[kind] {
            counts[kind] = count + 1
        } else if case .fault = kind {
            // The worst comes first: here a text may be gone of which nobody reads anything else.
            counts[kind] = 1
            order.insert(kind, at: faults)
            faults += 1
        } else if order.count - faults < Self.mostKinds {
            counts[kind] = 1
            order.append(kind)
        }
    }

    mutating func note(_ other: Removals) {
        for kind in other.order where counts[kind] == nil {
            note(kind)
            if counts[kind] != nil { counts[kind] = other.counts[kind] }
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
            case .fault(let fault, let line): return Self.sentence(fault, line: line)
            case .tangled:
                return
                    "Bold, links and other text formatting were removed, because too many of their tags are never closed."
            }
        }
    }

    private static func sentence(_ fault: HTMLScanner.Fault, line: Int) -> String {
        switch fault {
        case .openQuote(let attribute):
            "Line \(line): the quote of “\(shown(attribute))” is never closed, so all that is behind it is lost. Close it, and save again."
        case .lateQuote(let attribute):
            "Line \(line): the quote of “\(shown(attribute))” is not closed before the next tags, so text behind it is lost. Close it, and save again."
        case .openTag(let name):
            "Line \(line): “<\(shown(name))” has no > at its end, so what is behind it is lost. Add it, and save again."
        case .openComment:
            "Line \(line): a comment begins with <!-- and never ends, so all that is behind it is lost. End it with -->, and save again."
        case .openElement(let name):
            "Line \(line): <\(shown(name))> is never closed, so all that is behind it is lost as text. Add </\(shown(name))>, and save again."
        }
    }

    private static func shown(_ text: String) -> String {
        let plain = text.filter { !$0.isNewline && $0 != "\0" }
        return plain.count > 60 ? plain.prefix(57) + "…" : plain
    }
}
