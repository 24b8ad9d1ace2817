import Campaigns
import Persistence

/// Whoever does something in an account: a person with a page (``Visit``) or a program with a token (``APICall``).
///
/// What takes an `Acting` is the one place where such a thing is decided; pages and API only put the question and the
/// answer into words.
protocol Acting: Exchanging {
    var account: Account.ID { get }
    var user: User.ID { get }
    /// For the log of what a person decided.
    var userName: String { get }
}

extension Acting {
    /// Reads from one snapshot of this account.
    func read<Value: Sendable>(_ body: @escaping @Sendable (AccountScope) throws -> Value) async throws -> Value {
        try await site.database.read { [account] in try body($0.account(account)) }
    }

    /// Reads and writes this account in one transaction; durable when it returns.
    func write<Value: Sendable>(_ body: @escaping @Sendable (AccountScope) throws -> Value) async throws -> Value {
        try await site.database.write { [account] in try body($0.account(account)) }
    }
}
