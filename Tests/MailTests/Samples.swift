import TestValues
import Foundation
import Mail

/// What several tests compose.
enum Samples {
    static func mailbox(_ name: String = "Bob", _ address: String = "bob@example.org") throws -> Mailbox {
        Mailbox(name: name, address: try EmailAddress(address))
    }

    static func message(
        from: String = "Ann", to: String = "Bob", subject: String = "Hello", text: String = "Hi\n",
        html: String = "<p>Hi</p>\n", headers: [HeaderField] = []
    ) throws -> OutgoingMessage {
        OutgoingMessage(
            from: try mailbox(from, "ann@example.com"), to: try mailbox(to), subject: subject,
            date: Date(timeIntervalSince1970: 1_795_374_027), messageID: "0a1b2c@example.com", html: Array(html.utf8),
            text: Array(text.utf8), headers: headers)
    }

    static let names = [
        "Bob", "Bob Smith", "Smith, Bob", "Bob \"the Builder\" Smith", "back\\slash", "Zoë Müller", "Владимир Иванов",
        "李小龍", "محمد", "עברית", "ไทย ภาษา", "👨‍👩‍👧‍👦 Family", "🇩🇪🇫🇷", "=?utf-8?q?evil?=", "a@b.example",
        "x\r\nBcc: eve@example.com", "tab\there", "two  spaces", "nul\0inside", "(comment) <x@y.z>", "e\u{301}a\u{308}",
        String(repeating: "Überlang ", count: 40), String(repeating: "x", count: 300),
    ]

    /// A string of many scripts, with traps.
    static func randomText(_ length: Int, using generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<length {
            switch Int.random(in: 0..<14, using: &generator) {
            case 0: text += " "
            case 1: text += ["\r\n", "\n", "\r", "\t", "\0", "\u{2028}", "\u{85}"].randomElement(using: &generator)!
            case 2:
                text += ["=?", "?=", "=", "_", "\"", "\\", "<", ">", ",", ";", ":", "."].randomElement(
                    using: &generator)!
            case 3: text += ["👨‍👩‍👧‍👦", "🏳️‍🌈", "😀", "e\u{301}\u{302}\u{303}", "🇨🇭"].randomElement(using: &generator)!
            case 4: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x4E00...0x9FA5, using: &generator))!)
            case 5: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x410...0x44F, using: &generator))!)
            case 6: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0xC0...0xFF, using: &generator))!)
            case 7: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x5D0...0x5EA, using: &generator))!)
            default: text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0x21...0x7E, using: &generator))!)
            }
        }
        return text
    }
}
