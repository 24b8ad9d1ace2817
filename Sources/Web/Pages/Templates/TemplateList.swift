import Campaigns
import Hummingbird
import Persistence

/// All templates, newest first.
struct TemplateList {
    static let pageSize = 50

    let visit: Visit

    func answer() async throws -> Response {
        let search = visit.query["q"].trimmed
        let before = Template.ID(visit.query["before"])
        let rows = try await visit.read {
            try $0.templates(before: before, limit: Self.pageSize + 1, search: search)
        }
        let list = KeysetList(rows, pageSize: Self.pageSize, isContinued: before != nil) { $0.id.description }
        let page = TemplateListPage(
            rows: list.rows, search: search,
            navigation: list.navigation(path: "/templates/", query: visit.query, cursor: "before"))
        return try await visit.page(page.page)
    }
}

struct TemplateListPage {
    let rows: [TemplateSummary]
    let search: String
    let navigation: HTML?

    var page: Page {
        Page(
            title: "Templates", subtitle: "What your mails say. Fields in braces become each recipient’s own.",
            section: .templates,
            actions: #"<a class="btn" href="/templates/designs/">\#(icon: "plus")\#(t: "New template")</a>"#,
            body: body)
    }

    private var body: HTML {
        SearchedList(
            path: "/templates/", search: search, searchLabel: "Search templates", placeholder: "Name or subject",
            nothing: "No template matches.",
            empty: empty, table: rows.isEmpty ? nil : table, navigation: navigation
        ).html
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "file-text")</figure>\
        <h2>\(t: "No templates yet")</h2>\
        <p>\(t: "A template is the text of a mail, with fields such as {first_name} in it.")</p></header>\
        <section><a class="btn" href="/templates/designs/">\(icon: "plus")\(t: "Write the first one")</a></section></div>
        """
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Templates")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Name")</th><th scope="col">\(t: "Subject")</th>\
        <th scope="col" class="num">\(t: "Campaigns")</th><th scope="col">\(t: "Changed")</th>\
        <th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
        <tbody>\(rows.map(row))</tbody></table></div>
        """
    }

    private func deletion(_ template: TemplateSummary) -> Phrase {
        guard template.campaigns > 0 else { return "“\(template.name)” will be gone." }
        return .counted(
            template.campaigns,
            one:
                "\(template.campaigns) campaign uses “\(template.name)”. If it has begun, it keeps what it sends; if not, the template is not deleted before you choose another one there.",
            other:
                "\(template.campaigns) campaigns use “\(template.name)”. Those that have begun keep what they send; while another one has yet to begin, the template is not deleted before you choose another one there."
        )
    }

    private func row(_ template: TemplateSummary) -> HTML {
        """
        <tr><td class="wrap"><a class="link" href="/templates/\(template.id.rawValue)/edit/">\(template.name)</a></td>\
        <td class="wrap">\(template.subject)</td><td class="num">\(number: template.campaigns)</td>\
        <td>\(time: template.updatedAt)</td><td><div class="table-actions">\
        <a class="btn" data-variant="ghost" data-size="icon-sm" href="/campaigns/create/?template=\(template.id.rawValue)" \
        aria-label="\(t: "New campaign with \(template.name)")">\(icon: "megaphone")</a>\
        <a class="btn" data-variant="ghost" data-size="icon-sm" href="/templates/\(template.id.rawValue)/edit/" \
        aria-label="\(t: "Edit \(template.name)")">\(icon: "pencil")</a>\
        <form method="post" action="/templates/\(template.id.rawValue)/duplicate/">\(.csrfField)\
        <button class="btn" data-variant="ghost" data-size="icon-sm" \
        aria-label="\(t: "Duplicate \(template.name)")">\(icon: "copy")</button></form>\
        <form method="post" action="/templates/\(template.id.rawValue)/delete/" \
        data-confirm="\(t: deletion(template))" \
        data-confirm-title="\(t: "Delete this template?")" data-confirm-label="\(t: "Delete")">\(.csrfField)\
        <button class="btn" data-variant="ghost" data-size="icon-sm" \
        aria-label="\(t: "Delete \(template.name)")">\(icon: "trash-2")</button></form></div></td></tr>
        """
    }
}
