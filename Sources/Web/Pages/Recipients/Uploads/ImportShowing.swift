import Campaigns
import HTTPTypes
import Hummingbird
import Importing
import NIOCore

/// One import: the whole page, or the part that is looked at again while it moves.
struct ImportShowing {
    private static let previewRows = 10
    private static let wrongRows = 5

    let visit: Visit

    func page() async throws -> Response { try await visit.page(panelModel().page) }

    /// How far it is or, once it is in another state than the page shows, all that the page is about.
    func panel() async throws -> Response {
        let model = try await panelModel()
        let isAsShown = model.status.state.rawValue == visit.query["state"]
        if isAsShown, model.status.state.isMoving { return visit.part(model.progressPart) }
        var response = visit.part(model.html)
        response.headers[.hxRetarget] = "#import"
        response.headers[.hxReswap] = "outerHTML"
        return response
    }

    /// The rows that were not imported, as CSV with line number and reason.
    func faults() async throws -> Response {
        let status = try await Self.status(visit)
        let (imports, account) = (visit.site.imports, visit.account)
        return visit.download(named: "not-imported.csv", contentType: "text/csv; charset=utf-8") { writer in
            try await imports.writeFaults(of: status.id, account: account) { piece in
                try await writer.write(ByteBuffer(bytes: piece))
            }
        }
    }

    private func panelModel() async throws -> ImportPanel {
        let status = try await Self.status(visit)
        var panel = ImportPanel(status: status)
        let (imports, account) = (visit.site.imports, visit.account)
        if status.state == .ready {
            panel.rows = try await imports.preview(
                status.id, account: account, verdicts: [.new, .changed, .same], limit: Self.previewRows)
        }
        if status.state == .ready || status.state == .finished {
            panel.wrong = try await imports.preview(
                status.id, account: account, verdicts: [.wrong, .unreadable, .repeated], limit: Self.wrongRows)
        }
        if status.state == .mapping {
            panel.columns = try await ImportColumnForm.load(status, visit)
        }
        return panel
    }

    /// The import of the address; another account's reads as not found.
    static func status(_ visit: Visit) async throws -> ImportStatus {
        let id = try visit.id(as: Import.ID.self)
        guard let status = try await visit.site.imports.status(id, account: visit.account) else {
            throw Refusal.notFound
        }
        return status
    }

    /// Waits a moment for work that is nearly done, so that small files need no second look.
    static func settle(_ id: Import.ID, _ visit: Visit) async throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(2)
        while clock.now < end, try await visit.site.imports.status(id, account: visit.account)?.state.isMoving == true {
            try await clock.sleep(for: .milliseconds(40))
        }
    }
}
