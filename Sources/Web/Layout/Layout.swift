import Campaigns
import Persistence

/// What is around each page of somebody who is logged in: navigation, account menu, messages.
struct Layout {
    let page: Page
    let session: SessionRow
    let flashes: [Flash]
    let site: Site
    let language: String

    var html: HTML {
        Document(page: page, language: language).html(
            body: """
                \(sidebar)
                <div class="min-w-0">
                \(topbar)
                <main id="main" class="page" tabindex="-1">
                \(rehearsalBanner)\(header)
                \(page.body)
                </main>
                </div>
                """, flashes: flashes,
            attributes: """
                 data-user="\(session.user.rawValue)" \
                data-written-again="\(t: "This is what you wrote. It is not saved yet: please send it again.")"
                """)
    }

    private var sidebar: HTML {
        """
        <aside class="sidebar" id="sidebar" data-side="left" aria-label="\(t: "Sidebar")">
        <nav aria-label="\(t: "Main")">
        <header><a class="flex items-center gap-2 p-2 text-base font-semibold" href="/">\
        <img src="\(asset: "favicon.svg")" alt="" class="size-7">Martlet</a></header>
        <section><div role="group" aria-label="\(t: "Pages")"><ul>\
        \(Page.Section.allCases.filter { !$0.isSetting }.map(entry))</ul></div></section>
        <footer><ul>\(Page.Section.allCases.filter(\.isSetting).map(entry))</ul></footer>
        </nav>
        </aside>
        """
    }

    private func entry(_ section: Page.Section) -> HTML {
        """
        <li><a href="\(section.path)"\(if: page.section == section, " aria-current=\"page\"")>\
        \(icon: section.icon)<span>\(t: section.title)</span></a></li>
        """
    }

    private var topbar: HTML {
        """
        <header class="topbar">
        <button type="button" class="btn" data-variant="ghost" data-size="icon" data-sidebar-toggle \
        aria-controls="sidebar" aria-label="\(t: "Menu")">\(icon: "panel-left")</button>
        \(breadcrumbs)
        <div class="ms-auto flex items-center gap-1">\(bell)\(ThemeMenu.html)\(accountMenu)</div>
        </header>
        """
    }

    private var bell: HTML {
        let count = session.unseenNotices
        let label: Phrase = count == 0 ? "Notices" : "Notices, \(count) new"
        return """
            <a class="btn relative" data-variant="ghost" data-size="icon" href="/notices/" aria-label="\(t: label)">\(icon: "bell")\
            \(if: count > 0, "<span class=\"count\" aria-hidden=\"true\">\(count > 9 ? "9+" : "\(count)")</span>")</a>
            """
    }

    private var breadcrumbs: HTML? {
        guard !page.breadcrumbs.isEmpty else { return nil }
        return """
            <nav aria-label="\(t: "You are here")"><ol class="breadcrumb">\(page.breadcrumbs.map(crumb))\
            <li><span aria-current="page">\(t: page.title)</span></li></ol></nav>
            """
    }

    private func crumb(_ crumb: Page.Breadcrumb) -> HTML {
        """
        <li><a href="\(crumb.path)">\(t: crumb.title)</a></li><li aria-hidden="true">\(icon: "chevron-right")</li>
        """
    }

    private var accountMenu: HTML {
        """
        <div class="dropdown-menu" id="account-menu">
        <button type="button" class="btn" data-variant="ghost" id="account-menu-trigger" aria-haspopup="menu" \
        aria-controls="account-menu-list" aria-expanded="false">\(icon: "user")\
        <span class="max-w-40 truncate">\(session.userName)</span></button>
        <div data-popover data-align="end" aria-hidden="true">
        <div role="menu" id="account-menu-list" aria-labelledby="account-menu-trigger">
        <a role="menuitem" href="/profile/account/">\(icon: "house")\(t: "Account")</a>
        <a role="menuitem" href="/files/">\(icon: "file-text")\(t: "Files")</a>
        <a role="menuitem" href="/profile/edit/">\(icon: "settings")\(t: "Sender settings")</a>
        <a role="menuitem" href="/profile/tracking/">\(icon: "chart-column")\(t: "Tracking")</a>
        <a role="menuitem" href="/profile/tokens/">\(icon: "plug")\(t: "API tokens")</a>
        <a role="menuitem" href="/accounts/password_change/">\(icon: "key-round")\(t: "Change password")</a>
        <button type="submit" role="menuitem" form="logout">\(icon: "log-out")\(t: "Log out")</button>
        </div></div></div>
        <form method="post" action="/accounts/logout/" id="logout" hidden>\(.csrfField)</form>
        """
    }

    private var rehearsalBanner: HTML? {
        guard session.isRehearsing else { return nil }
        return """
            <div class="alert" data-variant="warning" role="note">\(icon: "flask-conical")\
            <h2>\(t: "Rehearsal: nothing leaves this server")</h2>\
            <section><p>\(t: "Mails are kept here and shown as they would have been sent.") \
            <a class="link" href="/profile/edit/">\(t: "Set up sending")</a></p></section></div>
            """
    }

    private var header: HTML {
        """
        <div class="page-header"><div><h1>\(t: page.title)</h1>\
        \(page.subtitle.map { "<p>\(t: $0)</p>" as HTML })</div>\
        \(page.actions.map { "<div class=\"page-actions\">\($0)</div>" as HTML })</div>
        """
    }
}
