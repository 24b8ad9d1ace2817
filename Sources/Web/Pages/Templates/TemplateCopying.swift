import Campaigns
import Hummingbird
import Logging
import Persistence

/// Duplicates and deletes a template.
struct TemplateCopying {
    let visit: Visit

    func duplicate() async throws -> Response {
        let template: Template.ID = try visit.id()
        let copy = try await visit.write { scope -> Template.ID? in
            guard let record = try scope.template(template) else { return nil }
            let copy = try scope.createTemplate(
                TemplateText(
                    name: CopyName(of: record.name).text, subject: record.subject, previewText: record.previewText,
                    html: record.html,
                    plainText: record.plainText, inlinesStyles: record.inlinesStyles))
            try scope.copyFiles(from: .template(template), to: .template(copy))
            return copy
        }
        guard let copy else { throw Refusal.notFound }
        return try await visit.redirect(to: "/templates/\(copy)/edit/", saying: "This is the copy.")
    }

    func delete() async throws -> Response {
        let template: Template.ID = try visit.id()
        switch try await visit.write({ try $0.deleteTemplate(template) }) {
        case .missing: throw Refusal.notFound
        case .deleted:
            visit.logger.info("Template deleted", metadata: ["template.id": "\(template)"])
            return try await visit.redirect(to: "/templates/", saying: "The template is deleted.")
        case .usedBy(let campaigns):
            let names = campaigns.map { "“\($0.name)”" }.joined(separator: ", ")
            return try await visit.redirect(
                to: "/templates/",
                saying: .counted(
                    campaigns.count,
                    one:
                        "The template was not deleted: the campaign \(names) has yet to send it. Choose another template there first.",
                    other:
                        "The template was not deleted: the campaigns \(names) have yet to send it. Choose another template there first."
                ), as: .error)
        }
    }
}

/// The name of a copy: "Offer (copy)", never longer than a name may be.
struct CopyName {
    let text: String

    init(of name: String) { text = String(name.prefix(190)) + " (copy)" }
}
