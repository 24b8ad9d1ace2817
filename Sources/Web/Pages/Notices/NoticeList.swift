import Campaigns
import Hummingbird
import Persistence

/// What happened by itself, for those who were not looking.
func addNoticeRoutes(to routes: Routes) {
    routes.get("/notices/") { visit in try await NoticeList(visit: visit).answer() }
}

struct NoticeList {
    static let most = 50

    let visit: Visit

    /// Whoever has the page before them has seen what is on it.
    func answer() async throws -> Response {
        let (user, before) = (visit.user, visit.session)
        let (notices, now) = try await visit.read { scope in
            (try scope.notices(limit: Self.most), try scope.transaction.now)
        }
        var seen = before
        if before.unseenNotices > 0 {
            try await visit.write { try $0.transaction.seeNotices(user, until: now) }
            seen.unseenNotices = 0
        }
        let after = Visit(exchange: visit.exchange, session: seen, tokenHash: visit.tokenHash)
        return try await after.page(NoticePage(notices: notices, seenAt: before.noticesSeenAt).page)
    }
}

struct NoticePage {
    /// The newest first.
    let notices: [Notice]
    /// What came after it is new.
    let seenAt: Instant

    var page: Page {
        Page(
            title: "Notices", subtitle: "Campaigns that have ended, and what waits for you.",
            body: notices.isEmpty ? empty : list)
    }

    private var empty: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "bell")</figure>\
        <h2>\(t: "Nothing to tell")</h2><p>\(t: "When a campaign has ended, or something keeps mail from leaving, it stands here.")</p></header></div>
        """
    }

    private var list: HTML {
        "<ul class=\"notices\">\(notices.map { item($0, isNew: $0.at > seenAt) })</ul>"
    }

    private func item(_ notice: Notice, isNew: Bool) -> HTML {
        let (icon, state, sentence, reason) = text(notice.subject)
        return """
            <li data-state="\(state)">\(icon: icon)<div><p><a class="link" href="\(path(notice.subject))">\(t: sentence)</a>\
            \(if: isNew, " <span class=\"badge\">\(t: "New")</span>")</p>\
            \(reason.map { "<p>\(t: $0)</p>" as HTML })\
            <p class="text-sm text-muted-foreground">\(time: notice.at)</p></div></li>
            """
    }

    private func path(_ subject: Notice.Subject) -> String {
        switch subject {
        case .finished(let campaign, _): "/campaigns/\(campaign.id)/"
        case .pausedCampaign(let campaign): "/campaigns/\(campaign.id)/"
        case .pausedSender: "/profile/edit/"
        }
    }

    private func text(_ subject: Notice.Subject) -> (icon: String, state: HTML, sentence: Phrase, reason: Phrase?) {
        switch subject {
        case .finished(let campaign, let tally):
            let result: Phrase = "\(tally[.delivered]) of \(tally.sent) mails were delivered."
            if Self.isBad(tally[.delivered], of: tally.sent) {
                return (
                    "triangle-alert", "warning", "“\(campaign.name)” is finished; fewer than nine in ten arrived",
                    result
                )
            }
            return ("circle-check", "done", "“\(campaign.name)” is finished", tally.sent > 0 ? result : nil)
        case .pausedCampaign(let campaign):
            return ("circle-pause", "warning", "“\(campaign.name)” is paused", Phrase(sentence: campaign.pausedReason))
        case .pausedSender(_, let name, let reason):
            return (
                "circle-pause", "warning", name.isEmpty ? "Sending is paused" : "The sender “\(name)” is paused",
                Phrase(sentence: reason)
            )
        }
    }

    /// Whether so many failed that somebody should look at it: fewer than nine in ten of at least ten mails were taken.
    static func isBad(_ delivered: Int, of sent: Int) -> Bool { sent >= 10 && delivered * 10 < sent * 9 }
}
