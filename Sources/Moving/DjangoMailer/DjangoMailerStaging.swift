internal import Campaigns
internal import Digests
internal import Foundation
internal import Mail
internal import Persistence

/// Judges djangoMailer's rows one by one and puts them into the stage.
struct DjangoMailerStaging {
    private static let batch = 5000

    private let stage: any Database
    private var rows: [OriginTable: [[SQLValue]]] = [:]
    private var count = 0
    private var seen: Set<DjangoMailerTable> = []
    /// The first migrations with their times: they are the installation's own, and never change.
    private var migrations: [String: Int64] = [:]

    private init(stage: any Database) { self.stage = stage }

    /// - Parameter progress: receives the number of rows so far.
    /// - Throws: ``CopyProblem``.
    static func run(
        from source: some DjangoMailerSource, into stage: any Database, progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        var staging = DjangoMailerStaging(stage: stage)
        let tables = Dictionary(
            uniqueKeysWithValues: DjangoMailerTable.allCases.map { ($0.rawValue, $0.columns + $0.laterColumns) })
        var total = 0
        try await source.read(tables: tables) { piece in
            try staging.take(piece)
            if staging.count >= batch {
                total += staging.count
                try await staging.flush()
                progress(total)
            }
        }
        try staging.finish()
        try await staging.flush()
        do {
            try await stage.write { tx in
                try tx.joinStage()
                try tx.judgeStage()
            }
        }
    }

    private mutating func flush() async throws {
        let rows = rows
        self.rows = [:]
        count = 0
        try await stage.write { tx in for (table, rows) in rows { try tx.stage(rows, in: table) } }
    }

    private mutating func finish() throws {
        for table in DjangoMailerTable.allCases where !table.isOptional && !seen.contains(table) {
            throw CopyProblem.noTable(table.rawValue)
        }
        guard !migrations.isEmpty else { throw CopyProblem.noTable(DjangoMailerTable.migration.rawValue) }
        let text = migrations.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "\n")
        let hash = SHA256.hash(Array("djangoMailer\n\(text)".utf8)).prefix(16)
        put(
            [
                .text("installation"),
                .text(hash.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()),
            ], .fact)
    }

    private mutating func put(_ row: [SQLValue], _ table: OriginTable) {
        rows[table, default: []].append(row)
        count += 1
    }

    private mutating func tell(_ finding: OriginFinding) { put(finding.row, .finding) }

    private mutating func take(_ piece: CopyPiece) throws {
        guard let table = DjangoMailerTable(rawValue: piece.table.name) else { return }
        seen.insert(table)
        let columns = table.columns + table.laterColumns
        let places = columns.map { piece.table.columns.firstIndex(of: $0) }
        for (column, place) in zip(table.columns, places) where place == nil {
            throw CopyProblem.noColumn(table: table.rawValue, column: column)
        }
        try piece.forEachRow {
            try take(DjangoMailerRow(row: $0, table: table.rawValue, columns: columns, places: places), of: table)
        }
    }

    private mutating func take(_ row: DjangoMailerRow, of table: DjangoMailerTable) throws {
        switch table {
        case .user: try takeUser(row)
        case .migration: try takeMigration(row)
        case .profile: try takeProfile(row)
        case .template:
            put(
                [
                    .integer(try row.id(0)), .integer(try row.id(1)), .text(try row.text(2)), .text(try row.text(3)),
                    .text(try row.text(4)),
                ], .template)
        case .recipient: try takeRecipient(row)
        case .campaign:
            put(
                [
                    .integer(try row.id(0)), .integer(try row.id(1)), .text(try row.text(2)),
                    .integer(try row.time(3)), .integer(try row.id(4)),
                ], .campaign)
        case .candidate:
            put(
                [
                    .integer(try row.id(0)), .integer(try row.id(1)), .integer(try row.optionalNumber(2) ?? 0),
                    .integer(try row.id(3)), .integer(try row.flag(4) ? 1 : 0),
                    try row.optionalTime(5).map { .integer($0) } ?? .null,
                ], .candidate)
        case .log: try takeLog(row)
        case .event: try takeEvent(row)
        }
    }

    private mutating func takeMigration(_ row: DjangoMailerRow) throws {
        guard try row.text(1) == "0001_initial" else { return }
        migrations[try row.text(0)] = try row.time(2)
    }

    private mutating func takeUser(_ row: DjangoMailerRow) throws {
        let name = [try row.text(5), try row.text(6)].filter { !$0.isEmpty }.joined(separator: " ")
        put(
            [
                .integer(try row.id(0)), .text(try row.text(4)), .text(try row.text(1)), .text(try row.text(7)),
                .text(RecipientFields.normalised(name, limit: 200)), .integer(try row.flag(3) ? 1 : 0),
                .integer(try row.flag(8) ? 1 : 0), .integer(try row.time(9)),
                try row.optionalTime(2).map { .integer($0) } ?? .null,
            ], .user)
    }

    private mutating func takeProfile(_ row: DjangoMailerRow) throws {
        put(
            [
                .integer(try row.id(0)), .integer(try row.id(1)), .text(try row.text(2)), .integer(try row.number(3)),
                .text(try row.text(4)), .text(try row.text(5)), .integer(try row.flag(6) ? 1 : 0),
                .integer(try row.flag(7) ? 1 : 0), .text(try row.text(8)), .integer(try row.number(9)),
                .integer(try row.optionalFlag(10) ?? false ? 1 : 0),
            ], .profile)
    }

    private mutating func takeRecipient(_ row: DjangoMailerRow) throws {
        let given = RecipientFields(
            email: try row.text(2), firstName: try row.text(3), lastName: try row.text(4), company: try row.text(5),
            country: try row.text(6), city: try row.text(7), freeField1: try row.text(8), freeField2: try row.text(9),
            freeField3: try row.text(10))
        var fields = given.normalised()
        let id = try row.id(0)
        var problem = ""
        var match = "raw:" + given.email
        do {
            let address = try EmailAddress(fields.email)
            fields.email = address.description
            match = address.key
        } catch { problem = error.userMessage }
        put(
            [.integer(id), .integer(try row.id(1)), .text(match), .text(fields.packed), .text(problem)], .recipient)
        if problem.isEmpty, fields != given {
            tell(
                OriginFinding(
                    .changed, "recipient", id, owner: "", subject: fields.email,
                    "Blanks, line breaks or invisible characters around or in its fields were taken away, or a field was cut."
                ))
        }
    }

    private mutating func takeLog(_ row: DjangoMailerRow) throws {
        let given = try row.text(3)
        let email = RecipientFields.normalised(given, limit: 320)
        let address = try? EmailAddress(email)
        let isSent = try row.text(5) == "Sent"
        let error = DjangoMailerError(RecipientFields.normalised(try row.text(6), limit: 4000))
        put(
            [
                .integer(try row.id(0)), .integer(try row.id(1)), .integer(try row.optionalNumber(2) ?? 0),
                .text(address?.key ?? "raw:" + given), .text(address?.description ?? email),
                .integer(isSent ? 1 : 0), .integer(!isSent && error.isFinal ? 1 : 0), .integer(try row.time(4)),
                isSent ? .null : error.code.map { .integer(Int64($0)) } ?? .null, .text(isSent ? "" : error.reply),
            ], .log)
    }

    private mutating func takeEvent(_ row: DjangoMailerRow) throws {
        let kind = try row.text(2)
        var detail = ""
        var stored = kind
        if kind == "bounced" || kind == "complained" {
            let data = try? JSONDecoder().decode(BounceData.self, from: Data(try row.text(4).utf8))
            detail = RecipientFields.normalised(data?.reason ?? "", limit: 500)
            // Only what will not get better by itself keeps anybody from being mailed.
            if kind == "bounced", data?.bounceType != "hard" { stored = "bounced softly" }
        }
        var sign: MachineSign?
        if kind == "opened" || kind == "clicked" {
            // What a provider reports has no program's name; what djangoMailer saw itself has one, be it empty.
            sign = row.has(5) ? try row.optionalText(5).flatMap { RequestSigns.sign(ofAgent: $0) } : nil
        }
        if kind == "clicked" {
            let data = try? JSONDecoder().decode(ClickData.self, from: Data(try row.text(4).utf8))
            detail = Self.link(data?.url ?? "")
        }
        put(
            [
                .integer(try row.id(0)), .integer(try row.id(1)), .text(stored), .integer(try row.time(3)),
                .text(detail), .text(sign?.rawValue ?? ""),
            ], .event)
    }

    /// As it stood in the HTML, where an ampersand is written out; empty for what is no address of the web.
    private static func link(_ url: String) -> String {
        let url = RecipientFields.normalised(url.replacingOccurrences(of: "&amp;", with: "&"), limit: 4000)
        guard url.utf8.count <= LinkFault.longest,
            url.lowercased().hasPrefix("http://") || url.lowercased().hasPrefix("https://")
        else { return "" }
        return url
    }
}

/// What djangoMailer keeps of a click.
private struct ClickData: Decodable {
    var url: String?
}

/// What djangoMailer keeps of a provider's report.
private struct BounceData: Decodable {
    var reason: String?
    var bounceType: String?

    enum CodingKeys: String, CodingKey {
        case reason
        case bounceType = "bounce_type"
    }
}
