/// The rules of a mail's style sheets: those that can be copied into style attributes, and those that cannot.
struct StyleSheet {
    private struct Rule {
        let selector: StyleSelector
        let specificity: Int
        let declarations: [StyleDeclaration]
    }

    /// A rule that stays where it is, and of which elements it may speak.
    private struct Stay {
        let subject: StyleSelector.Compound
        let declarations: [StyleDeclaration]
    }

    /// Parts of selectors and declarations that are looked at for all elements of a mail together: a tenth of a second.
    static let mostMatches = 500_000
    /// With more rules, or declarations in all, than this nothing is copied.
    static let mostRules = 2000
    static let mostDeclarations = 20_000

    private var rules: [Rule] = []
    private var stays: [Stay] = []
    private var rulesOf = Index()
    private var staysOf = Index()
    private var declarationsRead = 0

    var isEmpty: Bool { rules.isEmpty || isTooLarge }

    private var isTooLarge: Bool {
        rules.count > Self.mostRules || stays.count > Self.mostRules || declarationsRead > Self.mostDeclarations
    }

    /// - Parameter sheets: texts of style sheets, and whether each is for every medium.
    init(_ sheets: [(text: String, isForAll: Bool)]) {
        for sheet in sheets { read(sheet.text, isForAll: sheet.isForAll) }
    }

    private mutating func read(_ sheet: String, isForAll: Bool) {
        var parts = CSSParts(sheet, isSheet: true)
        // What is open: the heads of blocks.
        var open: [String] = []
        // How many of them are animations: their steps speak of no element.
        var animations = 0
        var declarations: [StyleDeclaration] = []
        while !isTooLarge, let (text, end) = parts.next() {
            if end != .opening, let declaration = StyleDeclaration(text) {
                declarations.append(declaration)
                declarationsRead += 1
            }
            switch end {
            case .opening:
                open.append(text)
                if Self.isAnimation(text) { animations += 1 }
                declarations = []
            case .closing:
                guard let head = open.popLast() else { continue }
                if Self.isAnimation(head) { animations -= 1 }
                if !head.hasPrefix("@"), animations == 0, !declarations.isEmpty {
                    add(head, declarations, isCopied: isForAll && open.isEmpty)
                }
                declarations = []
            case .semicolon, .end: break
            }
        }
    }

    private static func isAnimation(_ head: String) -> Bool {
        head.hasPrefix("@") && head.lowercased().contains("keyframes")
    }

    private mutating func add(_ head: String, _ declarations: [StyleDeclaration], isCopied: Bool) {
        let block = StyleBlock(declarations).declarations
        let weak = block.filter { !$0.isImportant }
        for text in head.split(separator: ",") {
            if isTooLarge { return }
            if isCopied, head.utf8.count <= 4000, let selector = StyleSelector(text) {
                rulesOf.add(rules.count, for: selector.subject)
                rules.append(Rule(selector: selector, specificity: selector.specificity, declarations: block))
            } else {
                let subject = StyleSelector.Compound(endOf: text)
                staysOf.add(stays.count, for: subject)
                stays.append(Stay(subject: subject, declarations: weak))
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
            budget -= selector.subject.size
            if budget <= 0 { return nil }
            guard selector.subject.matches(element) else { continue }
            budget -=
                selector.ancestors.reduce(0) { $0 + $1.compound.size } * path.count + rules[number].declarations.count
            if budget <= 0 { return nil }
            if selector.matches(element, within: path) { matching.append((rules[number].specificity, number)) }
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
        var held = StyleReserve()
        for number in staysOf.candidates(for: element) {
            budget -= stays[number].subject.size
            if budget <= 0 { return nil }
            guard stays[number].subject.matches(element) else { continue }
            budget -= stays[number].declarations.count
            if budget <= 0 { return nil }
            for declaration in stays[number].declarations { held.add(declaration) }
        }
        matching.sort { ($0.specificity, $0.number) < ($1.specificity, $1.number) }
        return cascade(matching.map(\.number), ownDeclarations, besides: held)
    }

    /// Weakest first: the sheet's, the attribute's, the sheet's important ones, the attribute's important ones (CSS Cascade
    /// §6.1). Nothing is copied that something staying in the sheet may have to overrule: in an attribute it would win.
    private func cascade(_ numbers: [Int], _ own: [StyleDeclaration], besides held: StyleReserve) -> String? {
        var cascade = StyleCascade()
        var isChanged = false
        for isImportant in [false, true] {
            for number in numbers {
                for declaration in rules[number].declarations where declaration.isImportant == isImportant {
                    if held.competes(with: declaration) { continue }
                    cascade.add(declaration, from: number)
                    isChanged = true
                }
            }
            for declaration in own where declaration.isImportant == isImportant { cascade.add(declaration, from: nil) }
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
            for name in element.classes { found += byClass[name] ?? [] }
            return found
        }
    }
}
