internal import Campaigns
internal import Mail

/// What the first row of a file says about its columns.
struct ImportColumns {
    private(set) var columns: [ImportDetails.Column]
    private(set) var warnings: [String] = []
    /// Whether the first row names the columns; if not, it is a recipient.
    let isHeader: Bool
    private(set) var needsMapping = false

    init(firstRow cells: [String]) {
        let headings = cells.map { RecipientFields.normalised($0, limit: 100) }
        let addresses = headings.indices.filter { (try? EmailAddress(headings[$0])) != nil }
        isHeader = addresses.isEmpty
        if isHeader {
            columns = headings.enumerated().map { index, heading in
                ImportDetails.Column(
                    heading: heading.isEmpty ? "Column \(index + 1)" : heading, field: RecipientField(heading: heading))
            }
            findRepeated()
            findUnknown()
        } else {
            columns = headings.indices.map { index in
                ImportDetails.Column(heading: "Column \(index + 1)", field: index == addresses[0] ? .email : nil)
            }
            needsMapping = columns.count > 1
            warnings.append(
                "The first line contains an address, so it was taken for a recipient and not for the names of the columns."
            )
        }
        if !columns.contains(where: { $0.field == .email }) {
            needsMapping = true
            warnings.append("No column with the e-mail address was found. Choose the column that holds it.")
        }
    }

    /// Two columns for one field: the first counts until somebody decides.
    private mutating func findRepeated() {
        var first: [RecipientField: String] = [:]
        for index in columns.indices {
            guard let field = columns[index].field else { continue }
            if let other = first[field] {
                needsMapping = true
                columns[index].field = nil
                warnings.append(
                    "The columns “\(other)” and “\(columns[index].heading)” both look like \(field.rawValue). Choose one of them."
                )
            } else {
                first[field] = columns[index].heading
            }
        }
    }

    private mutating func findUnknown() {
        let unknown = columns.filter { $0.field == nil && !warnings.joined().contains("“\($0.heading)”") }
        guard !unknown.isEmpty else { return }
        let names = unknown.prefix(10).map { "“\($0.heading)”" }.joined(separator: ", ")
        warnings.append(
            unknown.count == 1
                ? "The column \(names) is not known and is left out."
                : "The columns \(names) are not known and are left out.")
    }
}
