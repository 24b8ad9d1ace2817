/// A page without navigation: log in, register, errors.
struct BareLayout {
    let page: Page
    let site: Site
    let language: String

    var html: HTML {
        Document(page: page, language: language).html(
            body: """
                <main id="main" class="page-centred" tabindex="-1">
                \(masthead)
                <div class="card"><header><h1>\(t: page.title)</h1>\
                \(page.subtitle.map { "<p>\(t: $0)</p>" as HTML })</header>
                <section>\(page.body)</section></div>
                \(ThemeMenu.html)
                </main>
                """)
    }

    private var masthead: HTML? {
        switch page.masthead {
        case .product:
            """
            <a class="flex items-center gap-2 text-lg font-semibold" href="/">\
            <img src="\(asset: "favicon.svg")" alt="" class="size-8">Martlet</a>
            """
        case .sender(let name):
            name.map { "<p class=\"max-w-md text-center text-lg font-semibold break-words\">\($0)</p>" as HTML }
        }
    }
}
