import Campaigns
import Importing

/// What was noticed about a file that does not stop the import.
struct ImportWarnings {
    let sentences: [String]

    init(_ sentences: [String]) { self.sentences = sentences }

    var html: HTML? {
        guard !sentences.isEmpty else { return nil }
        return """
            <div class="alert" data-variant="warning" role="status">\(icon: "triangle-alert")<h2>\(t: "Please look")</h2>\
            <section>\(sentences.map { "<p>\(t: Phrase(sentence: $0))</p>" as HTML })</section></div>
            """
    }
}

/// How many rows are new, changed, same, repeated and wrong: they add up to the rows of the file.
struct ImportCounts {
    let details: ImportDetails

    var html: HTML {
        """
        <dl class="stats">\
        \(stat("New", details.new))\(stat("Changed", details.changed))\(stat("Same", details.same))\
        \(stat("Wrong", details.wrong))\(if: details.repeated > 0, stat("Same address again", details.repeated))</dl>
        <p class="text-muted-foreground">\(t: .counted(details.rows, one: "\(details.rows) row", other: "\(details.rows) rows")) \
        · \(details.encoding) · \(t: Phrase(sentence: details.delimiter))</p>
        """
    }

    private func stat(_ title: Phrase, _ count: Int) -> HTML {
        """
        <div class="stat"><dt>\(t: title)</dt><dd>\(number: count)</dd></div>
        """
    }
}

/// Rows of the file as they were understood.
struct ImportRowTable {
    let title: Phrase
    let columns: [ImportDetails.Column]
    let rows: [ImportPreviewRow]

    /// More columns than these are not shown; the download has all.
    private static let most = 20

    var html: HTML {
        """
        <section class="flex flex-col gap-3"><h2 class="text-base font-semibold">\(t: title)</h2>
        <div class="table-container" role="region" aria-label="\(t: title)" tabindex="0"><table class="table">
        <thead><tr><th scope="col" class="num">\(t: "Line")</th><th scope="col">\(t: "Verdict")</th>\
        \(if: hasNotes, "<th scope=\"col\">\(t: "Reason")</th>")\
        \(columns.prefix(Self.most).map(heading))</tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div></section>
        """
    }

    private var hasNotes: Bool { rows.contains { !$0.note.isEmpty } }

    private func heading(_ column: ImportDetails.Column) -> HTML {
        guard let field = column.field else {
            return "<th scope=\"col\" class=\"text-muted-foreground\">\(column.heading) (\(t: "left out"))</th>"
        }
        return "<th scope=\"col\">\(t: field.label)</th>"
    }

    private func row(_ row: ImportPreviewRow) -> HTML {
        """
        <tr><td class="num">\(row.line)</td><td>\(row.verdict.badge)</td>\
        \(if: hasNotes, "<td class=\"wrap\">\(t: Phrase(sentence: row.note))</td>")\
        \(columns.indices.prefix(Self.most).map { "<td>\(row.cells.indices.contains($0) ? row.cells[$0] : "")</td>" as HTML })</tr>
        """
    }
}
