internal import Campaigns

/// Who an account is, for those who get its mails.
public struct AccountDetails: Sendable, Hashable {
    public var name: String
    /// Lines; empty where it was not written down yet.
    public var postalAddress: String

    public init(name: String, postalAddress: String) {
        self.name = name
        self.postalAddress = postalAddress
    }
}

extension AccountScope {
    public func details() throws -> AccountDetails {
        try transaction.one("SELECT name, postal_address FROM account WHERE id = \(id)") {
            AccountDetails(name: try $0.string(0), postalAddress: try $0.string(1))
        }
    }

    /// Campaigns that begin from now on have the new address; those under way keep what was frozen.
    public func update(_ details: AccountDetails) throws {
        try transaction.run(
            """
            UPDATE account SET name = \(details.name), postal_address = \(details.postalAddress) WHERE id = \(id)
            """)
    }
}
