import CSV
import Campaigns
import Importing
import Mail
import Persistence

/// A CSV file of addresses that must not be mailed: read as it comes, so that its size does not matter to memory. Each
/// piece of it is one transaction; the same file once more changes nothing.
struct SuppressionImport {
    struct Result: Sendable, Equatable {
        var added = 0
        /// Rows whose address was on the list already, or earlier in the file.
        var known = 0
        var wrong = 0
        /// The first of what is wrong, in sentences with their line.
        var problems: [Phrase] = []
        /// Nothing was read: it is no CSV file, and this says what to do.
        var foreign: String?
        /// Nothing was read: no column has addresses.
        var hasNoAddresses = false
    }

    static let mostProblems = 20

    private let writing: SuppressionWriting
    private var columns: Columns?
    private var batch: [NewSuppression] = []
    private var result = Result()

    init(actor: any Acting) { writing = SuppressionWriting(actor: actor) }

    static func run(_ pieces: some AsyncSequence<[UInt8], any Error>, by actor: any Acting) async throws -> Result {
        var work = SuppressionImport(actor: actor)
        var reader = CSVReader()
        var head: [UInt8] = []
        for try await piece in pieces {
            if head.count < ForeignFile.headLength { head += piece.prefix(ForeignFile.headLength - head.count) }
            if let sentence = ForeignFile.sentence(head) { return Result(foreign: sentence) }
            reader.feed(piece) { work.take($0) }
            if work.batch.count >= SuppressionWriting.batch { try await work.store() }
            if work.result.hasNoAddresses { return work.result }
        }
        reader.finish { work.take($0) }
        try await work.store()
        return work.result
    }

    private mutating func store() async throws {
        let addresses = batch
        batch = []
        let added = try await writing.add(addresses)
        result.added += added
        result.known += addresses.count - added
    }

    private mutating func take(_ event: CSVEvent) {
        switch event {
        case .problem(let problem): refuse(Phrase(sentence: problem.userMessage))
        case .row(let row):
            guard let columns else {
                let cells = row.values
                guard let found = Columns(cells) else {
                    result.hasNoAddresses = true
                    return
                }
                self.columns = found
                if !found.isHeader { take(cells, found, line: row.line) }
                return
            }
            take(row.values, columns, line: row.line)
        }
    }

    private mutating func take(_ cells: [String], _ columns: Columns, line: Int) {
        func cell(_ index: Int?) -> String {
            guard let index, index < cells.count else { return "" }
            return RecipientFields.normalised(cells[index], limit: SuppressionWriting.longestNote)
        }
        let text = cell(columns.email)
        if text.isEmpty, cells.allSatisfy({ $0.trimmed.isEmpty }) { return }
        do throws(EmailAddressProblem) {
            let address = try EmailAddress(text)
            let word = cell(columns.reason)
            let reason = SuppressionReason(word: word)
            // A reason that we have no word for is kept as it was written.
            let note = [reason == nil ? word : "", cell(columns.note)].filter { !$0.isEmpty }.joined(separator: " · ")
            batch.append(
                NewSuppression(key: address.key, email: address.description, reason: reason ?? .blocked, note: note))
        } catch {
            refuse("Line \(line): \(error.userMessage)")
        }
    }

    private mutating func refuse(_ sentence: Phrase) {
        result.wrong += 1
        if result.problems.count < Self.mostProblems { result.problems.append(sentence) }
    }

    /// Which column is what.
    private struct Columns {
        var email: Int
        var reason: Int?
        var note: Int?
        /// Whether the first row names the columns; if not, it is an address.
        var isHeader: Bool

        init?(_ cells: [String]) {
            if let email = cells.firstIndex(where: { RecipientField(heading: $0) == .email }) {
                self.email = email
                let names = cells.map { $0.trimmed.lowercased() }
                reason = names.firstIndex { ["reason", "grund", "raison", "motivo", "status"].contains($0) }
                note = names.firstIndex {
                    ["note", "comment", "notiz", "kommentar", "commentaire", "nota"].contains($0)
                }
                isHeader = true
            } else if let email = cells.firstIndex(where: { (try? EmailAddress($0)) != nil }) {
                self.email = email
                isHeader = false
            } else {
                return nil
            }
        }
    }
}

extension SuppressionReason {
    /// From a file of ours or of another program; nil for what is none of them.
    init?(word: String) {
        let word = word.lowercased().filter { $0.isLetter }
        switch word {
        case "unsubscribed", "unsubscribe", "optout", "optedout", "abgemeldet": self = .unsubscribed
        case "bounced", "bounce", "hardbounce", "hardbounced", "cleaned", "invalid": self = .bounced
        case "nonexistent", "unknownuser", "nosuchuser", "nosuchaddress": self = .nonexistent
        case "complained", "complaint", "spam", "spamcomplaint", "spamreport", "abuse": self = .complained
        case "blocked", "block", "suppressed", "blacklisted", "blocklisted", "manual", "": self = .blocked
        default: return nil
        }
    }
}
