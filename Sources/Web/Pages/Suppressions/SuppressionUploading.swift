import Campaigns
import HTTPTypes
import Hummingbird
import Persistence

/// Takes a CSV file of addresses that must not be mailed.
struct SuppressionUploading {
    let visit: Visit

    func show() async throws -> Response { try await answer(Form()) }

    func receive() async throws -> Response {
        var form = Form(visit.form)
        guard let file = visit.exchange.file else {
            form.refuse("csv_file", "Please choose a CSV file first.")
            return try await answer(form, status: .unprocessableContent)
        }
        let result = try await SuppressionImport.run(FilePieces(path: file.path), by: visit)
        if let sentence = result.foreign {
            form.refuse("csv_file", sentence: sentence)
            return try await answer(form, status: .unprocessableContent)
        }
        if result.hasNoAddresses {
            form.refuse(
                "csv_file",
                "No column with addresses was found. Name it “email” in the first line; “reason” and “note” are read as well."
            )
            return try await answer(form, status: .unprocessableContent)
        }
        return try await answer(form, result)
    }

    private func answer(
        _ form: Form, _ result: SuppressionImport.Result? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let page = SuppressionUploadPage(form: form, result: result, limit: visit.site.configuration.uploadLimit)
        return try await visit.page(page.page, status: status)
    }
}

struct SuppressionUploadPage {
    let form: Form
    let result: SuppressionImport.Result?
    /// The largest file, in bytes.
    let limit: Int

    var page: Page {
        Page(
            title: "Import suppressed addresses",
            subtitle: "For addresses that you must not mail, from your old program or your provider.",
            section: .suppressions, breadcrumbs: [.init("Suppression list", "/suppressions/")],
            body: "<div class=\"page-narrow flex flex-col gap-6\">\(result.map(outcome))\(upload)</div>")
    }

    private func outcome(_ result: SuppressionImport.Result) -> HTML {
        """
        <div class="alert" data-variant="\(result.wrong == 0 ? "success" : "warning")" role="status">\
        \(icon: result.wrong == 0 ? "circle-check" : "triangle-alert")\
        <h2>\(t: .counted(result.added, one: "\(result.added) address was added.", other: "\(result.added) addresses were added."))</h2>\
        <section>\(if: result.known > 0, """
            <p>\(t: .counted(result.known, one: "\(result.known) was on the list already and stays as it is.",
                other: "\(result.known) were on the list already and stay as they are."))</p>
            """)\
        \(if: result.wrong > 0, """
            <p>\(t: .counted(result.wrong, one: "\(result.wrong) line was left out:", other: "\(result.wrong) lines were left out:"))</p>
            <ul class="list-disc ps-5">\(result.problems.map { "<li>\(t: $0)</li>" as HTML })\
            \(if: result.wrong > result.problems.count, "<li>\(t: "and \(result.wrong - result.problems.count) more")</li>")</ul>
            """)\
        <p><a class="link" href="/suppressions/">\(t: "To the list")</a></p></section></div>
        """
    }

    private var upload: HTML {
        CSVUploadForm(
            form: form, action: "/suppressions/import/", limit: limit, button: "Import", back: "/suppressions/",
            hint: """
                \(t: "One column with the address; “reason” (unsubscribed, bounced, complained, blocked) and “note” are read where they are there. What is on the list already stays as it is.")
                """
        ).html
    }
}
