/// What an installation, or the ledger of `martlet send`, remembers about itself by name.
extension Migration {
    static let settings = Migration(number: 2, subject: "Settings") { _ in
        ["CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"]
    }
}
