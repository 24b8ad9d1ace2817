/// A `timestamptz` in PostgreSQL's ISO style: `2026-03-02 09:05:00.123456+00`, `+05:30` and `+00:19:32` too.
enum PostgresTime {
    /// nil for `infinity`, years before Christ, and anything else.
    static func microseconds(_ text: String) -> Int64? {
        var bytes = Array(text.utf8)[...]
        func number(_ digits: ClosedRange<Int>) -> Int64? {
            let word = bytes.prefix { (0x30...0x39).contains($0) }
            guard digits.contains(word.count) else { return nil }
            bytes = bytes.dropFirst(word.count)
            return word.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func skip(_ character: Character) -> Bool {
            guard bytes.first == character.asciiValue else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = number(4...6), skip("-"), let month = number(2...2), skip("-"), let day = number(2...2),
            skip(" ") || skip("T"), let hour = number(2...2), skip(":"), let minute = number(2...2), skip(":"),
            let second = number(2...2), (1...12).contains(month), (1...31).contains(day), hour <= 24, minute < 60,
            second <= 60, year <= 200_000
        else { return nil }
        var fraction: Int64 = 0
        if skip(".") {
            let word = bytes.prefix { (0x30...0x39).contains($0) }
            bytes = bytes.dropFirst(word.count)
            for place in 0..<6 {
                fraction = fraction * 10 + (place < word.count ? Int64(word[word.startIndex + place] - 0x30) : 0)
            }
        }
        var offset: Int64 = 0
        if let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            bytes = bytes.dropFirst()
            guard let hours = number(2...2) else { return nil }
            let minutes = skip(":") ? number(2...2) : 0
            let seconds = skip(":") ? number(2...2) : 0
            guard let minutes, let seconds else { return nil }
            offset = (hours * 3600 + minutes * 60 + seconds) * (sign == UInt8(ascii: "-") ? -1 : 1)
        } else {
            _ = skip("Z")
        }
        guard bytes.isEmpty else { return nil }
        let time = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return time * 1_000_000 + fraction
    }

    /// Days since 1970-01-01 of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
