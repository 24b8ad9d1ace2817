/// A subject or body with merge tags (DESIGN §5), compiled once and rendered by appending octets.
///
/// `{name}`, `{name|fallback}`, `{#name}…{/name}` (shown when the field has a value), `{^name}…{/name}` (when it has
/// none). Every other brace is text. Compiling never fails: what is wrong is in `problems`, and stays as text.
public struct MergeTemplate: Sendable {
    /// Where the text will stand, and so what is done to values.
    public enum Context: Sendable, Hashable {
        /// HTML text or a quoted attribute: `& < > " '` become character references. In addresses and styles a value is held
        /// to what it may be there (``ValuePlace``).
        case html
        /// Plain text: values go in as they are.
        case text
        /// A header's value: control characters, CR and LF among them, are left out.
        case header
    }

    public let context: Context
    /// In the order of the source; at most `MergeCompiler.mostProblems`.
    public let problems: [MergeProblem]
    /// The names of all known fields in the source, without repetition, in the order of their first use.
    public let usedNames: [String]

    let steps: [MergeStep]
    /// The text between the tags and the fallbacks; the steps point into it.
    let literals: [UInt8]
    /// Values in addresses and styles.
    let valuePlaces: ValuePlaces

    /// - Parameter replacements: in the order of the source, none within another. One that begins inside a merge tag is
    ///   passed over.
    public init(
        _ source: String, as context: Context, fields: MergeFields = .builtIn,
        replacing replacements: [MergeReplacement] = []
    ) {
        var compiler = MergeCompiler(source: Array(source.utf8), fields: fields, replacements: replacements)
        compiler.compile()
        self.context = context
        problems = compiler.problems
        usedNames = compiler.usedNames
        steps = compiler.steps
        literals = compiler.literals
        valuePlaces = context == .html ? ValuePlaces(steps: compiler.steps, literals: compiler.literals) : .none
    }

    /// Whether every recipient gets the same text.
    public var isConstant: Bool { steps.allSatisfy { if case .text = $0 { true } else { false } } }

    /// Whether all sections end where they should.
    public var isBalanced: Bool {
        !problems.contains { problem in
            switch problem.kind {
            case .unclosedSection, .unopenedSection, .crossedSections: true
            case .unknownName, .spaces: false
            }
        }
    }

    /// Appends the text for one recipient to `output`.
    public func render(_ values: MergeValues, into output: inout [UInt8]) {
        _ = render(values, into: &output, upTo: .max)
    }

    /// - Returns: whether there is all of it, which is not so when there are more than `limit` octets.
    private func render(_ values: MergeValues, into output: inout [UInt8], upTo limit: Int) -> Bool {
        literals.withUnsafeBufferPointer { literals in
            var next = 0
            while next < steps.count {
                switch steps[next] {
                case .text(let start, let end):
                    output.append(contentsOf: UnsafeBufferPointer(rebasing: literals[start..<end]))
                case .value(let place, let start, let end):
                    values.withBytes(of: place) { value in
                        if value.isEmpty {
                            output.append(contentsOf: UnsafeBufferPointer(rebasing: literals[start..<end]))
                        } else {
                            append(value, at: next, to: &output)
                        }
                    }
                    if output.count > limit { return false }
                case .section(let place, let whenEmpty, let end):
                    if values.isEmpty(place) != whenEmpty { next = end - 1 }
                }
                next += 1
            }
            return true
        }
    }

    /// The text for one recipient, as UTF-8.
    public func bytes(_ values: MergeValues) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(literals.count + values.length * 2)
        render(values, into: &output)
        return output
    }

    /// The text for one recipient.
    public func rendered(_ values: MergeValues) -> String { String(decoding: bytes(values), as: UTF8.self) }

    /// The text for one recipient, where it may be anybody's template.
    public func boundedText(_ values: MergeValues) throws(MergeOverflow) -> String {
        var output: [UInt8] = []
        guard render(values, into: &output, upTo: literals.count + MergeOverflow.most) else { throw MergeOverflow() }
        return String(decoding: output, as: UTF8.self)
    }

    /// How many tags are filled in with values.
    public var tags: Int { steps.count { if case .value = $0 { true } else { false } } }

    /// Whether some recipient's values might take more room than is possible. Not so where there are fewer than 3,500 tags.
    public var mayOverflow: Bool { tags * RecipientField.limit * Self.longestReference > MergeOverflow.most }

    /// Octets that one octet of a value may become: `&quot;`.
    private static let longestReference = 6

    /// - Parameter step: which step the value is of.
    @inline(__always)
    func append(_ value: UnsafeBufferPointer<UInt8>, at step: Int, to output: inout [UInt8]) {
        switch valuePlaces.place(of: step) {
        case .text: append(value, to: &output)
        case .address:
            guard let colon = ValuePlace.colon(in: value) else { return append(value, to: &output) }
            append(UnsafeBufferPointer(rebasing: value[..<colon]), to: &output)
            output.append(contentsOf: "%3A".utf8)
            append(UnsafeBufferPointer(rebasing: value[(colon + 1)...]), to: &output)
        case .style: ValuePlace.appendToStyle(value, to: &output)
        case .styleAddress(let isBeginning, let isRaw):
            ValuePlace.appendToAddress(value, isBeginning: isBeginning, isRaw: isRaw, to: &output)
        }
    }

    @inline(__always)
    private func append(_ value: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        switch context {
        case .text:
            output.append(contentsOf: value)
        case .html:
            var plainFrom = 0
            for index in value.indices {
                guard let reference = htmlReference(of: value[index]) else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: value[plainFrom..<index]))
                reference.withUTF8Buffer { output.append(contentsOf: $0) }
                plainFrom = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: value[plainFrom...]))
        case .header:
            for byte in value where byte >= 0x20 && byte != 0x7F { output.append(byte) }
        }
    }
}

/// One step of a compiled template. Positions are octets in its literals, or other steps.
enum MergeStep: Sendable, Hashable {
    case text(start: Int, end: Int)
    case value(MergeFields.Place, fallbackStart: Int, fallbackEnd: Int)
    /// Goes on at step `end` unless the field is empty exactly when `whenEmpty`.
    case section(MergeFields.Place, whenEmpty: Bool, end: Int)
}

/// The reference that stands for an octet which has a meaning in HTML.
@inline(__always)
func htmlReference(of byte: UInt8) -> StaticString? {
    guard byte <= UInt8(ascii: ">") else { return nil }
    switch byte {
    case UInt8(ascii: "&"): return "&amp;"
    case UInt8(ascii: "<"): return "&lt;"
    case UInt8(ascii: ">"): return "&gt;"
    case UInt8(ascii: "\""): return "&quot;"
    case UInt8(ascii: "'"): return "&#39;"
    default: return nil
    }
}

extension StringProtocol {
    /// As text of HTML, in which merge tags stay what they are.
    var asHTML: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for byte in utf8 {
            if let reference = htmlReference(of: byte) {
                reference.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
