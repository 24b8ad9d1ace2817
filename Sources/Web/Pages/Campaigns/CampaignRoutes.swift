import Campaigns
import Hummingbird
import Persistence

/// The pages below `/campaigns/`.
func addCampaignRoutes(to routes: Routes) {
    routes.get("/campaigns/") { visit in try await CampaignList(visit: visit).answer() }
    routes.get("/campaigns/calendar/") { visit in try await CampaignCalendar(visit: visit).answer() }
    routes.get("/campaigns/create/") { visit in try await CampaignEditing(visit: visit, campaign: nil).show() }
    routes.post("/campaigns/create/", limit: CampaignReading.formLimit) { visit in
        try await CampaignEditing(visit: visit, campaign: nil).save()
    }
    routes.get("/campaigns/{id}/edit/") { visit in
        try await CampaignEditing(visit: visit, campaign: visit.id()).show()
    }
    routes.post("/campaigns/{id}/edit/", limit: CampaignReading.formLimit) { visit in
        try await CampaignEditing(visit: visit, campaign: visit.id()).save()
    }
    routes.post("/campaigns/audience/", limit: CampaignReading.formLimit) { visit in
        try await AudienceChoosing(visit: visit).count()
    }
    routes.post("/campaigns/picks/", limit: CampaignReading.formLimit) { visit in
        try await AudienceChoosing(visit: visit).picks()
    }
    routes.get("/campaigns/{id}/") { visit in try await CampaignDetail(visit: visit).answer() }
    routes.get("/campaigns/{id}/live/") { visit in try await CampaignDetail(visit: visit).live() }
    routes.get("/campaigns/{id}/preview/") { visit in try await CampaignLooking(visit: visit).frame() }
    routes.get("/campaigns/{id}/mail/") { visit in try await CampaignLooking(visit: visit).show() }
    // Whoever reloads or keeps the address of a form that came back.
    routes.get("/campaigns/{id}/test/") { visit in
        let id: Campaign.ID = try visit.id()
        guard try await visit.read({ try $0.campaign(id) }) != nil else { throw Refusal.notFound }
        return visit.redirect(to: "/campaigns/\(id)/mail/#test")
    }
    routes.post("/campaigns/{id}/test/") { visit in try await CampaignLooking(visit: visit).test() }
    routes.get("/campaigns/{id}/preflight/") { visit in try await CampaignActing(visit: visit).preflight() }
    routes.get("/campaigns/{id}/preflight/panel/") { visit in
        try await CampaignActing(visit: visit).preflightPanel()
    }
    routes.get("/campaigns/{id}/messages/") { visit in try await CampaignMessageList(visit: visit).answer() }
    routes.post("/campaigns/{id}/messages/settle/") { visit in try await MessageSettling(visit: visit).answer() }
    routes.post("/campaigns/{id}/start/") { visit in try await CampaignActing(visit: visit).start() }
    routes.post("/campaigns/{id}/unschedule/") { visit in try await CampaignActing(visit: visit).unschedule() }
    routes.post("/campaigns/{id}/pause/") { visit in try await CampaignActing(visit: visit).pause() }
    routes.post("/campaigns/{id}/resume/") { visit in try await CampaignActing(visit: visit).resume() }
    routes.post("/campaigns/{id}/cancel/") { visit in try await CampaignActing(visit: visit).cancel() }
    routes.post("/campaigns/{id}/duplicate/") { visit in try await CampaignCopying(visit: visit).duplicate() }
    routes.post("/campaigns/{id}/delete/") { visit in try await CampaignCopying(visit: visit).delete() }
}
