internal import CGumbo

/// What one walks over, in the order of the document.
protocol HTMLVisitor {
    /// - Returns: whether to go into the element; if not, `leave` is not called.
    mutating func enter(_ element: HTMLElement) -> Bool
    mutating func leave(_ element: HTMLElement)
    mutating func text(_ text: String)
    /// A section of merge tags, as it was written.
    mutating func section(_ tag: String)
    mutating func comment(_ text: String)
}

struct HTMLElement {
    let name: String
    let attributes: [(name: String, value: String)]

    func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
}

/// HTML as the parser understood it.
enum HTMLTree {
    /// Parses `source` and walks over all of it without recursion.
    /// - Returns: what the guard left out.
    static func walk(_ source: String, with visitor: inout some HTMLVisitor) -> (
        removals: Removals, document: HTMLDocument?
    ) {
        let prepared = HTMLGuard.prepare(Array(source.utf8))
        var options = kGumboDefaultOptions
        options.max_errors = 0
        if !prepared.isDocument { options.fragment_context = GUMBO_TAG_BODY }
        // The tree points into the source: it lives only inside this closure.
        let document: HTMLDocument? = prepared.output.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                let output = gumbo_parse_with_options(&options, base, bytes.count)
            else { return nil }
            defer { gumbo_destroy_output(&options, output) }
            let start = prepared.isDocument ? output.pointee.document : output.pointee.root
            if let start { walk(start, with: &visitor) }
            return prepared.isDocument ? HTMLDocument(output.pointee.document) : nil
        }
        return (prepared.removals, document)
    }

    private static func walk(_ root: UnsafeMutablePointer<GumboNode>, with visitor: inout some HTMLVisitor) {
        var path: [(children: GumboVector, next: Int, element: HTMLElement?)] = [(children(of: root), 0, nil)]
        while let top = path.last {
            guard top.next < Int(top.children.length), let pointer = top.children.data[top.next] else {
                path.removeLast()
                if let element = top.element { visitor.leave(element) }
                continue
            }
            path[path.count - 1].next += 1
            let node = pointer.assumingMemoryBound(to: GumboNode.self)
            switch node.pointee.type {
            case GUMBO_NODE_ELEMENT:
                let element = HTMLElement(node.pointee.v.element)
                if visitor.enter(element) { path.append((node.pointee.v.element.children, 0, element)) }
            case GUMBO_NODE_TEXT, GUMBO_NODE_WHITESPACE, GUMBO_NODE_CDATA:
                visitor.text(String(cString: node.pointee.v.text.text))
            case GUMBO_NODE_COMMENT:
                let text = String(cString: node.pointee.v.text.text)
                if let tag = MergeMark.section(inComment: text) { visitor.section(tag) } else { visitor.comment(text) }
            default: break  // a template's content is shown nowhere
            }
        }
    }

    private static func children(of node: UnsafeMutablePointer<GumboNode>) -> GumboVector {
        node.pointee.type == GUMBO_NODE_DOCUMENT
            ? node.pointee.v.document.children : node.pointee.v.element.children
    }
}

/// The doctype of a whole document.
struct HTMLDocument {
    /// Without a line break; empty if there was none.
    let doctype: String

    fileprivate init?(_ node: UnsafeMutablePointer<GumboNode>?) {
        guard let document = node?.pointee.v.document else { return nil }
        guard document.has_doctype else {
            doctype = ""
            return
        }
        func identifier(_ text: UnsafePointer<CChar>?) -> String? {
            guard let text else { return nil }
            let identifier = String(cString: text)
            let isPlain = identifier.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || " -./:_+".utf8.contains($0)
            }
            return !identifier.isEmpty && isPlain && identifier.utf8.count < 200 ? identifier : nil
        }
        let publicID = identifier(document.public_identifier)
        let systemID = identifier(document.system_identifier)
        doctype =
            switch (publicID, systemID) {
            case (let name?, let system?): "<!DOCTYPE html PUBLIC \"\(name)\" \"\(system)\">"
            case (let name?, nil): "<!DOCTYPE html PUBLIC \"\(name)\">"
            case (nil, let system?): "<!DOCTYPE html SYSTEM \"\(system)\">"
            case (nil, nil): "<!DOCTYPE html>"
            }
    }
}

extension HTMLElement {
    fileprivate init(_ element: GumboElement) {
        name = element.tag == GUMBO_TAG_UNKNOWN ? "" : String(cString: gumbo_normalized_tagname(element.tag))
        var list: [(name: String, value: String)] = []
        for index in 0..<Int(element.attributes.length) {
            guard let pointer = element.attributes.data[index] else { continue }
            let attribute = pointer.assumingMemoryBound(to: GumboAttribute.self).pointee
            list.append((String(cString: attribute.name), String(cString: attribute.value)))
        }
        attributes = list
    }
}
