/// One page: what the layout puts around is not its business.
struct Page {
    var title: Phrase
    /// One sentence under the title.
    var subtitle: Phrase?
    /// Which entry of the navigation is marked.
    var section: Section?
    /// The way here: the pages above this one.
    var breadcrumbs: [Breadcrumb] = []
    /// Buttons beside the title.
    var actions: HTML?
    var policy = ContentPolicy.standard
    /// Scripts of the assets folder that only this page needs: "js/chart.js". Loaded as modules.
    var scripts: [String] = []
    /// What stands above a page without navigation.
    var masthead = Masthead.product
    var body: HTML

    enum Masthead: Sendable {
        /// Martlet, with a link to its first page.
        case product
        /// Whose mails somebody reads, who has no log-in here; nil where that is not known.
        case sender(String?)
    }

    struct Breadcrumb {
        var title: Phrase
        var path: String

        init(_ title: Phrase, _ path: String) {
            self.title = title
            self.path = path
        }
    }

    /// The entries of the navigation.
    enum Section: CaseIterable, Sendable {
        case dashboard, recipients, suppressions, templates, campaigns, queue, logs, account, settings, tokens

        /// Whether it stands at the foot of the navigation.
        var isSetting: Bool { self == .account || self == .settings || self == .tokens }

        var title: Phrase {
            switch self {
            case .dashboard: "Dashboard"
            case .recipients: "Recipients"
            case .suppressions: "Suppression list"
            case .templates: "Templates"
            case .campaigns: "Campaigns"
            case .queue: "Queue"
            case .logs: "Logs"
            case .account: "Account"
            case .settings: "Sender settings"
            case .tokens: "API tokens"
            }
        }

        var path: String {
            switch self {
            case .dashboard: "/"
            case .recipients: "/recipients/"
            case .suppressions: "/suppressions/"
            case .templates: "/templates/"
            case .campaigns: "/campaigns/"
            case .queue: "/emails/"
            case .logs: "/logs/"
            case .account: "/profile/account/"
            case .settings: "/profile/edit/"
            case .tokens: "/profile/tokens/"
            }
        }

        var icon: String {
            switch self {
            case .dashboard: "layout-dashboard"
            case .recipients: "users"
            case .suppressions: "mail-x"
            case .templates: "file-text"
            case .campaigns: "megaphone"
            case .queue: "inbox"
            case .logs: "scroll-text"
            case .account: "house"
            case .settings: "settings"
            case .tokens: "plug"
            }
        }
    }
}
