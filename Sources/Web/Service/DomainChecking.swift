public import Campaigns

/// Looks at the DNS of a sender's domain, outside any request. `Server` implements it; what is found goes into the
/// database.
public protocol DomainChecking: Sendable {
    /// Returns at once. The check has been noted in the database as begun.
    func begin(_ domain: String, of account: Account.ID)
}
