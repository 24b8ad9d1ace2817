/// The rules of a mail's style sheets: those that can be copied into style attributes, and those that cannot.
struct StyleSheet {
    private struct Rule {
        let selector: StyleSelector
        let declarations: [StyleDeclaration]
    }

    /// A rule that stays where it is, and of which elements it may speak.
    private struct Stay {
        let subject: StyleSelector.Compound
        let declarations: [StyleDeclaration]
    }

    /// Rules that are looked at for all elements of a mail together: some milliseconds.
    static let mostMatches = 500_000
    /// With more rules than this nothing is copied.
    static let mostRules = 2000

    private var rules: [Rule] = []
    private var stays: [Stay] = []
    private var rulesOf = Index()
    private var staysOf = Index()

    var isEmpty: Bool { rules.isEmpty || rules.count > Self.mostRules || stays.count > Self.mostRules }

    /// - Parameter sheets: texts of style sheets, and whether each is for every medium.
    init(_ sheets: [(text: String, isForAll: Bool)]) {
        for sheet in sheets { read(sheet.text, isForAll: sheet.isForAll) }
    }

    private mutating func read(_ sheet: String, isForAll: Bool) {
        var parts = CSSParts(sheet, isSheet: true)
        // What is open: the heads of blocks, in lower case.
        var open: [String] = []
        var declarations: [StyleDeclaration] = []
        while let (text, end) = parts.next() {
            if end != .opening, let declaration = StyleDeclaration(text) { declarations.append(declaration) }
            switch end {
            case .opening:
                open.append(text)
                declarations = []
            case .closing:
                guard let head = open.popLast() else { continue }
                if !head.hasPrefix("@") {
                    add(head, declarations, isCopied: isForAll && open.isEmpty, within: open)
                }
                declarations = []
            case .semicolon, .end: break
            }
        }
    }

    private mutating func add(
        _ head: String, _ declarations: [StyleDeclaration], isCopied: Bool, within open: [String]
    ) {
        // Steps of an animation speak of no element.
        if declarations.isEmpty || open.contains(where: { $0.lowercased().contains("keyframes") }) { return }
        for text in head.split(separator: ",") {
            if rules.count > Self.mostRules || stays.count > Self.mostRules { return }
            if isCopied, head.utf8.count <= 4000, let selector = StyleSelector(text) {
                rulesOf.add(rules.count, for: selector.subject)
                rules.append(Rule(selector: selector, declarations: declarations))
            } else {
                let subject = StyleSelector.Compound(endOf: text)
                staysOf.add(stays.count, for: subject)
                stays.append(Stay(subject: subject, declarations: declarations.filter { !$0.isImportant }))
            }
        }
    }

    /// The style attribute of an element; nil where no rule speaks of it.
    ///
    /// - Parameters:
    ///   - path: the elements around it, the outermost first.
    ///   - own: what its attribute says.
    func style(
        of element: StyledElement, within path: [StyledElement], own: String, budget: inout Int
    ) -> String? {
        var matching: [(specificity: Int, number: Int)] = []
        for number in rulesOf.candidates(for: element) {
            let selector = rules[number].selector
            budget -= 1 + selector.ancestors.count * path.count
            if budget <= 0 { return nil }
            if selector.matches(element, within: path) { matching.append((selector.specificity, number)) }
        }
        guard !matching.isEmpty else { return nil }
        var ownDeclarations: [StyleDeclaration] = []
        var parts = CSSParts(own, isSheet: false)
        while let (text, _) = parts.next() {
            if text.isEmpty { continue }
            // What is no declaration may be a merge tag that becomes one: the attribute stays as it is.
            guard let declaration = StyleDeclaration(text) else { return nil }
            ownDeclarations.append(declaration)
        }
        var held: [StyleDeclaration] = []
        for number in staysOf.candidates(for: element) {
            budget -= 1
            if budget <= 0 { return nil }
            if stays[number].subject.matches(element) { held += stays[number].declarations }
        }
        matching.sort { ($0.specificity, $0.number) < ($1.specificity, $1.number) }
        return cascade(matching.map(\.number), ownDeclarations, besides: held)
    }

    /// Weakest first: the sheet's, the attribute's, the sheet's important ones, the attribute's important ones (CSS Cascade
    /// §6.1). Nothing is copied that something staying in the sheet may have to overrule: in an attribute it would win.
    private func cascade(_ numbers: [Int], _ own: [StyleDeclaration], besides held: [StyleDeclaration]) -> String? {
        var cascade = Cascade()
        var isChanged = false
        for isImportant in [false, true] {
            for number in numbers {
                for declaration in rules[number].declarations where declaration.isImportant == isImportant {
                    if held.contains(where: declaration.competes) { continue }
                    cascade.add(declaration, from: number)
                    isChanged = true
                }
            }
            for declaration in own where declaration.isImportant == isImportant { cascade.add(declaration, from: -1) }
        }
        return isChanged ? cascade.text : nil
    }

    /// Numbers by the rarest thing that a subject names.
    private struct Index {
        private var byID: [String: [Int]] = [:]
        private var byClass: [String: [Int]] = [:]
        private var byName: [String: [Int]] = [:]
        private var others: [Int] = []

        mutating func add(_ number: Int, for subject: StyleSelector.Compound) {
            if let id = subject.ids.first {
                byID[id, default: []].append(number)
            } else if let name = subject.classes.first {
                byClass[name, default: []].append(number)
            } else if let name = subject.name {
                byName[name, default: []].append(number)
            } else {
                others.append(number)
            }
        }

        func candidates(for element: StyledElement) -> [Int] {
            var found = others + (byName[element.name] ?? [])
            if let id = element.id { found += byID[id] ?? [] }
            for name in Set(element.classes) { found += byClass[name] ?? [] }
            return found
        }
    }
}

/// `property: value`.
struct StyleDeclaration: Hashable {
    /// In lower case.
    let property: String
    let value: String
    let isImportant: Bool

    /// nil for what is none, or has nothing to say.
    init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var name = text[..<colon]
        while name.last == " " { name.removeLast() }
        guard !name.isEmpty,
            name.utf8.allSatisfy({
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0)
                    || (0x61...0x7A).contains($0 | 0x20)
            })
        else { return nil }
        var value = text[text.index(after: colon)...].drop { $0 == " " }
        while value.last?.isWhitespace == true { value.removeLast() }
        var isImportant = false
        if let mark = value.lastIndex(of: "!"),
            value[value.index(after: mark)...].filter({ !$0.isWhitespace }).lowercased() == "important"
        {
            isImportant = true
            value = value[..<mark]
            while value.last?.isWhitespace == true { value.removeLast() }
        }
        guard !value.isEmpty else { return nil }
        property = name.lowercased()
        self.value = String(value)
        self.isImportant = isImportant
    }

    /// Whether one of both could overrule the other: they are of one family (`padding`, `padding-left`), and do not say the
    /// same.
    func competes(with other: StyleDeclaration) -> Bool {
        family == other.family && !(property == other.property && value == other.value)
    }

    private var family: Substring {
        // `font` sets it as well.
        property == "line-height" ? "font" : property.drop { $0 == "-" }.prefix { $0 != "-" }
    }
}

/// Puts declarations one over the other, the weakest first.
private struct Cascade {
    private var declarations: [(declaration: StyleDeclaration, origin: Int)] = []

    mutating func add(_ declaration: StyleDeclaration, from origin: Int) {
        // Two of one rule may be a fallback and what newer programs know: both stay.
        declarations.removeAll { $0.declaration.property == declaration.property && $0.origin != origin }
        declarations.append((declaration, origin))
    }

    /// What is important in a sheet need not be so here: the sheet stays and says it. An attribute's own stays important.
    var text: String {
        declarations.map { declaration, origin in
            let mark = declaration.isImportant && origin == -1 ? " !important" : ""
            return "\(declaration.property):\(declaration.value)\(mark)"
        }.joined(separator: "; ")
    }
}
