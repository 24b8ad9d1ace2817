/// One page of a list that is walked by a key instead of by numbers, so that the last page is as fast as the first.
struct KeysetList<Row> {
    let rows: [Row]
    /// The key behind which the next page begins; `nil` on the last page.
    let next: String?
    let isContinued: Bool

    /// - Parameters:
    ///   - rows: one more than the page holds, where there are more.
    ///   - isContinued: whether this is not the first page.
    init(_ rows: [Row], pageSize: Int, isContinued: Bool, key: (Row) -> String) {
        self.rows = Array(rows.prefix(pageSize))
        next = rows.count > pageSize ? self.rows.last.map(key) : nil
        self.isContinued = isContinued
    }

    /// Links to the first and the next page; `nil` when all is on this one.
    /// - Parameter cursor: the name of the key in the query.
    func navigation(path: String, query: FormData, cursor: String) -> HTML? {
        guard next != nil || isContinued else { return nil }
        var first = query
        first.remove(cursor)
        var following = query
        if let next { following.set(next, for: cursor) }
        return """
            <nav class="pagination" aria-label="\(t: "Pages of the list")"><span class="flex gap-2">\
            \(Self.link("First page", "chevron-left", isContinued ? "\(path)?\(first.query)" : nil))\
            \(Self.link("Next page", "chevron-right", next == nil ? nil : "\(path)?\(following.query)"))</span></nav>
            """
    }

    private static func link(_ text: Phrase, _ icon: String, _ address: String?) -> HTML {
        guard let address else {
            return """
                <a class="btn" data-variant="outline" data-size="sm" role="link" aria-disabled="true">\(t: text)</a>
                """
        }
        return #"<a class="btn" data-variant="outline" data-size="sm" href="\#(address)">\#(icon: icon)\#(t: text)</a>"#
    }
}
