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
    /// No template of use shows values in more different ways.
    static var mostNeeds: Int { 200 }

    /// Every one of them once, in the order of the source; no more than the first ``mostNeeds``.
    public var needs: [MergeNeed] {
        var found: [MergeNeed] = []
        var seen: Set<MergeNeed> = []
        var open = OpenFields()
        for (index, step) in steps.enumerated() where found.count < Self.mostNeeds {
            open.close(before: index)
            switch step {
            case .section(.field(let place), let whenEmpty, let end):
                if RecipientField.allCases.indices.contains(place) { open.add(place, whenEmpty, until: end) }
            case .value(.field(let place), let start, let end) where start == end:
                guard RecipientField.allCases.indices.contains(place), let need = open.need(of: place),
                    need.field != .email, seen.insert(need).inserted
                else { continue }
                found.append(need)
            default: break
            }
        }
        return found
    }
}

/// How many sections of each field are open: however deep they are nested, a value costs as much as there are fields.
private struct OpenFields {
    private var stack: [(end: Int, place: Int, whenEmpty: Bool)] = []
    private var filled = [Int](repeating: 0, count: RecipientField.allCases.count)
    private var empty = [Int](repeating: 0, count: RecipientField.allCases.count)

    mutating func close(before step: Int) {
        while let last = stack.last, last.end <= step {
            stack.removeLast()
            if last.whenEmpty { empty[last.place] -= 1 } else { filled[last.place] -= 1 }
        }
    }

    mutating func add(_ place: Int, _ whenEmpty: Bool, until end: Int) {
        stack.append((end, place, whenEmpty))
        if whenEmpty { empty[place] += 1 } else { filled[place] += 1 }
    }

    /// nil where the value stands inside its own section, or in one that is shown to nobody.
    func need(of place: Int) -> MergeNeed? {
        var need = MergeNeed(RecipientField.allCases[place])
        guard filled[place] == 0 else { return nil }
        for (index, field) in RecipientField.allCases.enumerated() {
            if filled[index] > 0, empty[index] > 0 { return nil }
            if filled[index] > 0 { need.filled.insert(field) }
            if empty[index] > 0 { need.empty.insert(field) }
        }
        return need
    }
}
