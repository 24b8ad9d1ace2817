/// Finds the tags in a template's source. One pass; sections are kept on a stack of ours, so depth costs no call.
struct MergeCompiler {
    static let mostProblems = 50
    /// Longest name and longest fallback, in octets; what is longer is text.
    static let longestName = 64
    static let longestFallback = 500

    private let source: [UInt8]
    private let fields: MergeFields
    private var replacements: ArraySlice<MergeReplacement>

    private(set) var steps: [MergeStep] = []
    private(set) var literals: [UInt8] = []
    private(set) var problems: [MergeProblem] = []
    private(set) var usedNames: [String] = []

    private var textStart = 0
    private var openSections: [OpenSection] = []
    /// How many sections of each name are open, so that a stray end costs no search.
    private var openNames: [String: Int] = [:]
    private var lines = SourcePosition()

    init(source: [UInt8], fields: MergeFields, replacements: [MergeReplacement] = []) {
        self.source = source
        self.fields = fields
        self.replacements = replacements[...]
    }

    private struct OpenSection {
        var name: String
        /// The step to complete when the section ends; nil for a section of an unknown field, which is text.
        var step: Int?
        var offset: Int
    }

    mutating func compile() {
        literals.reserveCapacity(source.count)
        var position = 0
        while position < source.count {
            if let end = replace(at: position) {
                // One that inserts stays where it is, and what stands there is looked at next.
                if end > position { position = end; continue }
            }
            guard source[position] == UInt8(ascii: "{"), let tag = MergeTag(in: source, at: position) else {
                position += 1
                continue
            }
            let isPlaced = place(tag)
            if isPlaced {
                textStart = tag.end
            }
            position = tag.end
        }
        _ = replace(at: source.count)
        endText(at: source.count)
        var unclosed: [OpenSection] = []
        while let section = closeLast() { unclosed.append(section) }
        // In the order of the source: each place is counted on from the one before.
        for section in unclosed.reversed() { report(.unclosedSection(section.name), at: section.offset) }
        problems.sort { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// Puts the address that belongs here, if one does.
    /// - Returns: behind what it replaces.
    private mutating func replace(at position: Int) -> Int? {
        while let next = replacements.first, next.range.lowerBound < position { replacements.removeFirst() }
        guard let next = replacements.first, next.range.lowerBound == position, next.range.upperBound <= source.count
        else { return nil }
        replacements.removeFirst()
        endText(at: position)
        add(next.before)
        steps.append(.value(.address(next.address), fallbackStart: literals.count, fallbackEnd: literals.count))
        add(next.after)
        textStart = next.range.upperBound
        return next.range.upperBound
    }

    private mutating func add(_ text: String) {
        guard !text.isEmpty else { return }
        let start = literals.count
        literals.append(contentsOf: text.utf8)
        steps.append(.text(start: start, end: literals.count))
    }

    /// Whether the tag became a step; if not, it stays as text.
    private mutating func place(_ tag: MergeTag) -> Bool {
        if tag.hasSpaces {
            if fields.place(of: tag.name) != nil { report(.spaces(tag.name), at: tag.start) }
            return false
        }
        if tag.kind == .closing { return endSection(tag) }
        guard let field = fields.place(of: tag.name) else {
            let fields = fields
            report(.unknownName(tag.name, suggestion: fields.suggestion(for: tag.name)), at: tag.start)
            if tag.kind != .value { open(OpenSection(name: tag.name, step: nil, offset: tag.start)) }
            return false
        }
        if !usedNames.contains(tag.name) { usedNames.append(tag.name) }
        endText(at: tag.start)
        switch tag.kind {
        case .value:
            let start = literals.count
            literals.append(contentsOf: source[tag.fallback])
            steps.append(.value(field, fallbackStart: start, fallbackEnd: literals.count))
        case .section, .invertedSection:
            open(OpenSection(name: tag.name, step: steps.count, offset: tag.start))
            steps.append(.section(field, whenEmpty: tag.kind == .invertedSection, end: 0))
        case .closing: break
        }
        return true
    }

    private mutating func endSection(_ tag: MergeTag) -> Bool {
        guard openNames[tag.name, default: 0] > 0,
            let index = openSections.lastIndex(where: { $0.name == tag.name })
        else {
            report(.unopenedSection(tag.name), at: tag.start)
            return false
        }
        endText(at: tag.start)
        while openSections.count > index + 1 {
            guard let inner = closeLast() else { break }
            report(.crossedSections(inner: inner.name, outer: tag.name), at: tag.start)
        }
        return closeLast()?.step != nil
    }

    private mutating func open(_ section: OpenSection) {
        openSections.append(section)
        openNames[section.name, default: 0] += 1
    }

    /// Ends the innermost section where the steps end now.
    private mutating func closeLast() -> OpenSection? {
        guard let section = openSections.popLast() else { return nil }
        openNames[section.name, default: 1] -= 1
        if let step = section.step, case .section(let place, let whenEmpty, _) = steps[step] {
            steps[step] = .section(place, whenEmpty: whenEmpty, end: steps.count)
        }
        return section
    }

    private mutating func endText(at end: Int) {
        guard textStart < end else { return }
        let start = literals.count
        literals.append(contentsOf: source[textStart..<end])
        textStart = end
        steps.append(.text(start: start, end: literals.count))
    }

    private mutating func report(_ kind: @autoclosure () -> MergeProblem.Kind, at offset: Int) {
        guard problems.count < Self.mostProblems else { return }
        let (line, column) = lines.position(of: offset, in: source)
        problems.append(MergeProblem(kind: kind(), line: line, column: column))
    }
}
