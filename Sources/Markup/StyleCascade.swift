/// Puts declarations one over the other, the weakest first. Linear in their number.
struct StyleCascade {
    /// nil where another one has come over it.
    private var entries: [(declaration: StyleDeclaration, isOwn: Bool)?] = []
    /// The entries of each property that still count; all of them are of one origin.
    private var places: [String: (origin: Int, entries: [Int])] = [:]

    /// - Parameter origin: the number of its rule; nil for the element's own attribute.
    mutating func add(_ declaration: StyleDeclaration, from rule: Int?) {
        let origin = rule ?? -1
        var held = places.removeValue(forKey: declaration.property) ?? (origin, [])
        // Two of one rule may be a fallback and what newer programs know: both stay.
        if held.origin != origin {
            for place in held.entries { entries[place] = nil }
            held = (origin, [])
        }
        held.entries.append(entries.count)
        places[declaration.property] = held
        entries.append((declaration, rule == nil))
    }

    /// What is important in a sheet need not be so here: the sheet stays and says it. An attribute's own stays important.
    var text: String {
        entries.compactMap { entry in
            guard let (declaration, isOwn) = entry else { return nil }
            return
                "\(declaration.property):\(declaration.value)\(declaration.isImportant && isOwn ? " !important" : "")"
        }.joined(separator: "; ")
    }
}

/// The declarations of one block, without those that say nothing new: of each property at most as many as a fallback and
/// what newer programs know, and none twice. Those that count most are the last ones.
struct StyleBlock {
    private(set) var declarations: [StyleDeclaration] = []

    /// More values of one property are no fallbacks.
    static let mostFallbacks = 4

    init(_ all: [StyleDeclaration]) {
        var seen: Set<StyleDeclaration> = []
        var fallbacks: [String: Int] = [:]
        for declaration in all.reversed() where seen.insert(declaration).inserted {
            fallbacks[declaration.property, default: 0] += 1
            if fallbacks[declaration.property, default: 0] <= Self.mostFallbacks { declarations.append(declaration) }
        }
        declarations.reverse()
    }
}

/// Declarations that stay in the sheet and may have to overrule what is copied.
struct StyleReserve {
    /// By family: one of them, and whether another one says something else.
    private var families: [Substring: (first: StyleDeclaration, isMixed: Bool)] = [:]

    mutating func add(_ declaration: StyleDeclaration) {
        let family = declaration.family
        guard let known = families[family] else {
            families[family] = (declaration, false)
            return
        }
        if !known.isMixed, !known.first.saysTheSame(as: declaration) { families[family] = (known.first, true) }
    }

    /// Whether one of them could overrule it: is of its family, and does not say the same.
    func competes(with declaration: StyleDeclaration) -> Bool {
        guard let known = families[declaration.family] else { return false }
        return known.isMixed || !known.first.saysTheSame(as: declaration)
    }
}

extension StyleDeclaration {
    fileprivate func saysTheSame(as other: StyleDeclaration) -> Bool {
        property == other.property && value == other.value
    }
}
