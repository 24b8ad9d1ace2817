import Campaigns
import Logging
import Mail
import Persistence

/// Puts addresses on the suppression list and takes them off it.
struct SuppressionWriting {
    /// Addresses of one transaction: others may write in between.
    static let batch = 2000
    /// Characters of a note or a reason.
    static let longestNote = 500

    let actor: any Acting

    /// - Returns: how many were not on the list before.
    func add(_ addresses: [NewSuppression]) async throws -> Int {
        var added = 0
        for start in stride(from: 0, to: addresses.count, by: Self.batch) {
            let some = Array(addresses[start..<min(start + Self.batch, addresses.count)])
            added += try await actor.write { try $0.suppress(some) }
        }
        if added > 0 { actor.logger.info("Addresses suppressed", metadata: ["addresses": "\(added)"]) }
        return added
    }

    enum Removal: Sendable {
        case removed(SuppressedAddress)
        /// The person behind the address decided, and nobody said that they asked for it.
        case isPersons(SuppressedAddress)
    }

    /// - Parameters:
    ///   - why: kept in the history.
    ///   - isAsked: whether the person behind the address asked for it.
    func remove(key: String, because why: String, isAsked: Bool) async throws -> Removal {
        guard let known = try await actor.read({ try $0.suppressedAddress(ofKey: key) }) else { throw Refusal.notFound }
        guard isAsked || !known.suppression.reason.isPersons else { return .isPersons(known) }
        let reason = known.suppression.reason
        let isDone = try await actor.write { [name = actor.userName] in
            try $0.removeSuppression(ofKey: key, because: why, by: name, only: [reason])
        }
        guard isDone else { throw Refusal.notFound }
        actor.logger.info("Suppression removed", metadata: ["suppression.reason": "\(reason.rawValue)"])
        return .removed(known)
    }
}

extension SuppressionWriting {
    /// Takes about `limit` of those that match off the list; what the persons behind the addresses decided stays.
    /// - Returns: how many it were, and whether there may be more.
    func removeSome(
        _ filter: SuppressionFilter, because why: String, limit: Int
    ) async throws -> (count: Int, hasMore: Bool) {
        let removed = try await actor.write { [name = actor.userName] in
            try $0.removeSuppressions(filter, because: why, by: name, limit: limit)
        }
        if removed.count > 0 {
            actor.logger.info(
                "Suppressions removed",
                metadata: [
                    "addresses": "\(removed.count)", "suppression.reason": "\(filter.reason?.rawValue ?? "any")",
                    "campaign.id": "\(filter.campaign.map { String($0.rawValue) } ?? "any")",
                ])
        }
        return removed
    }
}

/// Addresses that somebody pasted: one a line, or several with commas or semicolons between them; `Ada <ada@example.org>`
/// is read as well.
struct PastedAddresses: Sendable {
    /// Of one form.
    static let most = 10_000

    private(set) var addresses: [EmailAddress] = []
    /// In sentences, with the line; the first of them.
    private(set) var problems: [Phrase] = []
    private(set) var problemCount = 0

    init(_ text: String, mostProblems: Int = 10) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for part in line.split(whereSeparator: { ",;\t".contains($0) }) {
                let text = String(part).trimmed
                guard !text.isEmpty else { continue }
                do throws(EmailAddressProblem) {
                    addresses.append(try EmailAddress(Self.address(in: text)))
                } catch {
                    problemCount += 1
                    if problems.count < mostProblems { problems.append("Line \(index + 1): \(error.userMessage)") }
                }
            }
        }
    }

    private static func address(in text: String) -> String {
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else { return text }
        return String(text[text.index(after: open)...].dropLast())
    }
}
