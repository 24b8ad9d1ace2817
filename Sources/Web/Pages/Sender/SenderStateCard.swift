import Campaigns
import Persistence

/// What the sender is doing now, what is left of its limits, and the button that stops it or lets it go on. All but the
/// button asks for itself again every few seconds, so that the button keeps the focus.
struct SenderStateCard {
    let now: SenderNow
    let activity: SenderActivityRecord?

    private var sender: SenderRecord { now.record }
    private var isPaused: Bool { !sender.pausedReason.isEmpty }

    var html: HTML {
        """
        <section class="card" aria-labelledby="sender-state-title">\(moving)
        <footer id="sender-button">\(button)</footer></section>
        """
    }

    /// The part that moves.
    private var moving: HTML {
        """
        <div class="flex flex-col gap-4 px-6" data-hx-get="/profile/edit/state/?paused=\(isPaused ? "1" : "0")" \
        data-hx-trigger="every 5s" data-hx-swap="outerHTML">
        <header class="flex flex-col gap-1.5"><h2 id="sender-state-title" class="leading-none font-semibold">\(t: title)</h2>
        <p class="text-sm text-muted-foreground">\(sentence)</p></header>
        <section><dl class="stats">\(figures)</dl></section></div>
        """
    }

    /// The same for a page that shows it already; the button only when it has become another one.
    func part(shownAsPaused: Bool) -> HTML {
        guard shownAsPaused != isPaused else { return moving }
        return "\(moving)<footer id=\"sender-button\" data-hx-swap-oob=\"true\">\(button)</footer>"
    }

    private var situation: SenderSituation { now.situation(activity) }

    var title: Phrase {
        switch situation {
        case .paused: "Sending is paused"
        case .resting: "Waiting for the mail server"
        case .sending: "Sending"
        case .hourlyLimit: "Waiting for the hourly limit"
        case .warmUpLimit: "Waiting for the next day of the warm-up"
        case .idle: "Nothing to send"
        }
    }

    var sentence: HTML {
        switch situation {
        case .paused: "\(t: Phrase(sentence: sender.pausedReason))"
        case .resting:
            """
            \(t: "It is tried again at") \(time: activity?.restsUntil ?? now.time). \
            \(t: Phrase(sentence: activity?.reason ?? ""))
            """
        case .sending: "\(t: "Mails are on their way.")"
        case .hourlyLimit: "\(t: "The hourly limit is reached; it goes on by itself.")"
        case .warmUpLimit: "\(t: "Today’s mails of the warm-up are sent; it goes on by itself.")"
        case .idle: "\(t: "Everything that was due is sent.")"
        }
    }

    private var figures: HTML {
        """
        \(figure("Open connections", "\(activity?.openConnections ?? 0)", connections))\
        \(figure("In the last minute", "\(now.usedInLastMinute)", "mails"))\
        \(figure("In the last hour", "\(now.usedInLastHour)", "of \(sender.maxPerHour) mails"))\
        \(warmUpNote.map { figure("Today’s warm-up", "\(now.usedInWarmUpDay)", $0) })
        """
    }

    var connections: Phrase {
        guard let limit = activity?.connectionLimit, limit > 0 else { return "at most \(sender.maxConnections)" }
        return limit < sender.maxConnections
            ? "at most \(limit) now; you allow \(sender.maxConnections)" : "at most \(sender.maxConnections)"
    }

    var warmUpNote: Phrase? {
        guard let plan = sender.warmUp, let limit = now.warmUpLimit else { return nil }
        return "of \(limit) mails on day \(plan.day(at: now.time))"
    }

    private func figure(_ name: Phrase, _ value: Phrase, _ note: Phrase) -> HTML {
        "<div class=\"stat\"><dt>\(t: name)</dt><dd>\(t: value)</dd><dd>\(t: note)</dd></div>"
    }

    private var button: HTML {
        isPaused
            ? form("resume", "play", "Resume")
            : form("pause", "pause", "Pause sending", variant: " data-variant=\"outline\"")
    }

    private func form(_ action: String, _ icon: String, _ title: Phrase, variant: HTML = "") -> HTML {
        """
        <form method="post" action="/profile/edit/\(action)/">\(.csrfField)\
        <button class="btn"\(variant)>\(icon: icon)\(t: title)</button></form>
        """
    }
}
