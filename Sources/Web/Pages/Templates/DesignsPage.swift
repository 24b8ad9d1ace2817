import Campaigns
import Hummingbird
import Markup
import Persistence

/// What a new template may begin with, each as a recipient would see it.
struct DesignsPage {
    var page: Page {
        Page(
            title: "New template", subtitle: "Begin with one of these, or with nothing. All of it can be changed.",
            section: .templates, breadcrumbs: [.init("Templates", "/templates/")], body: body)
    }

    private var body: HTML {
        """
        <ul class="grid gap-4 sm:grid-cols-2 2xl:grid-cols-3">\(MailDesign.all.map(card))\(empty)</ul>
        """
    }

    private func card(_ design: MailDesign) -> HTML {
        """
        <li class="card design"><div class="design-picture"><iframe sandbox loading="lazy" tabindex="-1" \
        src="/templates/designs/preview/?design=\(design.id)" title="\(t: "What it looks like")"></iframe></div>\
        \(link("?design=\(design.id)", Phrase(sentence: design.name), Phrase(sentence: design.purpose)))</li>
        """
    }

    private var empty: HTML {
        """
        <li class="card design"><div class="design-picture grid place-items-center text-muted-foreground">\
        \(icon: "file-plus")</div>\(link("", "Empty", "For those who know what they want."))</li>
        """
    }

    private func link(_ query: HTML, _ name: Phrase, _ purpose: Phrase) -> HTML {
        """
        <section><h2><a href="/templates/create/\(query)">\(t: name)</a></h2>\
        <p class="text-sm text-muted-foreground">\(t: purpose)</p></section>
        """
    }
}

/// A design filled in for the account's first recipient, in a frame.
struct DesignFrame {
    let visit: Visit

    func answer() async throws -> Response {
        guard let design = MailDesign.named(visit.query["design"]) else { throw Refusal.notFound }
        let limit = visit.site.configuration.mailFilesLimit
        let document = try await visit.read { scope in
            let preview = MailPreview(
                subject: design.subject, html: design.html, plainText: "", inlinesStyles: false,
                for: try PreviewRecipient("", in: scope).fields, footer: try scope.details().footer)
            return try preview.document(in: scope, limit: limit)
        }
        return visit.respond(document, policy: .mail)
    }
}
