import Campaigns
import Importing

/// Where a file is chosen, and what became of the earlier ones.
struct UploadPage {
    let form: Form
    let recent: [ImportStatus]
    /// The largest file, in bytes.
    let limit: Int

    var page: Page {
        Page(
            title: "Upload recipients",
            subtitle: "First you see what would happen. Nothing changes before you agree.", section: .recipients,
            breadcrumbs: [.init("Recipients", "/recipients/")],
            body: """
                <div class="page-narrow flex flex-col gap-6">\(upload)\(help)</div>
                \(if: !recent.isEmpty, earlier)
                """)
    }

    private var upload: HTML {
        CSVUploadForm(
            form: form, action: "/recipients/upload/", limit: limit, button: "Upload", back: "/recipients/",
            hint: """
                \(t: "Up to \(ByteCount(limit).text).") \
                <a class="link" href="/recipients/upload/example/" download>\(t: "Download an example")</a>
                """
        ).html
    }

    private var help: HTML {
        """
        <section class="card"><header><h2>\(t: "What is understood")</h2></header><section class="flex flex-col gap-2">
        <p>\(t: "Columns are found by their names, in any order and language of English, German, French and Spanish:") \
        \(RecipientField.allCases.map { "<code>\($0.rawValue)</code>" as HTML }.joined(separator: ", "))</p>
        <p>\(t: "Comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; line breaks inside quotes.")</p>
        <p>\(t: "Whoever is there already is changed, not doubled: addresses are compared without regard to upper case. Whoever unsubscribed stays so.")</p>
        </section></section>
        """
    }

    private var earlier: HTML {
        """
        <section class="flex flex-col gap-3"><h2 class="text-base font-semibold">\(t: "Earlier uploads")</h2>
        <div class="table-container" role="region" aria-label="\(t: "Earlier uploads")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "File")</th><th scope="col">\(t: "State")</th>\
        <th scope="col" class="num">\(t: "Rows")</th><th scope="col" class="num">\(t: "New")</th>\
        <th scope="col" class="num">\(t: "Changed")</th><th scope="col" class="num">\(t: "Wrong")</th>\
        <th scope="col">\(t: "When")</th></tr></thead>
        <tbody>\(recent.map(row))</tbody></table></div></section>
        """
    }

    private func row(_ status: ImportStatus) -> HTML {
        """
        <tr><td class="wrap"><a class="link" href="/recipients/upload/\(status.id.rawValue)/">\(status.name)</a></td>\
        <td>\(status.state.badge)</td><td class="num">\(number: status.details.rows)</td>\
        <td class="num">\(number: status.details.new)</td><td class="num">\(number: status.details.changed)</td>\
        <td class="num">\(number: status.details.wrong)</td><td>\(time: status.createdAt)</td></tr>
        """
    }
}
