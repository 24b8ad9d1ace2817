import Campaigns
import Persistence

/// Quick search, and all nine fields folded away below it. A GET form: its address can be kept and shared.
struct RecipientFilterForm {
    let query: RecipientQuery

    var html: HTML {
        """
        <form method="get" action="/recipients/" class="flex flex-col gap-3" role="search">
        <div class="toolbar"><label class="sr-only" for="q">\(t: "Search recipients")</label>\
        <input class="input max-w-sm" type="search" id="q" name="q" value="\(query.filter.search)" \
        placeholder="\(t: "Name, address, company …")">\
        <button class="btn" data-variant="outline">\(icon: "search")\(t: "Search")</button>\
        \(if: !query.filter.isEmpty, clear)</div>
        \(if: query.order != .newest, "<input type=\"hidden\" name=\"sort\" value=\"\(query.order.rawValue)\">")\
        <details class="rounded-md border"\(if: !query.filter.texts.isEmpty, " open")>\
        <summary class="cursor-pointer px-3 py-2 font-medium">\(t: "Filter by field")</summary>
        <div class="filters px-3 pt-1">\(RecipientField.allCases.map(field))</div>
        <div class="p-3"><button class="btn" data-variant="outline">\(icon: "filter")\(t: "Apply filter")</button></div>
        </details>
        </form>
        """
    }

    private var clear: HTML {
        """
        <a class="btn" data-variant="ghost" href="/recipients/">\(icon: "x")\(t: "Show all")</a>
        """
    }

    private func field(_ field: RecipientField) -> HTML {
        """
        <div class="field"><label for="filter-\(field.rawValue)">\(t: field.label)</label>\
        <input type="text" id="filter-\(field.rawValue)" name="\(field.rawValue)" value="\(query.filter[field])"></div>
        """
    }
}
