/// What mail programs show behind the subject.
extension Migration {
    static let previewText = Migration(number: 41, subject: "Preview text", isCompatible: true) { _ in
        // Empty for none.
        ["ALTER TABLE template ADD COLUMN preview_text TEXT NOT NULL DEFAULT ''"]
    }
}
