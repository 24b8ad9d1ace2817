/// A table as a database's own catalogue tells it: what a copy needs to know.
public struct TableShape: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case integer, text, blob
    }

    public struct Column: Sendable, Hashable {
        public var name: String
        public var kind: Kind

        public init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    public var name: String
    /// By name, so that two databases have them in the same order.
    public var columns: [Column]
    /// Tables that rows of this one point to.
    public var parents: Set<String>

    public init(name: String, columns: [Column], parents: Set<String>) {
        self.name = name
        self.columns = columns.sorted { $0.name < $1.name }
        self.parents = parents.subtracting([name])
    }

    /// Each table behind those that it points to.
    public static func inOrder(_ shapes: [TableShape]) -> [TableShape] {
        var rest = shapes.sorted { $0.name < $1.name }
        var done: Set<String> = []
        var ordered: [TableShape] = []
        while let index = rest.firstIndex(where: { $0.parents.isSubset(of: done) }) ?? rest.indices.first {
            done.insert(rest[index].name)
            ordered.append(rest.remove(at: index))
        }
        return ordered
    }
}

/// One end of a copy: all tables of a database, in one transaction that began when it was opened. Rows are COPY's text format
/// with the columns of a ``TableShape``, in pieces of some hundred kilobytes. Two implementations ship, SQLite and PostgreSQL.
public protocol TableStore: Sendable {
    /// Without what the database keeps for itself.
    func shapes() async throws -> [TableShape]
    func hasRows(_ table: TableShape) async throws -> Bool
    func read(_ table: TableShape, _ take: (_ rows: [UInt8]) async throws -> Void) async throws
    func beginWriting(_ table: TableShape) async throws
    func write(_ rows: [UInt8], to table: TableShape) async throws
    func endWriting(_ table: TableShape) async throws
    /// The last id that the table's own sequence gave; nil where it has none, or never gave any.
    func lastID(of table: TableShape) async throws -> Int64?
    func setLastID(_ id: Int64, of table: TableShape) async throws
    /// Runs statements of ours, with semicolons between them.
    func run(script: String) async throws
    /// Ends the transaction; what was written stays.
    func commit() async throws
    /// Ends it and takes everything back.
    func cancel() async
}
