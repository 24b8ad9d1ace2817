/// A field whose value a template shows without saying what stands there for those who have none.
public struct MergeNeed: Hashable, Sendable {
    public var field: RecipientField
    /// Shown only to those who have a value in all of these.
    public var filled: Set<RecipientField>
    /// Shown only to those who have none in any of these.
    public var empty: Set<RecipientField>

    public init(_ field: RecipientField, filled: Set<RecipientField> = [], empty: Set<RecipientField> = []) {
        self.field = field
        self.filled = filled
        self.empty = empty
    }

    /// Whether this recipient gets a gap.
    public func isMissing(in fields: RecipientFields) -> Bool {
        fields[field].isEmpty && filled.allSatisfy { !fields[$0].isEmpty } && empty.allSatisfy { fields[$0].isEmpty }
    }
}

extension MergeTemplate {
    /// Every one of them once, in the order of the source.
    public var needs: [MergeNeed] {
        var found: [MergeNeed] = []
        var open: [(end: Int, field: RecipientField, whenEmpty: Bool)] = []
        for (index, step) in steps.enumerated() {
            while let last = open.last, last.end <= index { open.removeLast() }
            switch step {
            case .section(.field(let place), let whenEmpty, let end):
                if let field = Self.field(place) { open.append((end, field, whenEmpty)) }
            case .value(.field(let place), let start, let end) where start == end:
                guard let field = Self.field(place), field != .email else { continue }
                let filled = Set(open.filter { !$0.whenEmpty }.map(\.field))
                let empty = Set(open.filter(\.whenEmpty).map(\.field))
                // Inside its own section there is a value; and what is both full and empty is shown to nobody.
                guard !filled.contains(field), filled.isDisjoint(with: empty) else { continue }
                let need = MergeNeed(field, filled: filled, empty: empty)
                if !found.contains(need) { found.append(need) }
            default: break
            }
        }
        return found
    }

    private static func field(_ place: Int) -> RecipientField? {
        RecipientField.allCases.indices.contains(place) ? RecipientField.allCases[place] : nil
    }
}
