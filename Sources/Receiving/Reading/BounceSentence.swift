internal import Campaigns
internal import Mail
internal import Persistence

/// What a report in words says: the first line with a code, or the first one whose words are known. For servers that follow
/// no standard, of which there are many.
struct BounceSentence: Sendable {
    let notice: ReturnNotice

    private static let mostLines = 400
    /// Octets of a line that are read.
    private static let longestLine = 1000

    /// `nil` when it says nothing that one could rely on.
    init?(_ text: String, _ signs: MailSigns) {
        let lines = Self.own(text)
        let whole = BounceWords(lines.joined(separator: " "))
        guard let line = Self.telling(lines) else {
            guard signs.speaksOfDelay || whole.speakOfDelay else { return nil }
            notice = ReturnNotice(.delayed, words: Words.clean(signs.subject))
            return
        }
        let scan = StatusScan(line)
        let words = Words.clean(line)
        if signs.speaksOfDelay || whole.speakOfDelay {
            notice = ReturnNotice(.delayed, code: scan.code, words: words)
        } else {
            let kind = BounceWords(line).kind(scan.enhanced, code: scan.code)
            notice = ReturnNotice(.bounced(kind), code: scan.code, words: words)
        }
    }

    /// The lines before the mail that came back: what was written in that is ours.
    private static func own(_ text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline).prefix(mostLines) {
            let line = String(decoding: line.utf8.prefix(longestLine), as: UTF8.self)
            if !lines.isEmpty, copyMarks.areFound(in: Phrases.octets(of: line)) { break }
            lines.append(line.trimmed)
        }
        return lines
    }

    /// The line with a code, together with the one behind it that it may go on in; else the one whose words are known.
    private static func telling(_ lines: [String]) -> String? {
        var best: (line: String, hasEnhanced: Bool)?
        for (index, line) in lines.enumerated() {
            let scan = StatusScan(line)
            guard scan.enhanced.map({ $0.category != 2 }) ?? (scan.code != nil) else { continue }
            if best == nil || scan.enhanced != nil && best?.hasEnhanced == false {
                let next = index + 1 < lines.count ? lines[index + 1] : ""
                best = (StatusScan(next).code == nil ? "\(line) \(next)" : line, scan.enhanced != nil)
            }
            if best?.hasEnhanced == true { break }
        }
        return best?.line ?? lines.first { BounceWords($0).byWords != nil }
    }

    private static let copyMarks: Phrases = [
        "below this line is a copy", "this is a copy of the message", "original message", "copy of your message",
        "headers of the message follow", "message headers follow", "returned message", "unsent message below",
        "message header", "your message follows", "received: from", "return-path:", "message-id:",
        "the message that you sent follows", "text of your message", "begin original", "nachrichtenkopf",
        "original headers",
    ]
}

extension String {
    /// Without what stands in angle brackets, in one pass.
    var withoutTags: String {
        var text = ""
        var isTag = false
        for character in self {
            switch character {
            case "<": isTag = true
            case ">":
                if isTag { text.append(" ") }
                isTag = false
            default: if !isTag { text.append(character) }
            }
        }
        return text
    }
}
