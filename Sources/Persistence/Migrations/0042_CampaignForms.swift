/// In which form a campaign was written.
extension Migration {
    static let campaignForms = Migration(number: 42, subject: "Campaign forms", isCompatible: true) { _ in
        [
            // What the form named itself by; empty for none.
            "ALTER TABLE campaign ADD COLUMN form TEXT NOT NULL DEFAULT ''",
            "CREATE UNIQUE INDEX campaign_of_form ON campaign (account_id, form) WHERE form <> ''",
        ]
    }
}
