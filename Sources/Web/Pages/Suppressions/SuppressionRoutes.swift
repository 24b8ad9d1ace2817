import Campaigns
import Hummingbird
import Persistence

/// The pages below `/suppressions/`: addresses that get nothing.
func addSuppressionRoutes(to routes: Routes) {
    routes.get("/suppressions/") { visit in try await SuppressionListing(visit: visit).answer() }
    routes.get("/suppressions/removed/") { visit in try await SuppressionHistory(visit: visit).answer() }
    routes.get("/suppressions/export/") { visit in SuppressionExport(visit: visit).answer() }
    routes.get("/suppressions/add/") { visit in try await SuppressionAdding(visit: visit).show() }
    routes.post("/suppressions/add/") { visit in try await SuppressionAdding(visit: visit).save() }
    routes.get("/suppressions/import/") { visit in try await SuppressionUploading(visit: visit).show() }
    routes.upload("/suppressions/import/", file: "csv_file") { visit in
        try await SuppressionUploading(visit: visit).receive()
    }
    routes.get("/suppressions/remove/") { visit in try await SuppressionRemoving(visit: visit).ask() }
    routes.post("/suppressions/remove/") { visit in try await SuppressionRemoving(visit: visit).remove() }
    routes.get("/suppressions/remove-matching/") { visit in try await SuppressionClearing(visit: visit).ask() }
    routes.post("/suppressions/remove-matching/") { visit in try await SuppressionClearing(visit: visit).remove() }
}
