/// Reads pg_dump's plain format as it streams by: everything but the COPY blocks of the wanted tables is passed over,
/// psql's meta-commands (`\restrict`) among it. Bytes in, pieces of rows out; it holds one line and one piece.
public struct PlainDump {
    private enum State {
        case outside
        /// In a COPY block; with a piece when the table is wanted.
        case inside(CopyTable, isWanted: Bool)
    }

    private static let longestLine = 64 << 20
    private static let pieceLength = 1 << 20

    private let wanted: Set<String>
    private var state = State.outside
    private var piece: CopyPiece?
    /// The beginning of a line whose end has not come yet.
    private var pending: [UInt8] = []
    private var line = 0
    private var isComplete = false
    private var isAnything = false

    public init(wanted: Set<String>) { self.wanted = wanted }

    /// - Parameter take: receives pieces, in the order of the file.
    /// - Throws: ``CopyProblem``.
    public mutating func feed(_ bytes: [UInt8], _ take: (CopyPiece) throws -> Void) throws {
        if line == 0, pending.isEmpty { try Self.refuseOtherFormats(bytes) }
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            if pending.isEmpty {
                try endLine(bytes[start..<end], take)
            } else {
                pending += bytes[start..<end]
                let whole = pending
                pending.removeAll(keepingCapacity: true)
                try endLine(whole[...], take)
            }
            start = end + 1
        }
        pending += bytes[start...]
        guard pending.count <= Self.longestLine else { throw CopyProblem.lineTooLong(line: line + 1) }
    }

    /// At the end of the file.
    public mutating func finish(_ take: (CopyPiece) throws -> Void) throws {
        if !pending.isEmpty {
            let rest = pending
            pending = []
            try endLine(rest[...], take)
        }
        if case .inside(let table, _) = state { throw CopyProblem.endsInside(table: table.name) }
        guard isAnything else { throw CopyProblem.notADump }
        guard isComplete else { throw CopyProblem.incomplete }
    }

    private static func refuseOtherFormats(_ bytes: [UInt8]) throws {
        if bytes.starts(with: "PGDMP".utf8) { throw CopyProblem.customFormat }
        let signatures: [[UInt8]] = [
            [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0x04, 0x22, 0x4D, 0x18], [0x42, 0x5A, 0x68],
        ]
        if signatures.contains(where: { bytes.starts(with: $0) }) { throw CopyProblem.compressed }
        if bytes.prefix(4096).contains(0) { throw CopyProblem.notADump }
    }

    private mutating func endLine(_ text: ArraySlice<UInt8>, _ take: (CopyPiece) throws -> Void) throws {
        line += 1
        // A file that went through Windows.
        let text = text.last == 0x0D ? text.dropLast() : text
        switch state {
        case .outside: try readOutside(text)
        case .inside(let table, let isWanted):
            if text.elementsEqual("\\.".utf8) {
                try end(take)
            } else if isWanted {
                try add(text, of: table, take)
            }
        }
    }

    private mutating func readOutside(_ text: ArraySlice<UInt8>) throws {
        if text.starts(with: "COPY ".utf8) {
            let words = String(decoding: text, as: UTF8.self)
            guard let table = CopyTable(line: words) else { return }
            isAnything = true
            state = .inside(table, isWanted: wanted.contains(table.name))
            piece = wanted.contains(table.name) ? CopyPiece(table: table, firstLine: line + 1) : nil
        } else if text.starts(with: "INSERT INTO ".utf8) {
            throw CopyProblem.inserts(line: line)
        } else if text.starts(with: "SET client_encoding = '".utf8) {
            let name = String(decoding: text.dropFirst(23).prefix { $0 != UInt8(ascii: "'") }, as: UTF8.self)
            guard ["UTF8", "UTF-8", "SQL_ASCII"].contains(name) else { throw CopyProblem.encoding(name) }
        } else if text.starts(with: "-- PostgreSQL database".utf8) {
            isAnything = true
            if text.elementsEqual("-- PostgreSQL database dump complete".utf8) { isComplete = true }
        }
    }

    private mutating func add(
        _ text: ArraySlice<UInt8>, of table: CopyTable, _ take: (CopyPiece) throws -> Void
    ) throws {
        piece?.bytes += text
        piece?.bytes.append(0x0A)
        guard let full = piece, full.bytes.count >= Self.pieceLength else { return }
        piece = CopyPiece(table: table, firstLine: line + 1)
        try take(full)
    }

    /// A table without rows gives an empty piece, so that whoever reads knows that it is there.
    private mutating func end(_ take: (CopyPiece) throws -> Void) throws {
        state = .outside
        guard let last = piece else { return }
        piece = nil
        try take(last)
    }
}
