extension SealedPlace {
    /// Where a sender's SMTP password is kept.
    public static func senderPassword(account: Int64, sender: Int64) -> SealedPlace {
        SealedPlace(table: "sender", column: "smtp_password", account: account, row: sender)
    }
}
