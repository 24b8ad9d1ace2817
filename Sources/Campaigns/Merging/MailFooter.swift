/// What stands below a mail whose template does not say how to get no more of them: the account's postal address and the
/// link to unsubscribe. Both belong into every commercial mail (CAN-SPAM, 16 CFR 316.5, 15 U.S.C. 7704(a)(5)), so an account
/// chooses the words around them, and not whether they are there.
///
/// A part (HTML, text) that has the link for every recipient stays as it is, whatever else it says.
public struct MailFooter: Sendable, Hashable {
    /// Lines; empty where the account has none yet.
    public var postalAddress: String

    /// Lines of the account's own between address and link; empty for none.
    public var text: String
    /// What the link is called.
    public var linkWords: String

    public static let defaultLinkWords = "Unsubscribe"

    /// - Parameter linkWords: empty for ``defaultLinkWords``.
    public init(postalAddress: String, text: String = "", linkWords: String = "") {
        self.postalAddress = postalAddress
        self.text = text
        self.linkWords = linkWords.isEmpty ? Self.defaultLinkWords : linkWords
    }

    /// - Parameter plainText: empty where it is made from the HTML, footer included.
    public func added(html: String, plainText: String) -> (html: String, plainText: String) {
        (
            MergeTemplate(html, as: .html).alwaysUnsubscribes ? html : Self.insert(self.html, into: html),
            plainText.isEmpty || MergeTemplate(plainText, as: .text).alwaysUnsubscribes
                ? plainText : plainText + plainFooter
        )
    }

    /// Whether a template gets it in any of its parts.
    public func isNeeded(html: String, plainText: String) -> Bool {
        added(html: html, plainText: plainText) != (html, plainText)
    }

    private static func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline) }

    /// Colours of its own, so that it can be read below whatever the template has.
    private var html: String {
        let parts =
            (Self.lines(postalAddress) + Self.lines(text)).map { Self.escaped($0) }
            + [#"<a href="{unsubscribe_url}" style="color:#525252">\#(Self.escaped(linkWords[...]))</a>"#]
        return """
            <div style="margin-top:24px;padding:12px;border-top:1px solid #d4d4d4;background-color:#ffffff;color:#525252;\
            font-family:Arial,Helvetica,sans-serif;font-size:12px;line-height:18px">\(parts.joined(separator: "<br>"))</div>
            """
    }

    private var plainFooter: String {
        let parts = [postalAddress, text].map { Self.lines($0).joined(separator: "\n") }.filter { !$0.isEmpty }
        // No brace begins a tag here either; a form lets none in.
        let words = (parts + [linkWords]).map { $0.filter { $0 != "{" && $0 != "}" } }
        return "\n\n" + words.joined(separator: "\n\n") + ": {unsubscribe_url}\n"
    }

    /// Before the end of the body of a whole document, else at the end.
    private static func insert(_ footer: String, into html: String) -> String {
        let bytes = Array(html.utf8)
        let end = Array("</body".utf8)
        var place = bytes.count
        var index = bytes.count - end.count
        while index >= 0 {
            if zip(bytes[index...], end).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 }) {
                place = index
                break
            }
            index -= 1
        }
        return String(decoding: bytes[..<place], as: UTF8.self) + footer
            + String(decoding: bytes[place...], as: UTF8.self)
    }

    /// As text of HTML, in which no brace begins a tag.
    private static func escaped(_ text: Substring) -> String {
        text.asHTML.replacing("{", with: "&#123;").replacing("}", with: "&#125;")
    }
}

extension MergeTemplate {
    /// Whether every recipient gets the link to unsubscribe, whatever their fields are.
    public var alwaysUnsubscribes: Bool {
        var next = 0
        while next < steps.count {
            switch steps[next] {
            case .value(.unsubscribeURL, _, _): return true
            case .section(.unsubscribeURL, whenEmpty: false, end: _): next += 1  // always shown
            case .section(_, _, let end): next = max(end, next + 1)
            default: next += 1
            }
        }
        return false
    }
}
