internal import Campaigns
internal import Persistence

/// What `martlet send` says at its end: a number for every state that is not empty, and their sum.
struct SendSummary: Sendable {
    let tally: Tally
    let audience: Int
    /// Rows of the file that were no recipients.
    let leftOut: Int
    let trouble: [TroubledMessage]
    let ledger: String

    var isAllDelivered: Bool { tally[.delivered] == audience && leftOut == 0 }

    var lines: [String] {
        let counts: [(Int, String)] = [
            (tally[.delivered], "delivered"),
            (tally[.failed], "failed for good"),
            (tally[.unknown], "unknown: handed over, but the answer was lost; not sent again by itself"),
            (tally[.cancelled], "called off"),
            (tally[.quarantined], "set aside: in hand in three crashes, or what became of it cannot be written down"),
            (tally.open + max(0, audience - tally.total), "not yet sent"),
            (
                leftOut,
                leftOut == 1
                    ? "row of the file left out, because it is wrong"
                    : "rows of the file left out, because they are wrong"
            ),
        ]
        let width = SendProgress.grouped(max(audience, leftOut)).count
        func row(_ count: Int, _ words: String) -> String {
            let number = SendProgress.grouped(count)
            return String(repeating: " ", count: max(0, width - number.count) + 2) + number + "  " + words
        }
        var lines = counts.filter { $0.0 > 0 }.map { row($0.0, $0.1) }
        lines.append(row(audience, audience == 1 ? "recipient in all" : "recipients in all"))
        if !trouble.isEmpty {
            lines.append("")
            lines += trouble.map { "  \($0.state.rawValue): \(printable($0.email)): \(printable($0.reason))" }
            let all = tally[.failed] + tally[.unknown] + tally[.cancelled] + tally[.quarantined]
            if all > trouble.count { lines.append("  … and \(SendProgress.grouped(all - trouble.count)) more") }
        }
        lines.append("Ledger: \(printable(ledger))")
        return lines
    }
}

/// What was found in the file of recipients, for standard error.
struct RecipientsReport: Sendable {
    let path: String
    let summary: RecipientsFile.Summary
    /// Different addresses.
    let different: Int

    var lines: [String] {
        var lines = ["\(path): \(SendProgress.counted(different, "recipient", "recipients"))"]
        let repeated = summary.rows - summary.wrong - different
        if repeated > 0 {
            lines.append(
                "  \(SendProgress.counted(repeated, "row repeats", "rows repeat")) an address; its last row counts")
        }
        if !summary.ignoredColumns.isEmpty {
            lines.append("  columns not used: \(summary.ignoredColumns.joined(separator: ", "))")
        }
        if summary.wrong > 0 {
            lines.append(
                "  \(SendProgress.counted(summary.wrong, "row is wrong and is", "rows are wrong and are")) left out:")
            lines += summary.problems.map { "    \($0)" }
            if summary.wrong > summary.problems.count {
                lines.append("    … and \(SendProgress.grouped(summary.wrong - summary.problems.count)) more")
            }
        }
        return lines
    }
}
