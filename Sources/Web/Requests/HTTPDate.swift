import Foundation

/// A time as HTTP's headers write it: `Thu, 26 Nov 2026 04:30:00 GMT` (RFC 9110 §5.6.7).
struct HTTPDate {
    let text: String

    /// - Parameter second: since 1970, in UTC.
    init(second: Int) {
        var seconds = time_t(second)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = Self.days[Int(parts.tm_wday)]
        let month = Self.months[Int(parts.tm_mon)]
        text = """
            \(day), \(two(parts.tm_mday)) \(month) \(parts.tm_year + 1900) \
            \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT
            """
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
