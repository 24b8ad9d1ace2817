import Campaigns
import Importing

/// Which column holds what, with some of the file's values beside it.
struct ImportColumnForm {
    /// Each of a million columns would be a row of this form.
    static let most = 200

    let status: ImportStatus
    let examples: [ImportPreviewRow]
    /// As it was chosen, where it comes back; `column_0` and so on.
    var chosen = FormData()
    var problem: Phrase?

    static func load(_ status: ImportStatus, _ visit: Visit) async throws -> ImportColumnForm {
        ImportColumnForm(
            status: status, examples: try await visit.site.imports.preview(status.id, account: visit.account, limit: 3))
    }

    var page: Page {
        Page(
            title: "Columns of \(status.name)", section: .recipients,
            breadcrumbs: [
                .init("Recipients", "/recipients/"), .init("Upload recipients", "/recipients/upload/"),
                .init("\(status.name)", "/recipients/upload/\(status.id)/"),
            ], body: html)
    }

    var html: HTML {
        """
        <form method="post" action="/recipients/upload/\(status.id.rawValue)/columns/" class="form">\(.csrfField)
        \(problem.map { """
            <div class="alert" data-variant="destructive" role="alert">\(icon: "circle-alert")<h2>\(t: $0)</h2></div>
            """ as HTML })
        <div class="table-container" role="region" aria-label="\(t: "Columns")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Column of the file")</th><th scope="col">\(t: "Becomes")</th>\
        <th scope="col">\(t: "Examples")</th></tr></thead>
        <tbody>\(status.details.columns.indices.prefix(Self.most).map(row))</tbody></table></div>
        <div class="form-actions"><button class="btn">\(icon: "check")\(t: "Use these columns")</button></div>
        </form>
        """
    }

    private func row(_ index: Int) -> HTML {
        let values = examples.compactMap { $0.cells.indices.contains(index) ? $0.cells[index] : nil }
            .filter { !$0.isEmpty }
        return """
            <tr><th scope="row"><label for="column_\(index)">\(status.details.columns[index].heading)</label></th>\
            <td><select class="select" id="column_\(index)" name="column_\(index)">\
            <option value="">\(t: "Leave out")</option>\(RecipientField.allCases.map { option($0, index) })</select></td>\
            <td class="wrap text-muted-foreground">\(values.joined(separator: " · "))</td></tr>
            """
    }

    private func option(_ field: RecipientField, _ index: Int) -> HTML {
        let present =
            chosen.has("column_\(index)") ? chosen["column_\(index)"] : status.details.columns[index].field?.rawValue
        return """
            <option value="\(field.rawValue)"\(if: present == field.rawValue, " selected")>\(t: field.label)</option>
            """
    }
}
