import Hummingbird

/// The first page, and what moves on it.
func addDashboardRoutes(to routes: Routes) {
    routes.get("/") { visit in
        _ = try await visit.senderNow()
        let model = try await visit.read { try DashboardModel($0) }
        return try await visit.page(DashboardPage(model: model).page)
    }
    routes.get("/live/") { visit in
        let first = try await visit.read { try DashboardModel($0) }
        return try await visit.events(every: .seconds(2)) {
            let model = try await visit.read { try DashboardModel($0, known: first) }
            return [
                ServerEvent(name: "figures", html: DashboardFigures(model: model).html),
                ServerEvent(name: "campaigns", html: CampaignsUnderWay(campaigns: model.underWay).html),
            ]
        }
    }
}
