internal import Campaigns
internal import DKIM
internal import NIOCore
internal import Persistence
internal import Vault

extension MessageSigner {
    /// The message with its signatures, which are the same each time: they bear the time of the first attempt.
    ///
    /// RSA takes a quarter of a millisecond, so it is done elsewhere, and the conversations go on meanwhile; waking
    /// another thread would cost more than Ed25519 does. Hashing files takes some milliseconds.
    func signature(on message: [UInt8], enclosing enclosure: Enclosure? = nil, at instant: Instant) async -> [UInt8] {
        let second = instant.rawValue / 1_000_000
        guard isCostly || enclosure != nil else { return signed(message, at: second) }
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            await elsewhere(message, enclosure, at: second)
        }
    }

    private func elsewhere(_ message: [UInt8], _ enclosure: Enclosure?, at second: Int64) async -> [UInt8] {
        guard let enclosure else { return signed(message, at: second) }
        return signed(message, before: { take in enclosure.octets.withUnsafeReadableBytes(take) }, at: second)
    }
}

extension Sealer {
    /// The keys of a campaign, ready to sign.
    func open(_ records: [SigningKeyRecord]) throws(ContentProblem) -> [(selector: String, key: DomainKey)] {
        var keys: [(selector: String, key: DomainKey)] = []
        for record in records {
            let place = SealedPlace.signingKey(account: record.accountID.rawValue, key: record.id.rawValue)
            do {
                keys.append((record.selector, try DomainKey(der: try open(record.sealedKey, at: place))))
            } catch let problem as SealingProblem {
                throw ContentProblem(
                    userMessage: "The key \(record.selector) of \(record.domain) cannot be read. \(problem.userMessage)"
                )
            } catch {
                throw ContentProblem(userMessage: "The key \(record.selector) of \(record.domain) is damaged.")
            }
        }
        return keys
    }
}
