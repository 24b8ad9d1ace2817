import Campaigns
import Foundation
import Mail
import TestValues
import Testing

@Suite struct `A body whose constant parts were encoded beforehand` {
    static let values = [
        "", "Ada", "Zoë", "a=b", "x ", " ", "漢字", "<&>", "line\nbreak", "cr\r", "tab\t", "nul\0", "javascript:x",
        String(repeating: "w", count: 70), String(repeating: "ü", count: 40), String(repeating: "long", count: 300),
    ]
    static let pieces = [
        "", "{first_name}", "{last_name|friend}", "{#company}at {company} {/company}", "{^company}nowhere{/company}",
        "\r\n", "\n", " ", "  \r\n", "text ", "Grüße ", "= equals", "a\r", "\r\n\r\n", "{city}\r\n", "<p>", "\t",
        String(repeating: "x", count: 80), String(repeating: "words and spaces ", count: 12) + "\r\n",
        String(repeating: "漢", count: 30), String(repeating: "y", count: 1000), "line of text\r\n",
        #"<a href="{company}">"#,
    ]

    static func check(_ source: String, _ fields: [String], _ context: MergeTemplate.Context) throws {
        let template = MergeTemplate(source, as: context)
        let values = MergeValues(
            packed: (["ada@example.org"] + fields).joined(separator: "\u{1F}"), unsubscribeURL: "https://example.org/u")
        let blueprint = MessageBlueprint(from: Mailbox(name: "Acme", address: try EmailAddress("news@example.com")))
        func bytes(_ body: MessageBody) throws -> [UInt8] {
            blueprint.compose(
                to: Mailbox(name: "", address: try EmailAddress("ada@example.org")), subject: "Subject",
                date: Date(timeIntervalSince1970: 0), messageID: "id@example.com", html: body,
                text: MessageBody(Array("other".utf8)))
        }
        let whole = try bytes(MessageBody(template.bytes(values)))
        #expect(try bytes(MergeBody(template).body(values)) == whole, "\(source.debugDescription), \(fields)")
    }

    @Test func `has the same octets as one that is encoded whole, for hundreds of templates and values`() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<600 {
            var source = ""
            for _ in 0..<Int.random(in: 1...9, using: &random) {
                source += Self.pieces.randomElement(using: &random) ?? ""
            }
            let fields = (0..<8).map { _ in Self.values.randomElement(using: &random) ?? "" }
            try Self.check(source, fields, .html)
            try Self.check(source, fields, .text)
        }
    }

    @Test(arguments: pieces) func `and each piece alone and twice`(piece: String) throws {
        for value in Self.values {
            try Self.check(piece, [value, value, value, value, value], .html)
            try Self.check(piece + piece, [value, value, value, value, value], .text)
        }
    }
}
