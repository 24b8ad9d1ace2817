internal import Campaigns
internal import Persistence
internal import Synchronization

/// Counts, in the imports themselves, the processes that began with one and never said that they end: whatever takes the
/// whole server down must not do so at every start for ever, with all sending.
///
/// A process counts once for each state of an import, and takes that back when it ends as it should. Whatever comes further is
/// counted anew (``ImportDetails/beginnings``).
final class ImportBeginnings: Sendable {
    private struct Beginning: Hashable {
        var id: Import.ID
        var account: Account.ID
        var state: ImportState

        init(_ record: ImportRecord) { (id, account, state) = (record.id, record.accountID, record.state) }
    }

    private let begun = Mutex<Set<Beginning>>([])

    /// So many times the server may stop.
    static let most = 3

    /// To be asked before a step.
    /// - Returns: the import as it is now; nil if it is given up, or no longer in this state.
    func begin(_ record: ImportRecord, in database: any Database) async throws -> ImportRecord? {
        guard record.state.isHeavy, !begun.withLock({ $0.contains(Beginning(record)) }) else { return record }
        let current = try await database.write { transaction -> ImportRecord? in
            guard let current = try transaction.lockImport(record.id, in: record.state) else { return nil }
            var details = try ImportDetails(json: current.details)
            let count = details.beginnings ?? 0
            guard count < Self.most else {
                try transaction.giveUp(
                    current,
                    because: "The server stopped three times while it \(record.state.work), so it was given up.")
                return nil
            }
            details.beginnings = count + 1
            try transaction.setImport(
                current.id, state: current.state, cursor: current.cursor, details: details.json, error: current.error)
            return try transaction.account(current.accountID).importRecord(current.id)
        }
        if current != nil { begun.withLock { _ = $0.insert(Beginning(record)) } }
        return current
    }

    /// It has come to another state.
    func forget(_ record: ImportRecord) { begun.withLock { _ = $0.remove(Beginning(record)) } }

    /// This process ends in good order: nothing that it was at has stopped it.
    func takeBack(in database: any Database) async throws {
        for beginning in begun.withLock({ $0 }) {
            try await database.writeRepeatable { transaction in
                guard let current = try transaction.lockImport(beginning.id, in: beginning.state) else { return }
                var details = try ImportDetails(json: current.details)
                guard let count = details.beginnings else { return }
                details.beginnings = count > 1 ? count - 1 : nil
                try transaction.setImport(
                    current.id, state: current.state, cursor: current.cursor, details: details.json,
                    error: current.error)
            }
        }
    }
}

extension Transaction {
    /// Ends an import that cannot be worked on, only for the transaction that locked it.
    func giveUp(_ record: ImportRecord, because sentence: String) throws {
        var details = try ImportDetails(json: record.details)
        details.beginnings = nil
        let rest =
            switch record.state {
            case .applying: "\(details.done) of its \(details.toApply) rows are imported."
            case .cancelling: "Some of its rows are still among the recipients."
            default: "Nothing was imported."
            }
        try setImport(
            record.id, state: .failed, cursor: 0, details: details.json,
            error: "\(sentence) \(rest) Divide the file into smaller ones and upload those.")
    }
}

extension ImportState {
    /// Whether the rows of the file are held in memory for it.
    fileprivate var isHeavy: Bool { [.analysing, .applying, .cancelling].contains(self) }

    fileprivate var work: String {
        switch self {
        case .applying: "imported this file"
        case .cancelling: "took this import back"
        default: "looked through this file"
        }
    }
}
