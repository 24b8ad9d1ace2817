/// A list of things that have names, newest first: a search, a table, and the way to the next page. Without any thing at
/// all it says what these things are and how to begin.
struct SearchedList {
    /// The list's own address.
    let path: String
    let search: String
    let searchLabel: Phrase
    /// What is searched in.
    let placeholder: Phrase
    /// Said when nothing matches.
    let nothing: Phrase
    let empty: HTML
    /// `nil` for no row.
    let table: HTML?
    let navigation: HTML?

    var html: HTML {
        if table == nil, search.isEmpty, navigation == nil { return empty }
        return """
            <form method="get" action="\(path)" class="toolbar" role="search">\
            <label class="sr-only" for="q">\(t: searchLabel)</label>\
            <input class="input max-w-xs" type="search" id="q" name="q" value="\(search)" \
            placeholder="\(t: placeholder)">\
            <button class="btn" data-variant="outline">\(icon: "search")\(t: "Search")</button>\
            \(if: !search.isEmpty, #"<a class="btn" data-variant="ghost" href="\#(path)">\#(t: "Show all")</a>"#)</form>
            \(if: table == nil, "<p class=\"text-muted-foreground\">\(t: nothing)</p>")\
            \(table)
            \(navigation)
            """
    }
}
