/// The engine looks each second for cancelled campaigns that have something left to call off: those that have nothing are not
/// in its index.
extension Migration {
    static let sweptCampaigns = Migration(number: 39, subject: "Swept campaigns", isCompatible: true) { _ in
        [
            "ALTER TABLE campaign ADD COLUMN is_swept BIGINT NOT NULL DEFAULT 0 CHECK (is_swept IN (0, 1))",
            "CREATE INDEX campaign_unswept ON campaign (id) WHERE state = 'cancelled' AND is_swept = 0",
        ]
    }
}
