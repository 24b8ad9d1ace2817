internal import Campaigns
internal import Persistence

/// How far a mailing is, in words for a terminal and for a log.
struct SendProgress: Sendable, Hashable {
    var tally: Tally
    /// The whole audience, also while its messages are still being made.
    var audience: Int
    /// Messages a second, over the last seconds; nil until there is enough to say.
    var rate: Double?
    /// Seconds until the rest is done, with the hourly limit in mind; nil when nobody knows.
    var secondsLeft: Double?

    var ended: Int { tally.ended }

    /// `[=======>      ]  54 %  54,012 of 100,000  1,204/s  0:38 left  3 failed`, cut to the terminal's width.
    func bar(width: Int) -> String {
        let share = audience == 0 ? 1 : min(1, Double(ended) / Double(audience))
        let percent = String(Int(share * 100)).leftPadded(to: 3)
        let facts = "\(percent) %  \(words)"
        let room = width - facts.count - 4
        guard room >= 10 else { return String(facts.prefix(max(1, width))) }
        let length = min(room, 24)
        let filled = Int(share * Double(length))
        let head = filled > 0 && filled < length ? ">" : ""
        let done = String(repeating: "=", count: filled - (head.isEmpty ? 0 : 1)) + head
        return "[\(done)\(String(repeating: " ", count: length - filled))] \(facts)"
    }

    /// The same without the bar, for a file.
    var line: String { words }

    private var words: String {
        var parts = ["\(Self.grouped(ended)) of \(Self.grouped(audience))"]
        if let rate { parts.append(rate >= 10 ? "\(Self.grouped(Int(rate)))/s" : "\((rate * 10).rounded() / 10)/s") }
        if let secondsLeft { parts.append("\(Self.clock(secondsLeft)) left") }
        for state in [MessageState.failed, .unknown, .cancelled, .quarantined] where tally[state] > 0 {
            parts.append("\(Self.grouped(tally[state])) \(state.rawValue)")
        }
        return parts.joined(separator: "  ")
    }

    /// 1234567 as 1,234,567.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// "1 user" and "1,234 users".
    static func counted(_ number: Int, _ one: String, _ other: String) -> String {
        "\(grouped(number)) \(number == 1 ? one : other)"
    }

    /// 3:07, or 2 h 05 min.
    static func clock(_ seconds: Double) -> String {
        let seconds = Int(min(max(0, seconds), 1e9))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return seconds < 3600
            ? "\(seconds / 60):\(two(seconds % 60))" : "\(seconds / 3600) h \(two(seconds % 3600 / 60)) min"
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
