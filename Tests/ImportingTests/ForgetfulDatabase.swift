import Persistence
import Synchronization

/// A database that loses one step which it had not flushed, as a server does that breaks off and starts again while whoever
/// made the step goes on. To them it looked as if it had been stored.
final class ForgetfulDatabase: Database {
    private struct Lost: Error {}

    private let base: any Database
    private let lost: Int
    private let count = Mutex(0)

    /// - Parameter lost: the number of the step, from 1.
    init(_ base: any Database, losing lost: Int) {
        self.base = base
        self.lost = lost
    }

    /// How many steps were made that may be lost.
    var steps: Int { count.withLock { $0 } }

    var dialect: Dialect { base.dialect }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { try await base.read(body) }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { try await base.write(body) }

    func writeRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number == lost else { return try await base.writeRepeatable(body) }
        let seen = Mutex<Value?>(nil)
        do {
            try await base.write { transaction in
                let value = try body(transaction)
                seen.withLock { $0 = value }
                throw Lost()
            }
        } catch is Lost {}
        return try seen.withLock { value in
            guard let value else { throw Lost() }
            return value
        }
    }

    func close() async throws { try await base.close() }
}
