/// What a stranger wrote, as one line that can be kept and shown: no control characters, nothing that turns the direction of
/// writing or cannot be seen, single blanks, and not long.
enum Words {
    static let longest = 500

    static func clean(_ text: some StringProtocol, limit: Int = longest) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        var hasBlank = false
        for scalar in text.unicodeScalars {
            guard !isBlank(scalar) else {
                hasBlank = count > 0
                continue
            }
            guard count < limit else { return String(result) + "…" }
            if hasBlank {
                result.append(" ")
                (hasBlank, count) = (false, count + 1)
            }
            result.append(scalar)
            count += 1
        }
        return String(result)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            true
        default: false
        }
    }
}
