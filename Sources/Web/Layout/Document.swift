/// The outermost elements of every page: head, skip link, dialog for questions, toasts.
struct Document {
    let page: Page
    let language: String

    /// - Parameter attributes: more of them for the body.
    func html(body: HTML, flashes: [Flash] = [], attributes: HTML = "") -> HTML {
        """
        <!doctype html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(t: page.title) · Martlet</title>
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <meta name="htmx-config" content='\(unescaped: Self.htmxConfiguration)'>
        <link rel="icon" href="\(asset: "favicon.svg")" type="image/svg+xml">
        <link rel="stylesheet" href="\(asset: "app.css")">
        <script src="\(asset: "js/theme.js")"></script>
        <script src="\(asset: "vendor/htmx.min.js")" defer></script>
        <script src="\(asset: "vendor/htmx-sse.min.js")" defer></script>
        <script src="\(asset: "vendor/idiomorph.min.js")" defer></script>
        <script src="\(asset: "vendor/basecoat.min.js")" defer></script>
        <script src="\(asset: "js/app.js")" type="module"></script>
        \(page.scripts.map { "<script src=\"\(asset: $0)\" type=\"module\"></script>\n" as HTML })\
        </head>
        <body data-hx-headers='\(csrfHeader)'\(attributes)>
        <a class="skip-link" href="#main">\(t: "Skip to content")</a>
        \(body)
        \(confirmation)
        <div id="toaster" class="toaster" data-align="end">\(flashes.map { Toast($0).html })</div>
        </body>
        </html>

        """
    }

    /// The token for what htmx sends. It has no character that would end the attribute or the JSON text.
    private var csrfHeader: HTML {
        var json: HTML = "{&quot;X-CSRFToken&quot;:&quot;"
        json.inserts.append((json.bytes.count, .csrfToken))
        json += "&quot;}"
        return json
    }

    /// Errors are shown too: their answers say where (`HX-Retarget`).
    private static let htmxConfiguration = """
        {"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,\
        "historyCacheSize":0,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},\
        {"code":"[45]..","swap":true,"error":true}]}
        """

    private var confirmation: HTML {
        """
        <dialog class="alert-dialog" id="confirm" aria-labelledby="confirm-title" aria-describedby="confirm-text">
        <form method="dialog"><header><h2 id="confirm-title" data-confirm-title>\(t: "Are you sure?")</h2>\
        <p id="confirm-text" data-confirm-text>\(t: "This cannot be undone.")</p></header>\
        <footer><button class="btn" data-variant="outline" value="no">\(t: "Cancel")</button>\
        <button class="btn" data-variant="danger" value="yes" data-confirm-yes>\(t: "Yes")</button></footer></form>
        </dialog>
        """
    }
}
