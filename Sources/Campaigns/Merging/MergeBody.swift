public import Mail

/// A template of a body whose constant parts are encoded beforehand (`PreparedText`), so that a mail only adds its values.
public struct MergeBody: Sendable {
    private let template: MergeTemplate
    /// For each step its text, where it is one.
    private let texts: [PreparedText?]

    public init(_ template: MergeTemplate) {
        self.template = template
        texts = template.steps.map { step in
            guard case .text(let start, let end) = step else { return nil }
            return PreparedText(Array(template.literals[start..<end]))
        }
    }

    /// The body for one recipient: what `MergeTemplate.bytes` gives, in parts.
    public func body(_ values: MergeValues) throws(MergeOverflow) -> MessageBody {
        var body = MessageBody()
        body.reserve(parts: template.steps.count, octets: values.length * 2)
        var isTooLong = false
        template.literals.withUnsafeBufferPointer { literals in
            var next = 0
            while next < template.steps.count {
                switch template.steps[next] {
                case .text:
                    if let text = texts[next] { body.append(text) }
                case .value(let place, let start, let end):
                    values.withBytes(of: place) { value in
                        body.append { output in
                            if value.isEmpty {
                                output.append(contentsOf: UnsafeBufferPointer(rebasing: literals[start..<end]))
                            } else {
                                template.append(value, at: next, to: &output)
                            }
                        }
                    }
                    if body.ownCount > MergeOverflow.most { isTooLong = true; return }
                case .section(let place, let whenEmpty, let end):
                    if values.isEmpty(place) != whenEmpty { next = end - 1 }
                }
                next += 1
            }
        }
        if isTooLong { throw MergeOverflow() }
        return body
    }
}
