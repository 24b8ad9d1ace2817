/// Where a CSV file is chosen or dropped; its upload shows how far it is, and can be made again when it breaks.
struct CSVUploadForm {
    /// With what was wrong about `csv_file`.
    let form: Form
    let action: String
    /// The largest file, in bytes.
    let limit: Int
    /// What the button says.
    let button: Phrase
    /// Where somebody goes who changes their mind.
    let back: String
    /// Below the place for the file.
    let hint: HTML

    var html: HTML {
        """
        <form class="form" method="post" action="\(action)" enctype="multipart/form-data" data-upload \
        data-upload-sending="\(t: "Sending")" data-upload-checking="\(t: "Reading the file …")" \
        data-upload-failed="\(t: "The upload was interrupted. Choose the file again.")" \
        data-upload-limit="\(limit)" data-upload-too-large="\(t: "This file is larger than the \(max(1, limit / 1_048_576)) MB that are accepted here. Split it, and upload one part after the other.")">\(.csrfField)
        \(form.summary)
        <label class="drop-zone" for="csv_file">\(icon: "file-spreadsheet")\
        <span>\(t: "Drop a CSV file here, or choose one")</span>\
        <input class="input" type="file" id="csv_file" name="csv_file" accept=".csv,.tsv,.txt,text/csv" required \
        \(if: problem != nil, "aria-invalid=\"true\" ")aria-describedby="csv_file-hint">\
        <span data-upload-name></span></label>
        \(problem.map { "<p role=\"alert\">\(t: $0)</p>" as HTML })\
        <p class="text-muted-foreground" id="csv_file-hint">\(hint)</p>
        <progress class="meter" data-upload-progress hidden aria-label="\(t: "Upload")"></progress>\
        <p role="status" data-upload-status></p>
        <div class="form-actions"><button class="btn">\(icon: "upload")\(t: button)</button>\
        <a class="btn" data-variant="ghost" href="\(back)">\(t: "Back")</a></div>
        </form>
        """
    }

    private var problem: Phrase? { form.problem("csv_file") }
}
