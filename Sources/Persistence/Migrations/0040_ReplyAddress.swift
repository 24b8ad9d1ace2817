/// Where answers go when not to the From address.
extension Migration {
    static let replyAddress = Migration(number: 40, subject: "Reply address", isCompatible: true) { _ in
        [
            // Empty: to the From address.
            "ALTER TABLE sender ADD COLUMN reply_to TEXT NOT NULL DEFAULT ''",
            // Frozen with the rest of what a campaign sends.
            "ALTER TABLE content ADD COLUMN reply_to TEXT NOT NULL DEFAULT ''",
        ]
    }
}
