import Campaigns
import Hummingbird
import Persistence

/// The pages below `/templates/`.
func addTemplateRoutes(to routes: Routes, site: Site) {
    routes.get("/templates/") { visit in try await TemplateList(visit: visit).answer() }
    routes.get("/templates/designs/") { visit in try await visit.page(DesignsPage().page) }
    routes.get("/templates/designs/preview/") { visit in try await DesignFrame(visit: visit).answer() }
    routes.get("/templates/create/") { visit in try await TemplateEditing(visit: visit, template: nil).show() }
    routes.upload(
        "/templates/create/", file: "attachment", most: FileStoring.mostFiles,
        limit: site.configuration.mailFilesLimit + TemplateReading.formLimit, fieldLimit: TemplateReading.formLimit
    ) { visit in
        try await TemplateEditing(visit: visit, template: nil).save()
    }
    routes.get("/templates/{id}/edit/") { visit in
        try await TemplateEditing(visit: visit, template: visit.id()).show()
    }
    routes.post("/templates/{id}/edit/", limit: TemplateReading.formLimit) { visit in
        try await TemplateEditing(visit: visit, template: visit.id()).save()
    }
    routes.post("/templates/{id}/duplicate/") { visit in try await TemplateCopying(visit: visit).duplicate() }
    routes.post("/templates/{id}/delete/") { visit in try await TemplateCopying(visit: visit).delete() }
    routes.post("/templates/preview/", limit: TemplateReading.formLimit) { visit in
        try await TemplatePreviewing(visit: visit).part()
    }
    routes.post("/templates/preview/frame/", limit: TemplateReading.formLimit) { visit in
        try await TemplatePreviewing(visit: visit).frame()
    }
}
