public import Campaigns

/// Who an account is, for those who get its mails.
public struct AccountDetails: Sendable, Hashable {
    public var name: String
    /// Lines; empty where it was not written down yet.
    public var postalAddress: String
    /// Lines that stand in the footer of its mails; empty for none.
    public var footerText: String
    /// What the footer's link to unsubscribe is called; empty for the default.
    public var unsubscribeWords: String

    public init(name: String, postalAddress: String, footerText: String = "", unsubscribeWords: String = "") {
        self.name = name
        self.postalAddress = postalAddress
        self.footerText = footerText
        self.unsubscribeWords = unsubscribeWords
    }

    /// What stands below mails whose template does not say how to get no more of them.
    public var footer: MailFooter {
        MailFooter(postalAddress: postalAddress, text: footerText, linkWords: unsubscribeWords)
    }
}

extension AccountScope {
    public func details() throws -> AccountDetails {
        try transaction.one(
            "SELECT name, postal_address, footer_text, unsubscribe_words FROM account WHERE id = \(id)"
        ) {
            AccountDetails(
                name: try $0.string(0), postalAddress: try $0.string(1), footerText: try $0.string(2),
                unsubscribeWords: try $0.string(3))
        }
    }

    /// Campaigns that begin from now on have the new ones; those under way keep what was frozen.
    public func update(_ details: AccountDetails) throws {
        try transaction.run(
            """
            UPDATE account SET name = \(details.name), postal_address = \(details.postalAddress),
                footer_text = \(details.footerText), unsubscribe_words = \(details.unsubscribeWords)
            WHERE id = \(id)
            """)
    }
}
