import Campaigns
import Hummingbird
import Importing

/// What a person decides about an import.
struct ImportActing {
    let visit: Visit

    func columns() async throws -> Response {
        let status = try await ImportShowing.status(visit)
        guard status.state == .mapping || status.state == .ready else { return visit.redirect(to: path(status.id)) }
        return try await visit.page(ImportColumnForm.load(status, visit).page)
    }

    func map() async throws -> Response {
        let status = try await ImportShowing.status(visit)
        var mapping: [RecipientField: Int] = [:]
        for index in status.details.columns.indices {
            guard let field = RecipientField(rawValue: visit.form["column_\(index)"]) else { continue }
            if mapping[field] != nil { return try await refuse(status, ImportFault.twoColumns(field)) }
            mapping[field] = index
        }
        do {
            try await visit.site.imports.map(status.id, account: visit.account, mapping)
        } catch let fault as ImportFault {
            if case .wrongState = fault { return try await goBack(status.id, fault) }
            return try await refuse(status, fault)
        }
        try await ImportShowing.settle(status.id, visit)
        return visit.redirect(to: path(status.id))
    }

    func confirm() async throws -> Response {
        try await act { try await visit.site.imports.confirm($0, account: visit.account) }
    }

    func cancel() async throws -> Response {
        try await act { try await visit.site.imports.cancel($0, account: visit.account) }
    }

    private func act(_ body: (Import.ID) async throws -> Void) async throws -> Response {
        let status = try await ImportShowing.status(visit)
        do {
            try await body(status.id)
        } catch let fault as ImportFault {
            return try await goBack(status.id, fault)
        }
        try await ImportShowing.settle(status.id, visit)
        return visit.redirect(to: path(status.id))
    }

    private func refuse(_ status: ImportStatus, _ fault: ImportFault) async throws -> Response {
        var form = try await ImportColumnForm.load(status, visit)
        form.chosen = visit.form
        form.problem = Phrase(sentence: fault.userMessage)
        return try await visit.page(form.page, status: .unprocessableContent)
    }

    /// The import has moved on since the page was made: its page says how.
    private func goBack(_ id: Import.ID, _ fault: ImportFault) async throws -> Response {
        if fault == .unknown { throw Refusal.notFound }
        return try await visit.redirect(to: path(id), saying: Phrase(sentence: fault.userMessage), as: .warning)
    }

    private func path(_ id: Import.ID) -> String { "/recipients/upload/\(id)/" }
}
