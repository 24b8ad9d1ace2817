/// Puts the page on paper, or into a PDF: every browser's dialogue for printing has both. What is on it follows from the style
/// sheet.
enum PrintButton {
    static var html: HTML {
        """
        <button type="button" class="btn" data-variant="outline" data-print>\(icon: "printer")\(t: "Print or save as PDF")</button>
        """
    }
}
