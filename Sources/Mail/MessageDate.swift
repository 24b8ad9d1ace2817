public import Foundation

/// A date as headers have it (RFC 5322 §3.3): `Sun, 22 Nov 2026 19:00:27 +0000`, always UTC.
public enum MessageDate {
    /// Seconds of a day, from 1970 to the end of 9999: what four digits of a year can say.
    private static let range: ClosedRange<Double> = 0...253_402_300_799

    public static func text(_ date: Date) -> String {
        var bytes: [UInt8] = []
        append(date, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ date: Date, to bytes: inout [UInt8]) {
        let since1970 = date.timeIntervalSince1970
        let seconds = Int(since1970.isFinite ? min(max(since1970, range.lowerBound), range.upperBound) : 0)
        let days = seconds / 86_400
        let date = CivilDate(daysSince1970: days)
        let (year, month, day) = (date.year, date.month, date.day)
        let second = seconds % 86_400
        append(weekdays, days + 4, 7, to: &bytes)
        bytes.append(contentsOf: [UInt8(ascii: ","), 0x20])
        appendTwo(day, to: &bytes)
        bytes.append(0x20)
        append(months, month - 1, 12, to: &bytes)
        bytes.append(0x20)
        appendTwo(year / 100, to: &bytes)
        appendTwo(year % 100, to: &bytes)
        bytes.append(0x20)
        appendTwo(second / 3600, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendTwo(second / 60 % 60, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendTwo(second % 60, to: &bytes)
        bytes.append(contentsOf: zone)
    }

    private static let weekdays = Array("SunMonTueWedThuFriSat".utf8)
    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)
    private static let zone = Array(" +0000".utf8)

    private static func append(_ names: [UInt8], _ index: Int, _ count: Int, to bytes: inout [UInt8]) {
        let start = index % count * 3
        bytes.append(contentsOf: names[start..<(start + 3)])
    }

    private static func appendTwo(_ number: Int, to bytes: inout [UInt8]) {
        bytes.append(0x30 + UInt8(number / 10))
        bytes.append(0x30 + UInt8(number % 10))
    }
}
