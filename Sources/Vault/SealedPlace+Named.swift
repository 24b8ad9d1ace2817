extension SealedPlace {
    /// Where a sender's SMTP password is kept.
    public static func senderPassword(account: Int64, sender: Int64) -> SealedPlace {
        SealedPlace(table: "sender", column: "smtp_password", account: account, row: sender)
    }

    /// Where a private key that signs mails is kept.
    public static func signingKey(account: Int64, key: Int64) -> SealedPlace {
        SealedPlace(table: "dkim_key", column: "private_key", account: account, row: key)
    }
}
