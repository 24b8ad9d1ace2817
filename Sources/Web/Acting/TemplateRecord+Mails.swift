import Campaigns
import Markup
import Persistence

extension TemplateRecord {
    /// What its mails are made of: what the author wrote, with the rules of its style sheets in the elements, and the preview
    /// text before it.
    var htmlForMails: String { PreviewText(previewText).added(to: inlinesStyles ? inlineStyles(html: html) : html) }
}
