/// What an account writes into the footer of its mails.
extension Migration {
    static let mailFooter = Migration(number: 22, subject: "Mail footer", isCompatible: true) { _ in
        [
            // Lines; empty for none.
            "ALTER TABLE account ADD COLUMN footer_text TEXT NOT NULL DEFAULT ''",
            // What the link is called; empty for the default.
            "ALTER TABLE account ADD COLUMN unsubscribe_words TEXT NOT NULL DEFAULT ''",
        ]
    }
}
