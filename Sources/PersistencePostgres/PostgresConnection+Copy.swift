internal import CLibPQ
internal import Persistence

/// Many rows at once, in COPY's binary format.
extension PostgresConnection {
    /// Octets sent at once.
    private static let piece = 1 << 16

    func copy(
        _ first: [[SQLValue]], then rest: inout some IteratorProtocol<[SQLValue]>, into table: String, columns: [String]
    ) throws {
        try copy(into: table, columns: columns) { writer in
            for row in first { try put(row, &writer) }
            while let row = rest.next() { try put(row, &writer) }
        }
    }

    /// Numbers of 64 bits and texts, from where they are.
    func copy(_ rows: PackedRows, into table: String, columns: [String]) throws {
        try copy(into: table, columns: columns) { writer in
            try rows.bytes.withUnsafeBufferPointer { bytes in
                for row in 0..<rows.count {
                    writer.append(Int16(rows.columns))
                    for cell in rows.cells[row * rows.columns..<(row + 1) * rows.columns] {
                        writer.append(withLength: cell, of: bytes)
                    }
                    if writer.bytes.count >= Self.piece { try put(&writer) }
                }
            }
        }
    }

    private func copy(
        into table: String, columns: [String], _ write: (inout BinaryWriter) throws -> Void
    ) throws {
        let names = columns.joined(separator: ", ")
        try query("COPY \(table) (\(names)) FROM STDIN (FORMAT binary)")
        // Signature, flags, length of an extension: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
        var writer = BinaryWriter()
        writer.append(raw: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
        writer.append(Int32(0))
        writer.append(Int32(0))
        do {
            try write(&writer)
            writer.append(Int16(-1))
            try put(&writer)
        } catch {
            _ = try? endCopy(because: "the rows could not be sent")
            throw error
        }
        try endCopy(because: nil)
    }

    private func put(_ row: [SQLValue], _ writer: inout BinaryWriter) throws {
        writer.append(Int16(row.count))
        for value in row { writer.append(withLength: value) }
        if writer.bytes.count >= Self.piece { try put(&writer) }
    }

    private func put(_ writer: inout BinaryWriter) throws {
        let handle = try connected()
        let sent = writer.bytes.withUnsafeBytes { bytes in
            PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        writer.removeAll()
        guard sent == 1 else { throw lose(String(cString: PQerrorMessage(handle))) }
    }

    private func endCopy(because error: String?) throws {
        let handle = try connected()
        guard PQputCopyEnd(handle, error) == 1 else { throw lose(String(cString: PQerrorMessage(handle))) }
        let answer = PQgetResult(handle)
        // An answer ends with none.
        while let further = PQgetResult(handle) { PQclear(further) }
        try check(answer)
    }
}
