import Campaigns
import Hummingbird

/// From a file to recipients: upload, columns, preview, import.
func addUploadRoutes(to routes: Routes) {
    routes.get("/recipients/upload/") { visit in try await Uploading(visit: visit).show() }
    routes.upload("/recipients/upload/", file: "csv_file") { visit in try await Uploading(visit: visit).receive() }
    routes.get("/recipients/upload/example/") { visit in Uploading(visit: visit).example() }
    routes.get("/recipients/upload/{id}/") { visit in try await ImportShowing(visit: visit).page() }
    routes.get("/recipients/upload/{id}/panel/") { visit in try await ImportShowing(visit: visit).panel() }
    routes.get("/recipients/upload/{id}/columns/") { visit in try await ImportActing(visit: visit).columns() }
    routes.post("/recipients/upload/{id}/columns/") { visit in try await ImportActing(visit: visit).map() }
    routes.post("/recipients/upload/{id}/confirm/") { visit in try await ImportActing(visit: visit).confirm() }
    routes.post("/recipients/upload/{id}/cancel/") { visit in try await ImportActing(visit: visit).cancel() }
    routes.get("/recipients/upload/{id}/faults/") { visit in try await ImportShowing(visit: visit).faults() }
}
