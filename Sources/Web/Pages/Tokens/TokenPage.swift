import Campaigns
import Persistence

/// The account's tokens, a form for a new one, and, once, the new one itself.
struct TokenPage {
    let tokens: [APIToken]
    let form: Form
    /// The secret that was made just now.
    var made: String?

    var page: Page {
        Page(
            title: "API tokens", subtitle: "With a token a program can do what you can do here.", section: .tokens,
            actions: """
                <a class="btn" data-variant="outline" href="\(APIRoute.root)/openapi.json">\
                \(icon: "download")\(t: "OpenAPI document")</a>
                """,
            body: """
                <div class="page-narrow flex flex-col gap-6">\(made.map(shown))\(list)\(newToken)</div>
                """)
    }

    private func shown(_ secret: String) -> HTML {
        """
        <div class="alert" data-variant="success" role="status">\(icon: "circle-check")\
        <h2>\(t: "This is the token. Copy it now: it is not shown again.")</h2>\
        <section><pre class="source" tabindex="0" role="group" id="new-token" aria-label="\(t: "The new token")">\(secret)</pre>
        <button type="button" class="btn mt-2" data-variant="outline" data-size="sm" data-copy="#new-token" \
        data-copied="\(t: "Copied")">\(icon: "copy")<span data-copy-label>\(t: "Copy")</span></button>
        </section></div>
        """
    }

    private var list: HTML {
        guard !tokens.isEmpty else {
            return """
                <div class="empty border"><header><figure>\(icon: "plug")</figure><h2>\(t: "No tokens yet")</h2>\
                <p>\(t: "A program sends its token in the header “Authorization: Bearer …”.")</p></header></div>
                """
        }
        return """
            <div class="table-container" role="region" aria-label="\(t: "API tokens")" tabindex="0"><table class="table">
            <thead><tr><th scope="col">\(t: "Name")</th><th scope="col">\(t: "May")</th><th scope="col">\(t: "Made")</th>\
            <th scope="col">\(t: "Last used")</th><th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
            <tbody>\(tokens.map(row))</tbody></table></div>
            """
    }

    private func row(_ token: APIToken) -> HTML {
        """
        <tr><td class="wrap">\(token.name)</td><td>\(t: token.scope.label)</td>\
        <td>\(time: token.createdAt)<br><span class="text-muted-foreground">\(token.userName)</span></td>\
        <td>\(token.lastUsedAt == nil ? "\(t: "Never")" : "\(time: token.lastUsedAt)" as HTML)</td>\
        <td><div class="table-actions"><form method="post" action="/profile/tokens/\(token.id.rawValue)/delete/" \
        data-confirm="\(t: "What uses “\(token.name)” is refused from then on.")" \
        data-confirm-title="\(t: "Revoke this token?")" data-confirm-label="\(t: "Revoke")">\(.csrfField)\
        <button class="btn" data-variant="outline" data-size="sm" aria-label="\(t: "Revoke \(token.name)")">\
        \(icon: "trash-2")\(t: "Revoke")</button></form></div></td></tr>
        """
    }

    private var newToken: HTML {
        """
        <form method="post" action="/profile/tokens/" class="form">\(.csrfField)
        \(form.summary)
        <section class="card"><header><h2>\(t: "New token")</h2>\
        <p>\(t: "It lasts until it is revoked, also when you change your password.")</p></header><section class="form">
        \(form.input("name", "Name", hint: "What uses it.", required: true, autocomplete: "off"))
        \(form.select("scope", "It may", [
            (APIToken.Scope.read.rawValue, APIToken.Scope.read.label),
            (APIToken.Scope.write.rawValue, APIToken.Scope.write.label),
        ]))
        \(form.input("password", "Your password", type: "password", required: true, autocomplete: "current-password"))
        </section><footer><button class="btn">\(icon: "plus")\(t: "Make the token")</button></footer></section>
        </form>
        """
    }
}

extension APIToken.Scope {
    var label: Phrase {
        switch self {
        case .read: "Read"
        case .write: "Read and write"
        }
    }
}
