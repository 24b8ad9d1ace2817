import Campaigns
import Persistence

extension RecipientList {
    var page: Page {
        Page(
            title: "Recipients", subtitle: total == 0 ? nil : "Whom your campaigns can reach.", section: .recipients,
            actions: actions, body: total == 0 ? empty : body)
    }

    private var actions: HTML {
        """
        \(if: total > 0, exportLink)\
        <a class="btn" data-variant="outline" href="/recipients/upload/">\(icon: "upload")\(t: "Upload CSV")</a>\
        <a class="btn" href="/recipients/create/">\(icon: "user-plus")\(t: "Add recipient")</a>
        """
    }

    private var exportLink: HTML {
        """
        <a class="btn" data-variant="outline" href="\(query.address("/recipients/export/"))" download>\
        \(icon: "download")\(t: query.filter.isEmpty ? "Export" : "Export matches")</a>
        """
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "users")</figure><h2>\(t: "No recipients yet")</h2>\
        <p>\(t: "Upload a CSV file with a column for the e-mail address, or add people one by one. Nobody is mailed before you start a campaign.")</p></header>\
        <section class="flex flex-wrap justify-center gap-2">\
        <a class="btn" href="/recipients/upload/">\(icon: "file-spreadsheet")\(t: "Upload a CSV file")</a>\
        <a class="btn" data-variant="outline" href="/recipients/create/">\(icon: "user-plus")\(t: "Add one by hand")</a>\
        </section></div>
        """
    }

    private var body: HTML {
        """
        \(RecipientFilterForm(query: query).html)
        <p role="status">\(t: count)</p>
        \(rows.isEmpty ? nothing : selection)
        """
    }

    private var nothing: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "search")</figure><h2>\(t: "Nobody matches")</h2>\
        <p>\(t: "Look for less, or for another spelling: upper case and accents do not matter.")</p></header>\
        <section><a class="btn" data-variant="outline" href="/recipients/">\(t: "Show all")</a></section></div>
        """
    }

    /// The form around the table is for the check boxes; what acts on one row is a link.
    private var selection: HTML {
        """
        <form method="post" action="/recipients/bulk_delete/" data-selection class="flex flex-col gap-4">\(.csrfField)\
        <input type="hidden" name="back" value="\(query.address())">
        <div class="bulk-bar" data-bulk><span>\(t: "Selected:") <span data-selected-count>0</span></span>\
        <button class="btn" data-variant="destructive" data-size="sm">\(icon: "trash-2")\(t: "Delete selected …")</button>\
        \(if: canActOnAll, deleteAll)</div>
        <div class="table-container" role="region" aria-label="\(t: "Recipients")" tabindex="0"><table class="table">
        <thead><tr>\
        <th scope="col"><input type="checkbox" class="input" data-select-all aria-label="\(t: "Select all on this page")"></th>\
        \(heading(.email, "Address"))\(heading(.name, "Name"))\(heading(.company, "Company"))\
        <th scope="col">\(t: "City")</th><th scope="col">\(t: "Country")</th>\
        <th scope="col" class="max-sm:hidden">\(t: "State")</th>\
        \(heading(.added, "Added"))<th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        </form>
        \(navigation)
        """
    }

    private var deleteAll: HTML {
        """
        <a class="btn" data-variant="ghost" data-size="sm" href="\(query.address("/recipients/bulk_delete/"))">\
        \(t: query.filter.isEmpty ? "Delete all recipients …" : "Delete all that match …")</a>
        """
    }

    private func heading(_ key: RecipientOrder.Key, _ title: Phrase) -> HTML {
        guard RecipientOrder.isOffered(key, among: total) else { return "<th scope=\"col\">\(t: title)</th>" }
        let isSorted = query.order.key == key
        let direction = query.order.isDescending ? "descending" : "ascending"
        let arrow = !isSorted ? "chevrons-up-down" : query.order.isDescending ? "arrow-down" : "arrow-up"
        return """
            <th scope="col"\(if: isSorted, " aria-sort=\"\(direction)\"")>\
            <a href="\(query.sorted(by: key).address())">\(t: title)\(icon: arrow)</a></th>
            """
    }

    private func row(_ recipient: RecipientRecord) -> HTML {
        let fields = recipient.fields
        let name = [fields.firstName, fields.lastName].filter { !$0.isEmpty }.joined(separator: " ")
        let path = "/recipients/\(recipient.id)/"
        let back = "?next=" + FormData.encoded(query.address())
        return """
            <tr><td><input type="checkbox" class="input" data-select name="recipients" value="\(recipient.id.rawValue)" \
            aria-label="\(t: "Select \(fields.email)")"></td>\
            <td class="address"><a href="\(path)edit/\(back)">\(fields.email)</a>\
            <div class="mt-1 sm:hidden">\(recipient.state)</div></td>\
            <td class="short">\(name)</td><td class="short">\(fields.company)</td>\
            <td class="short">\(fields.city)</td><td class="short">\(fields.country)</td>\
            <td class="max-sm:hidden">\(recipient.state)</td><td>\(day: recipient.createdAt)</td>\
            <td><div class="table-actions">\
            <a class="btn" data-variant="ghost" data-size="icon-sm" href="\(path)edit/\(back)" \
            aria-label="\(t: "Edit \(fields.email)")">\(icon: "pencil")</a>\
            <a class="btn" data-variant="ghost" data-size="icon-sm" href="\(path)delete/\(back)" \
            aria-label="\(t: "Delete \(fields.email)")">\(icon: "trash-2")</a></div></td></tr>
            """
    }

    private var navigation: HTML? {
        guard previous != nil || next != nil else { return nil }
        return """
            <nav class="pagination" aria-label="\(t: "Pages of the list")"><span class="flex gap-2">\
            \(Self.step(previous, "chevron-left", "Previous"))\(Self.step(next, "chevron-right", "Next"))</span></nav>
            """
    }

    private static func step(_ address: String?, _ name: String, _ title: Phrase) -> HTML {
        guard let address else {
            return """
                <a class="btn" data-variant="outline" data-size="sm" role="link" aria-disabled="true">\
                \(icon: name)\(t: title)</a>
                """
        }
        return """
            <a class="btn" data-variant="outline" data-size="sm" href="\(address)">\(icon: name)\(t: title)</a>
            """
    }
}
