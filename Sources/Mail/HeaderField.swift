/// A header beside the usual ones: List-Unsubscribe, List-ID, Feedback-ID.
///
/// Its value is written as it is, folded at its spaces; controls and line breaks become spaces, and what is not ASCII
/// becomes encoded words, so it cannot add a header. Characters that no header name may have are left out of the name.
public struct HeaderField: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
