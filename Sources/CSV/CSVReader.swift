/// Reads a CSV file that arrives in pieces, and hands out its rows one by one (RFC 4180, and what is really sent).
///
/// Encoding and delimiter are recognised from the first 64 KiB. A row that cannot be read becomes a `CSVProblem` with
/// its line; the rows after it are read as usual. Memory stays below about three times `CSVLimits.row`, whatever
/// the input is.
public struct CSVReader {
    public typealias Body = (CSVEvent) throws -> Void

    private let limits: CSVLimits
    private let wantedDelimiter: UInt8?

    private var sample: [UInt8] = []
    private var decoder: TextDecoder?
    private var parser: RowParser?

    /// - Parameter delimiter: nil to recognise comma, semicolon, tab or `|`.
    public init(limits: CSVLimits = CSVLimits(), delimiter: UInt8? = nil) {
        self.limits = limits
        wantedDelimiter = delimiter
    }

    /// How the file is encoded; nil until enough of it is there.
    public var encoding: CSVEncoding? { parser?.encoding }
    /// The octet between two fields; nil until enough of the file is there.
    public var delimiter: UInt8? { parser?.delimiter }

    /// Takes the next piece of the file and calls `body` for each row that is complete.
    public mutating func feed(_ piece: some Collection<UInt8>, _ body: Body) rethrows {
        // From here on it is memory, not a collection of some kind, whose octets come one by one.
        let isDone: Void? = try piece.withContiguousStorageIfAvailable { try feed(bytes: $0, body) }
        if isDone == nil { try Array(piece).withUnsafeBufferPointer { try feed(bytes: $0, body) } }
    }

    private mutating func feed(bytes: UnsafeBufferPointer<UInt8>, _ body: Body) rethrows {
        if parser == nil {
            sample.append(contentsOf: bytes)
            guard sample.count >= Self.sampleLength else { return }
            try begin(body)
        } else {
            try push(bytes, body)
        }
    }

    /// Ends the file: the last row may lack a line break.
    public mutating func finish(_ body: Body) rethrows {
        if parser == nil { try begin(body) }
        if var decoder {
            var text: [UInt8] = []
            decoder.finish(into: &text)
            try text.withUnsafeBufferPointer { try parser?.feed($0, body) }
        }
        try parser?.finish(body)
    }

    private static let sampleLength = 64 * 1024

    private mutating func begin(_ body: Body) rethrows {
        let bytes = sample
        sample = []
        let (encoding, isCertain) = CSVEncoding.recognised(in: bytes)
        var text = Array(bytes.dropFirst(encoding.markLength(in: bytes)))
        if encoding == .utf16LittleEndian || encoding == .utf16BigEndian {
            var decoder = TextDecoder(isBigEndian: encoding == .utf16BigEndian)
            var decoded: [UInt8] = []
            decoder.decode(text, into: &decoded)
            self.decoder = decoder
            text = decoded
        }
        let dialect = CSVDialect(recognisedIn: text)
        parser = RowParser(
            limits: limits, delimiter: wantedDelimiter ?? dialect.delimiter, encoding: encoding,
            isCertain: isCertain, firstLine: dialect.headerLine)
        try text.withUnsafeBufferPointer {
            try parser?.feed(UnsafeBufferPointer(rebasing: $0.dropFirst(dialect.skipped)), body)
        }
    }

    private mutating func push(_ piece: UnsafeBufferPointer<UInt8>, _ body: Body) rethrows {
        guard var decoder else {
            try parser?.feed(piece, body)
            return
        }
        var text: [UInt8] = []
        decoder.decode(Array(piece), into: &text)
        self.decoder = decoder
        try text.withUnsafeBufferPointer { try parser?.feed($0, body) }
    }
}

/// What the reader found next.
public enum CSVEvent {
    case row(CSVRow)
    case problem(CSVProblem)
}

/// How much of a hostile file is ever held.
public struct CSVLimits: Sendable, Hashable {
    /// Octets of one field.
    public var field: Int
    /// Octets of one row, as it stands in the file.
    public var row: Int
    /// Fields of one row.
    public var fields: Int

    public init(field: Int = 64 * 1024, row: Int = 256 * 1024, fields: Int = 1000) {
        self.field = field
        self.row = row
        self.fields = fields
    }
}
