internal import CSV
internal import Campaigns
internal import Foundation
internal import Importing
internal import Mail
internal import Persistence

/// A CSV of recipients, read once from its beginning to its end, in any size.
///
/// Columns are found by their headings; rows that are wrong are left out and told, the others are handed on.
struct RecipientsFile {
    /// What was found in the whole file.
    struct Summary: Sendable, Hashable {
        var rows = 0
        /// Rows that were left out.
        var wrong = 0
        /// The first of them, each a sentence with its line.
        var problems: [String] = []
        /// Headings that are no field of ours.
        var ignoredColumns: [String] = []
        var first: CheckedRecipient?
    }

    let path: String
    private static let mostProblems = 20
    private static let batch = 5000

    /// - Parameter body: receives the good rows in batches.
    func read(_ body: ([CheckedRecipient]) async throws -> Void) async throws -> Summary {
        var reading = Reading(path: path)
        var reader = CSVReader()
        let file = try FilePieces(path)
        var isBegun = false
        while let piece = try file.next() {
            if !isBegun { try refuseForeign(piece) }
            isBegun = true
            try reader.feed(piece) { try reading.take($0) }
            if reading.batch.count >= Self.batch { try await body(reading.takeBatch()) }
        }
        try reader.finish { try reading.take($0) }
        try await body(reading.takeBatch())
        return try reading.end()
    }

    private func refuseForeign(_ start: [UInt8]) throws {
        let head = Array(start.prefix(ForeignFile.headLength))
        guard let sentence = ForeignFile.sentence(head) else { return }
        throw CommandFailure(.badData, "\(path): \(sentence)")
    }

    private struct Reading {
        let path: String
        var summary = Summary()
        var columns: [(index: Int, field: RecipientField)]?
        var batch: [CheckedRecipient] = []

        init(path: String) { self.path = path }

        mutating func takeBatch() -> [CheckedRecipient] {
            defer { batch = [] }
            return batch
        }

        mutating func take(_ event: CSVEvent) throws {
            switch event {
            case .problem(let problem):
                guard columns != nil else { throw CommandFailure(.badData, "\(path): \(problem.userMessage)") }
                leaveOut(problem.userMessage)
            case .row(let row):
                guard let columns else {
                    columns = try header(row.strings)
                    return
                }
                check(row, columns)
            }
        }

        private mutating func check(_ row: CSVRow, _ columns: [(index: Int, field: RecipientField)]) {
            summary.rows += 1
            var fields = RecipientFields(email: "")
            for (index, field) in columns { fields[field] = row.value(index) }
            if let long = fields.tooLong.first(where: { $0 != .email }) {
                return leaveOut(
                    "Line \(row.line): \(long.rawValue) is longer than \(long.limit) bytes; shorten it.", counted: true)
            }
            fields = fields.normalised()
            do {
                let address = try EmailAddress(fields.email)
                fields.email = address.description
                let recipient = CheckedRecipient(fields: fields, key: address.key)
                if summary.first == nil { summary.first = recipient }
                batch.append(recipient)
            } catch {
                leaveOut("Line \(row.line): \(error.userMessage)", counted: true)
            }
        }

        private mutating func leaveOut(_ sentence: String, counted isCounted: Bool = false) {
            if !isCounted { summary.rows += 1 }
            summary.wrong += 1
            if summary.problems.count < RecipientsFile.mostProblems { summary.problems.append(printable(sentence)) }
        }

        private mutating func header(_ headings: [String]) throws -> [(index: Int, field: RecipientField)] {
            var columns: [(index: Int, field: RecipientField)] = []
            for (index, heading) in headings.enumerated() {
                guard let field = RecipientField(heading: heading) else {
                    if !heading.isEmpty { summary.ignoredColumns.append(printable(heading)) }
                    continue
                }
                if let earlier = columns.first(where: { $0.field == field }) {
                    throw CommandFailure(
                        .badData,
                        "\(path) has two columns for \(field.rawValue): \"\(printable(headings[earlier.index]))\" and \"\(printable(heading))\". Rename one of them."
                    )
                }
                columns.append((index, field))
            }
            guard columns.contains(where: { $0.field == .email }) else {
                let names = headings.prefix(12).map { "\"\(printable($0.prefix(40)))\"" }.joined(separator: ", ")
                throw CommandFailure(
                    .badData,
                    "\(path) has no column for addresses: its first line must name the columns, one of them \"email\", and it says \(names)."
                )
            }
            return columns
        }

        func end() throws -> Summary {
            if columns == nil { throw CommandFailure(.badData, "\(path) is empty.") }
            if summary.rows == 0 { throw CommandFailure(.badData, "\(path) has no recipients below its first line.") }
            return summary
        }
    }
}

/// A file's octets, a megabyte at a time.
final class FilePieces {
    private let handle: FileHandle

    init(_ path: String) throws {
        try FileReading.check(path)
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(.notPermitted, "\(path) may not be read; check its permissions.")
        }
        self.handle = handle
    }

    /// nil at the end.
    func next() throws -> [UInt8]? {
        guard let data = try handle.read(upToCount: 1 << 20), !data.isEmpty else { return nil }
        return Array(data)
    }

    deinit { try? handle.close() }
}
