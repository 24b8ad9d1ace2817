/// HTML that is safe to send and to show, and what it lost.
public struct SanitisedHTML: Sendable, Hashable {
    public let html: String
    /// One sentence for each kind of thing that was left out; empty if nothing was.
    public let removed: [String]
}

/// Keeps what mails are made of (layout tables, images, styles, classes, Outlook's conditional comments, merge tags, and
/// doctype and head of a whole document) and removes the rest: scripts, event handlers, forms, frames, objects, addresses
/// with other schemes, CSS that loads or runs something.
///
/// Parsed by the rules of HTML5, so that what is broken is understood as a browser understands it. Sanitising the result
/// again changes nothing.
public func sanitise(html: String) -> SanitisedHTML {
    var text = html
    var removals = Removals()
    // Broken nesting can need more than one pass until writing and reading agree.
    for _ in 0..<6 {
        var writer = HTMLWriter()
        let (guarded, document) = HTMLTree.walk(text, with: &writer)
        removals.note(guarded)
        removals.note(writer.allRemovals)
        var output = writer.output
        if let document, !document.doctype.isEmpty { output = document.doctype + "\n" + output }
        if output == text { return SanitisedHTML(html: output, removed: removals.sentences) }
        text = output
    }
    // Two forms that turn into each other: only the text is left.
    var escaped = ""
    HTMLWriter.escape(plainText(fromHTML: text), isAttribute: false, into: &escaped)
    removals.note(.tangled)
    return SanitisedHTML(html: "<pre>\n" + escaped + "</pre>", removed: removals.sentences)
}
