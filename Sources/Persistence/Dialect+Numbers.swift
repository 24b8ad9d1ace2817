extension Dialect {
    /// Rows of numbers as one or a few bindings, to select from; `nil` is NULL. The columns are `c0`, `c1`, …, at most twelve.
    func numbers(_ rows: [[Int64?]]) -> SQL {
        let width = rows.first?.count ?? 0
        precondition((1...Self.extracts.count).contains(width), "one to \(Self.extracts.count) columns")
        switch self {
        case .sqlite:
            let json =
                "[" + rows.map { "[" + $0.map(Self.text).joined(separator: ",") + "]" }.joined(separator: ",") + "]"
            return "(SELECT \(Array(Self.extracts.prefix(width)).joined(separator: ", ")) FROM json_each(\(json)))"
        case .postgres:
            let arrays = (0..<width).map { column -> SQL in
                let list = "{" + rows.map { $0[column].map(String.init) ?? "NULL" }.joined(separator: ",") + "}"
                return "CAST(\(list) AS bigint[])"
            }
            return """
                (SELECT * FROM unnest(\(arrays.joined(separator: ", ")))
                    AS numbers (\(Array(Self.names.prefix(width)).joined(separator: ", "))))
                """
        }
    }

    private static func text(_ number: Int64?) -> String { number.map(String.init) ?? "null" }

    private static let names: [SQL] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11"]

    private static let extracts: [SQL] = [
        "json_extract(value, '$[0]') AS c0", "json_extract(value, '$[1]') AS c1", "json_extract(value, '$[2]') AS c2",
        "json_extract(value, '$[3]') AS c3", "json_extract(value, '$[4]') AS c4", "json_extract(value, '$[5]') AS c5",
        "json_extract(value, '$[6]') AS c6", "json_extract(value, '$[7]') AS c7", "json_extract(value, '$[8]') AS c8",
        "json_extract(value, '$[9]') AS c9", "json_extract(value, '$[10]') AS c10",
        "json_extract(value, '$[11]') AS c11",
    ]
}
