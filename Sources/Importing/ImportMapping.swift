internal import Campaigns
internal import Mail

/// Takes a staged row apart by the columns' fields.
struct ImportMapping: Sendable {
    /// For each column of the file, the field that it is imported into.
    private let fieldOfColumn: [RecipientField?]
    private let emailIndex: Int

    init?(_ details: ImportDetails) {
        let mapping = details.mapping
        guard let email = mapping[.email] else { return nil }
        emailIndex = email
        fieldOfColumn = details.columns.indices.map { index in
            details.columns[index].field.flatMap { mapping[$0] == index ? $0 : nil }
        }
    }

    /// What the recipient is after this row: an empty cell empties its field, a column that is not mapped leaves it.
    func fields(_ cells: String, over existing: RecipientFields?) -> RecipientFields {
        var fields = existing ?? RecipientFields(email: "")
        var cells = cells
        cells.withUTF8 { cells in
            forEachField(cells) { field, text in fields[field] = String(decoding: text, as: UTF8.self) }
        }
        return fields
    }

    /// The nine fields of a recipient that is not there yet, in their order. They point into `cells`.
    func fields(
        _ cells: UnsafeBufferPointer<UInt8>, into fields: UnsafeMutableBufferPointer<UnsafeBufferPointer<UInt8>>
    ) {
        fields.update(repeating: UnsafeBufferPointer(rebasing: cells[..<0]))
        forEachField(cells) { field, text in fields[field.index] = text }
    }

    private func forEachField(
        _ cells: UnsafeBufferPointer<UInt8>, _ body: (RecipientField, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var start = 0
        for field in fieldOfColumn {
            var end = start
            while end < cells.count, cells[end] != MergeValues.separator { end += 1 }
            if let field { body(field, UnsafeBufferPointer(rebasing: cells[start..<end])) }
            start = min(end + 1, cells.count)
        }
    }

    /// The row with the address of its column judged: its key and the address in its usual form, or what is wrong.
    func judged(_ row: StagedAddress) -> StagedAddress {
        var row = row
        var parts = row.cells.split(separator: "\u{1F}", omittingEmptySubsequences: false)
        let text = emailIndex < parts.count ? String(parts[emailIndex]) : ""
        do {
            let address = try EmailAddress(text)
            row.key = address.key
            row.problem = nil
            parts[emailIndex] = Substring(address.description)
            row.cells = parts.joined(separator: "\u{1F}")
        } catch {
            row.key = ""
            row.problem = error.userMessage
        }
        return row
    }
}

/// A row's cells, and what its address column holds.
struct StagedAddress {
    var cells: String
    var key = ""
    var problem: String?
}
