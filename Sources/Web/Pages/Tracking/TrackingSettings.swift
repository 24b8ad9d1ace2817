import Campaigns
import Hummingbird
import Logging
import Persistence

/// What the account counts of those who read its mails.
func addTrackingSettingsRoutes(to routes: Routes) {
    routes.get("/profile/tracking/") { visit in
        let choices = try await visit.read { try $0.trackingChoices() }
        var data = FormData()
        if choices.opens { data.set("on", for: "opens") }
        if choices.clicks { data.set("on", for: "clicks") }
        if choices.networks { data.set("on", for: "networks") }
        return try await visit.page(TrackingSettingsPage(form: Form(data)).page)
    }
    routes.post("/profile/tracking/") { visit in
        let form = Form(visit.form)
        let choices = TrackingChoices(
            opens: form.flag("opens"), clicks: form.flag("clicks"), networks: form.flag("networks"))
        try await visit.write { try $0.setTracking(choices) }
        visit.logger.info("Tracking changed", metadata: ["account.id": "\(visit.account)"])
        return try await visit.redirect(to: "/profile/tracking/", saying: "Your tracking settings are saved.")
    }
    routes.post("/recipients/{id}/track/") { visit in
        let id: Recipient.ID = try visit.id()
        let email = try await RecipientTracking(actor: visit, recipient: id).set(
            isTracked: visit.form["track"] == "yes")
        let sentence: Phrase =
            visit.form["track"] == "yes"
            ? "Opens and clicks of “\(email)” are counted." : "Opens and clicks of “\(email)” are not counted any more."
        return try await visit.redirect(to: "/recipients/\(id)/edit/", saying: sentence)
    }
    routes.post("/campaigns/{id}/view/") { visit in
        let id: Campaign.ID = try visit.id()
        let isWithdrawn = visit.form["show"] != "yes"
        guard try await visit.write({ try $0.setViewWithdrawn(isWithdrawn, of: id) }) else { throw Refusal.notFound }
        visit.logger.info(
            "Campaign's mails in the browser", metadata: ["campaign.id": "\(id)", "withdrawn": "\(isWithdrawn)"])
        return try await visit.redirect(
            to: "/campaigns/\(id)/",
            saying: isWithdrawn
                ? "The mails of this campaign can no longer be seen in the browser."
                : "The mails of this campaign can be seen in the browser.")
    }
}

struct TrackingSettingsPage {
    let form: Form

    var page: Page {
        Page(
            title: "Tracking", subtitle: "What is counted of those who read your mails.", section: .settings,
            breadcrumbs: [.init("Sender settings", "/profile/edit/")],
            body: """
                <form method="post" action="/profile/tracking/" class="form page-narrow">\(.csrfField)
                \(form.checkBox("opens", "Count opens", hint: "By a picture of one dot, which mail programs fetch when the mail is shown."))
                \(form.checkBox("clicks", "Count clicks", hint: "Links lead through this server. Each mail says so by its addresses."))
                \(form.checkBox("networks", "Keep the reader’s network", hint: "The first part of the address, such as 203.0.113.0/24, in the log. Whole addresses are never kept."))
                <p class="text-muted-foreground">\(t: "What you switch off is not counted from now on, of mails that were sent before either. Single campaigns and single recipients can be left out as well. Everybody who unsubscribes stays unsubscribed whatever you choose here.")</p>
                <div class="form-actions"><button class="btn">\(t: "Save")</button></div>
                </form>
                """)
    }
}
