/// Why a dump cannot be read. Each says what to do; nothing has been imported then.
public enum CopyProblem: Error, Hashable, Sendable {
    case customFormat
    case compressed
    case notADump
    case inserts(line: Int)
    case encoding(String)
    case endsInside(table: String)
    case incomplete
    case lineTooLong(line: Int)
    case fieldCount(table: String, line: Int, found: Int)
    case notText(table: String, line: Int)
    case value(table: String, column: String, line: Int)
    case noTable(String)
    case noColumn(table: String, column: String)

    public var userMessage: String {
        switch self {
        case .customFormat:
            "This is a dump in pg_dump's custom format. Make a plain one of it with `pg_restore -f dump.sql FILE`, and import that."
        case .compressed: "This file is compressed; unpack it first (gunzip, zstd -d), and import what comes out."
        case .notADump:
            "This is not a plain dump of PostgreSQL. Make one with `pg_dump --no-owner -f dump.sql DATABASE`."
        case .inserts(let line):
            "Line \(line) is an INSERT. Make the dump without --inserts and --column-inserts, so that it has COPY blocks."
        case .encoding(let name):
            "The dump is written in \(name). Make it in UTF-8: `pg_dump -E UTF8 …`."
        case .endsInside(let table):
            "The file ends in the middle of the table \(table): the dump is incomplete. Make it again."
        case .incomplete:
            "The line \"PostgreSQL database dump complete\" is missing at the end: the dump is incomplete. Make it again."
        case .lineTooLong(let line): "Line \(line) is longer than 64 MB; such a row cannot be imported."
        case .fieldCount(let table, let line, let found):
            "\(place(table, line)) has \(found) fields, which does not fit the table's columns. Make the dump again."
        case .notText(let table, let line):
            "\(place(table, line)) is not text in UTF-8. Make the dump with `pg_dump -E UTF8 …`."
        case .value(let table, let column, let line):
            "\(place(table, line)) has something unexpected in the column \(column). Is it a djangoMailer database?"
        case .noTable(let name): "There is no table \(name) in it. Is it the whole database of a djangoMailer?"
        case .noColumn(let table, let column):
            "The table \(table) has no column \(column): this djangoMailer is older than can be imported. Run its migrations (`python manage.py migrate`) first."
        }
    }

    private func place(_ table: String, _ line: Int) -> String {
        line > 0 ? "Line \(line) (table \(table))" : "A row of the table \(table)"
    }
}
