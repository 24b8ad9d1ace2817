internal import Markup
internal import Persistence

extension TemplateRecord {
    /// What its mails are made of: what the author wrote, with the rules of its style sheets in the elements.
    var htmlForMails: String { inlinesStyles ? inlineStyles(html: html) : html }
}
