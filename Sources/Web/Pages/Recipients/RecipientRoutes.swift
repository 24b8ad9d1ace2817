import Campaigns
import Hummingbird

/// The pages below `/recipients/`.
func addRecipientRoutes(to routes: Routes) {
    routes.get("/recipients/") { visit in try await RecipientListing(visit: visit).answer() }
    routes.get("/recipients/export/") { visit in RecipientExport(visit: visit).answer() }
    routes.get("/recipients/create/") { visit in try await RecipientEditing(visit: visit, recipient: nil).show() }
    routes.post("/recipients/create/") { visit in try await RecipientEditing(visit: visit, recipient: nil).save() }
    routes.get("/recipients/bulk_delete/") { visit in try await RecipientDeleting(visit: visit).askForAll() }
    routes.post("/recipients/bulk_delete/") { visit in try await RecipientDeleting(visit: visit).several() }
    addUploadRoutes(to: routes)
    routes.get("/recipients/{id}/") { visit in
        try await RecipientEditing(visit: visit, recipient: visit.id()).show()
    }
    routes.get("/recipients/{id}/edit/") { visit in
        try await RecipientEditing(visit: visit, recipient: visit.id()).show()
    }
    routes.post("/recipients/{id}/edit/") { visit in
        try await RecipientEditing(visit: visit, recipient: visit.id()).save()
    }
    routes.get("/recipients/{id}/delete/") { visit in try await RecipientDeleting(visit: visit).askForOne() }
    routes.post("/recipients/{id}/delete/") { visit in try await RecipientDeleting(visit: visit).one() }
    routes.post("/recipients/{id}/block/") { visit in try await RecipientBlocking(visit: visit).block() }
    routes.post("/recipients/{id}/allow/") { visit in try await RecipientBlocking(visit: visit).allow() }
}
