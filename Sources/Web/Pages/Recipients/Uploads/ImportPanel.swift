import Campaigns
import Importing

/// One import in whatever state it is: what a person sees and may do.
struct ImportPanel {
    let status: ImportStatus
    var rows: [ImportPreviewRow] = []
    var wrong: [ImportPreviewRow] = []
    var columns: ImportColumnForm?

    var page: Page {
        Page(
            title: "\(status.name)", section: .recipients,
            breadcrumbs: [.init("Recipients", "/recipients/"), .init("Upload recipients", "/recipients/upload/")],
            body: html)
    }

    var path: String { "/recipients/upload/\(status.id)/" }

    var html: HTML { "<div id=\"import\" class=\"flex flex-col gap-6\">\(content)</div>" }

    /// How far it is: asks for itself again each second, alone, so that the buttons around keep the focus. Without script
    /// there is a link.
    var progressPart: HTML {
        """
        <div class="flex flex-col gap-3" data-hx-get="\(path)panel/?state=\(status.state.rawValue)" data-hx-trigger="every 1s" \
        data-hx-swap="outerHTML">\(bar)<p>\(t: progress)</p></div>
        """
    }

    private var content: HTML {
        switch status.state {
        case .receiving: moving("The file is being read.")
        case .analysing: moving("The rows are compared with your recipients. Nothing has been changed.")
        case .applying: moving("The recipients are being imported.")
        case .cancelling: moving("What was imported is being taken back.")
        case .mapping: "\(ImportWarnings(status.details.warnings).html)\(columns?.html)\(cancel("Cancel this upload"))"
        case .ready: ready
        case .finished: finished
        case .cancelled: ended("circle-slash", "Cancelled", "Nothing of this file is left in your recipients.", "info")
        case .failed:
            ended("circle-alert", "This file cannot be imported", Phrase(sentence: status.error), "destructive")
        }
    }

    private func moving(_ sentence: Phrase) -> HTML {
        """
        <section class="card"><header><h2>\(t: status.state.label)</h2><p>\(t: sentence)</p></header>
        <section class="flex flex-col gap-3">\(progressPart)
        <div class="form-actions"><a class="btn" data-variant="outline" data-size="sm" href="\(path)">\
        \(icon: "refresh-cw")\(t: "Look again")</a>\(if: status.state.canBeCancelled, cancelButton("Cancel"))</div>
        </section></section>
        """
    }

    private var bar: HTML {
        guard let progress = status.progress else {
            return "<progress class=\"meter\" aria-label=\"\(t: "Progress")\"></progress>"
        }
        return """
            <progress class="meter" value="\(Int(progress * 1000))" max="1000" aria-label="\(t: "Progress")">\
            \(Int(progress * 100)) %</progress>
            """
    }

    private var progress: Phrase {
        let details = status.details
        return switch status.state {
        case .analysing: "\(details.done) of \(details.rows) rows"
        case .applying: "\(details.done) of \(details.toApply) rows"
        default: .counted(details.rows, one: "\(details.rows) row", other: "\(details.rows) rows")
        }
    }

    // MARK: Before

    private var ready: HTML {
        let count = status.details.new + status.details.changed
        let title: Phrase =
            count == 0
            ? "Finish" : .counted(count, one: "Import \(count) recipient", other: "Import \(count) recipients")
        return """
            \(ImportWarnings(status.details.warnings).html)\
            \(ImportCounts(details: status.details).html)
            <div class="form-actions">\
            <form method="post" action="\(path)confirm/">\(.csrfField)\
            <button class="btn">\(icon: "check")\(t: title)</button></form>\
            <a class="btn" data-variant="outline" href="\(path)columns/">\(icon: "sliders-horizontal")\(t: "Columns …")</a>\
            \(cancelButton("Cancel"))</div>
            \(if: count == 0, "<p>\(t: nothingNew)</p>")\
            \(if: !rows.isEmpty, ImportRowTable(title: "First rows", columns: status.details.columns, rows: rows).html)
            \(wrongRows("What is left out"))
            """
    }

    /// Why nothing would change.
    private var nothingNew: Phrase {
        let details = status.details
        if details.same == 0 {
            return "No row of this file can be imported: see below why. Put it right, and upload the file again."
        }
        return details.wrong == 0
            ? "Every recipient of this file is there already with the same values."
            : "The recipients that could be read are there already with the same values."
    }

    private func wrongRows(_ title: Phrase) -> HTML? {
        guard !wrong.isEmpty else { return nil }
        let count = status.details.wrong + status.details.repeated
        return """
            \(ImportRowTable(title: title, columns: status.details.columns, rows: wrong).html)
            <p><a class="btn" data-variant="outline" href="\(path)faults/" download>\(icon: "download")\
            \(t: .counted(count, one: "Download \(count) row with its reason", other: "Download all \(count) rows with their reasons"))</a></p>
            """
    }

    // MARK: After

    private var finished: HTML {
        """
        \(leftOut == 0 ? wholly : partly)
        \(ImportCounts(details: status.details).html)
        <div class="form-actions"><a class="btn" href="/recipients/">\(icon: "users")\(t: "To the recipients")</a>\
        <a class="btn" data-variant="outline" href="/campaigns/create/">\(icon: "megaphone")\(t: "New campaign")</a></div>
        \(wrongRows("What was left out"))
        """
    }

    private var leftOut: Int { status.details.wrong + status.details.repeated }

    private var wholly: HTML {
        """
        <div class="alert" data-variant="success" role="status">\(icon: "circle-check")<h2>\(t: "Imported")</h2>\
        <section><p>\(t: "Your recipients are up to date with this file.")</p></section></div>
        """
    }

    /// Nobody should read that all is well who has lost rows.
    private var partly: HTML {
        let imported = status.details.new + status.details.changed
        return """
            <div class="alert" data-variant="warning" role="status">\(icon: "triangle-alert")\
            <h2>\(t: .counted(leftOut, one: "\(imported) imported, \(leftOut) row left out", other: "\(imported) imported, \(leftOut) rows left out"))</h2>\
            <section><p>\(t: "Put them right in the file of those rows, and upload it.") \
            <a class="link" href="\(path)faults/" download>\(t: "Download the rows with their reasons")</a></p></section></div>
            """
    }

    private func ended(_ name: String, _ title: Phrase, _ sentence: Phrase, _ variant: String) -> HTML {
        """
        <div class="alert" data-variant="\(variant)" role="status">\(icon: name)<h2>\(t: title)</h2>\
        <section><p>\(t: sentence)</p></section></div>
        <div class="form-actions"><a class="btn" href="/recipients/upload/">\(icon: "upload")\(t: "Upload a file")</a></div>
        """
    }

    private func cancel(_ title: Phrase) -> HTML { "<div class=\"form-actions\">\(cancelButton(title))</div>" }

    private func cancelButton(_ title: Phrase) -> HTML {
        """
        <form method="post" action="\(path)cancel/">\(.csrfField)\
        <button class="btn" data-variant="ghost">\(icon: "x")\(t: title)</button></form>
        """
    }
}
