internal import CLibPQ
internal import Campaigns
internal import Dispatch
internal import Foundation
internal import Persistence

/// One connection. libpq's calls block, so each connection has a queue of its own, whose thread waits for it: no task of
/// Swift's own threads ever does. All but ``run(_:)`` is for that queue only.
final class PostgresConnection: @unchecked Sendable {
    /// How a transaction ended.
    enum Ending<Value: Sendable>: Sendable {
        case done(Value)
        /// Nothing was changed, and trying again would end in the same way.
        case failed(any Error)
        /// Nothing was changed, because another transaction was in the way.
        case conflict(DatabaseFault)
        /// Nothing was changed, because the connection broke before the commit was asked for.
        case lost(DatabaseFault)
        /// The connection broke while the commit was on its way: it may have been made or not.
        case unknown
    }

    /// How many statements are kept prepared.
    private static let mostStatements = 400

    private let queue = DispatchQueue(label: "postgres connection")
    private let settings: PostgresSettings
    private(set) var handle: OpaquePointer?
    private var statements: [StatementKey: Prepared] = [:]
    /// What was sent and whose answers have not been read: `docs/decisions/0030`.
    var underWay: [PipelineStep] = []
    /// The transaction's time, once the server has answered to its begin.
    var begunAt: Instant?
    private var uses = 0
    private var columnTypes: [String: [PostgresType]] = [:]
    /// Why a statement of this transaction failed, if one did.
    private var refusal: PostgresRefusal?
    private(set) var isLost = false

    private var bound = BoundParameters()

    private struct Prepared {
        var name: String
        var lastUse: Int
    }

    init(_ settings: PostgresSettings) { self.settings = settings }

    deinit { if let handle { PQfinish(handle) } }

    /// Runs `body` on the connection's own thread.
    func run<Value: Sendable>(_ body: @escaping @Sendable (PostgresConnection) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body(self) }) }
        }
    }

    /// Whether it can be given to somebody else.
    var isUsable: Bool {
        !isLost && handle.map { PQstatus($0) == CONNECTION_OK && PQtransactionStatus($0) == PQTRANS_IDLE } ?? false
    }

    // MARK: Opening

    /// - Throws: ``DatabaseFault`` with what is to be done about it.
    func open() throws {
        let opened = try Self.connect(settings.address, application: "martlet")
        handle = opened
        do { try checkServer(opened) } catch {
            close()
            throw error
        }
    }

    func close() {
        if let handle { PQfinish(handle) }
        handle = nil
        statements = [:]
    }

    // MARK: Transactions

    /// - Parameter durably: whether the commit waits for the disk.
    func transact<Value: Sendable>(
        writing: Bool, durably: Bool = true, _ body: (any Transaction) throws -> Value
    ) -> Ending<Value> {
        refusal = nil
        let value: Value
        do {
            try begin(writing: writing, durably: durably)
            value = try body(PostgresTransaction(connection: self))
            // A connection that was broken all along is not to be found out by the commit: that one's end would be unknown.
            if begunAt == nil { try finishPipeline() }
            // Somebody passed over an error; the server has not.
            if let refusal { throw refusal.fault }
        } catch {
            rollBack()
            if isLost { return .lost((error as? DatabaseFault) ?? .server(.away("the connection was lost"))) }
            if let refusal, refusal.isConflict { return .conflict(refusal.fault) }
            return .failed(error)
        }
        return commit(writing: writing, value)
    }

    /// Goes out with the first statement.
    ///
    /// A node that is stopped in the middle of a write would keep its rows from all others until it goes on. So the server ends
    /// such a transaction, before the node's lease is over (15 s) and others want to take over what it has in hand.
    ///
    /// No statement is compiled: where estimates are far too high that takes half a second, and all of ours are short. It is said
    /// here and not once for the connection, because with a pooler between the next transaction may be on another one.
    private func begin(writing: Bool, durably: Bool) throws {
        begunAt = nil
        try put(
            writing
                ? "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"
                : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if writing { try put("SET LOCAL idle_in_transaction_session_timeout = '10s'") }
        if writing, !durably { try put("SET LOCAL synchronous_commit = off") }
        try put("SELECT \(Self.microseconds), set_config('jit', 'off', true)", .time)
    }

    /// The transaction's time.
    var time: Instant {
        get throws {
            if begunAt == nil { try finishPipeline() }
            guard let begunAt else { throw DatabaseFault.unexpectedValue(column: 0) }
            return begunAt
        }
    }

    static let microseconds: SQL = "(EXTRACT(EPOCH FROM transaction_timestamp()) * 1000000)::bigint"

    private func commit<Value: Sendable>(writing: Bool, _ value: Value) -> Ending<Value> {
        do {
            // What is still under way goes along.
            let answer = try underWay.isEmpty ? query("COMMIT") : finishPipeline(with: "COMMIT")
            guard answer.command == "COMMIT" else { return .failed(DatabaseFault.other("the commit was refused")) }
            return .done(value)
        } catch {
            if isLost { return writing ? .unknown : .done(value) }
            // Something before it was refused.
            if handle.map({ PQtransactionStatus($0) != PQTRANS_IDLE }) ?? false {
                rollBack()
            } else if !writing {
                return .done(value)
            }
            if let refusal, refusal.isConflict { return .conflict(refusal.fault) }
            return .failed(error)
        }
    }

    private func rollBack() {
        guard !isLost else { return }
        let first = refusal
        _ = try? finishPipeline()
        _ = try? query("ROLLBACK")
        refusal = first
        if first?.endsStatements == true, (try? query("DEALLOCATE ALL")) != nil {
            statements = [:]
            insertions = [:]
        }
    }

    // MARK: Statements

    /// Runs a text without values, or several with semicolons between them, and gives the last answer, in text format.
    @discardableResult
    func query(_ text: String) throws -> PostgresAnswer {
        try finishPipeline()
        return try check(PQexec(connected(), text))
    }

    /// Runs a statement and gives its answer in binary format.
    func execute(_ sql: SQL) throws -> PostgresAnswer {
        guard underWay.isEmpty else {
            try put(sql)
            return try finishPipeline().last ?? PostgresAnswer(nil)
        }
        try bound.bind(sql)
        guard settings.preparesStatements else { return try send(text: sql.textForPostgres) }
        return try send(prepared: name(of: sql))
    }

    /// Runs statements in one trip and gives their answers.
    func execute(all statements: [SQL]) throws -> [PostgresAnswer] {
        guard !statements.isEmpty else { return [] }
        if underWay.count + 2 * statements.count > Self.mostUnderWay { try finishPipeline() }
        if self.statements.count + statements.count > Self.mostStatements { try forgetOldStatements() }
        for statement in statements { try put(statement) }
        return try finishPipeline().suffix(statements.count)
    }

    /// Sends a statement whose answer nobody waits for; the next ``execute(_:)``, or the end, reads it too.
    func executeLater(_ sql: SQL) throws {
        if underWay.count >= Self.mostUnderWay { try finishPipeline() }
        try put(sql)
    }

    /// Answers have to be read now and then, so that neither side waits for the other to read.
    private static let mostUnderWay = 256

    /// Into the pipeline.
    private func put(_ sql: SQL, _ step: PipelineStep = .execution) throws {
        try bound.bind(sql)
        guard settings.preparesStatements else { return try put(text: sql.textForPostgres, step) }
        let key = StatementKey(sql)
        uses += 1
        if statements[key] == nil {
            if statements.count >= Self.mostStatements { try forgetOldStatements() }
            let name = "m\(uses)"
            try put(preparing: name, text: sql.textForPostgres, .preparation(key))
            statements[key] = Prepared(name: name, lastUse: uses)
        } else {
            statements[key]?.lastUse = uses
        }
        try put(prepared: statements[key]?.name ?? "", step)
    }

    private func put(preparing name: String, text: String, _ step: PipelineStep) throws {
        let handle = try enterPipeline()
        try sent(PQsendPrepare(handle, name, text, Int32(bound.types.count), bound.types), step)
    }

    private func put(prepared name: String, _ step: PipelineStep = .execution) throws {
        let handle = try enterPipeline()
        try bound.withPointers { values, lengths, formats in
            try sent(PQsendQueryPrepared(handle, name, Int32(values.count), values, lengths, formats, 1), step)
        }
    }

    private func put(text: String, _ step: PipelineStep = .execution) throws {
        let handle = try enterPipeline()
        let types = bound.types
        try bound.withPointers { values, lengths, formats in
            try sent(PQsendQueryParams(handle, text, Int32(values.count), types, values, lengths, formats, 1), step)
        }
    }

    /// What was not prepared after all.
    func forget(_ step: PipelineStep) {
        switch step {
        case .preparation(let key): statements[key] = nil
        case .insertion(let key): insertions[key] = nil
        // The server has it still; by now something else may have been prepared for the same text.
        case .forgetting, .execution, .time: break
        }
    }

    /// Prepares the statement unless it is, and gives its name.
    private func name(of sql: SQL) throws -> String {
        let key = StatementKey(sql)
        uses += 1
        if let prepared = statements[key] {
            statements[key]?.lastUse = uses
            return prepared.name
        }
        if statements.count >= Self.mostStatements {
            try forgetOldStatements()
            try finishPipeline()
        }
        let name = "m\(uses)"
        try check(PQprepare(connected(), name, sql.textForPostgres, Int32(bound.types.count), bound.types))
        statements[key] = Prepared(name: name, lastUse: uses)
        return name
    }

    /// Makes room for many at once, in one trip: into the pipeline.
    private func forgetOldStatements() throws {
        for (key, prepared) in statements.sorted(by: { $0.value.lastUse < $1.value.lastUse }).prefix(50) {
            let handle = try enterPipeline()
            try sent(
                PQsendQueryParams(handle, "DEALLOCATE \(prepared.name)", 0, nil, nil, nil, nil, 1), .forgetting)
            statements[key] = nil
        }
    }

    private func send(prepared name: String) throws -> PostgresAnswer {
        let handle = try connected()
        return try check(
            bound.withPointers { values, lengths, formats in
                PQexecPrepared(handle, name, Int32(values.count), values, lengths, formats, 1)
            })
    }

    private func send(text: String) throws -> PostgresAnswer {
        let handle = try connected()
        let types = bound.types
        return try check(
            bound.withPointers { values, lengths, formats in
                PQexecParams(handle, text, Int32(values.count), types, values, lengths, formats, 1)
            })
    }

    func connected() throws -> OpaquePointer {
        guard let handle, !isLost else { throw DatabaseFault.server(.away("the connection was lost")) }
        return handle
    }

    @discardableResult
    func check(_ answer: OpaquePointer?) throws -> PostgresAnswer {
        guard let answer else { throw lose(String(cString: PQerrorMessage(handle))) }
        let result = PostgresAnswer(answer)
        guard !result.isGood else { return result }
        let message = result.field(Int32(UInt8(ascii: "M"))) ?? String(cString: PQresultErrorMessage(answer))
        guard let state = result.field(Int32(UInt8(ascii: "C"))) else { throw lose(message) }
        let refusal = PostgresRefusal(state: state, message: message)
        if self.refusal == nil { self.refusal = refusal }
        if refusal.endsConnection || handle.map({ PQstatus($0) != CONNECTION_OK }) ?? true { isLost = true }
        throw refusal.fault
    }

    func lose(_ words: String) -> DatabaseFault {
        isLost = true
        return .server(.away(words.split(separator: "\n").joined(separator: " ")))
    }

    // MARK: Many rows

    /// Up to so many rows go as one statement with an array for each column; more by COPY, which has to be parsed and
    /// planned each time.
    static let fewRows = 500

    func insert(into table: String, columns: [String], rows: some Sequence<[SQLValue]>) throws {
        var iterator = rows.makeIterator()
        var first: [[SQLValue]] = []
        while first.count <= Self.fewRows, let row = iterator.next() { first.append(row) }
        guard !first.isEmpty else { return }
        if first.count <= Self.fewRows {
            try insert(first, into: table, columns: columns)
        } else {
            try copy(first, then: &iterator, into: table, columns: columns)
        }
    }

    private func insert(_ rows: [[SQLValue]], into table: String, columns: [String]) throws {
        let names = columns.joined(separator: ", ")
        let columnTypes = try types(of: names, in: table)
        bound.removeAll()
        var arrays: [String] = []
        for (column, type) in columnTypes.enumerated() {
            guard let array = type.array else { throw DatabaseFault.unexpectedValue(column: column) }
            try bound.append(column, of: rows, type: type, arrayType: array.type)
            arrays.append("$\(column + 1)::\(array.name)")
        }
        let text = "INSERT INTO \(table) (\(names)) SELECT * FROM unnest(\(arrays.joined(separator: ", ")))"
        guard settings.preparesStatements else { return try put(text: text) }
        let key = "\(table) \(names)"
        if let name = insertions[key] { return try put(prepared: name) }
        // A number: of a long name the server only looks at the first 63 octets.
        numberOfInsertions += 1
        let name = "insertion \(numberOfInsertions)"
        insertions[key] = name
        try put(preparing: name, text: text, .insertion(key))
        try put(prepared: name)
    }

    /// The names of prepared insertions, by table and columns: as many as there are places in our source that insert.
    private var insertions: [String: String] = [:]
    private var numberOfInsertions = 0

    /// Asked once for each list of columns.
    private func types(of names: String, in table: String) throws -> [PostgresType] {
        let key = "\(table) \(names)"
        if let known = columnTypes[key] { return known }
        let answer = try query("SELECT \(names) FROM \(table) LIMIT 0")
        let types = try (0..<PQnfields(answer.handle)).map { column in
            guard let type = PostgresType(rawValue: PQftype(answer.handle, column)) else {
                throw DatabaseFault.unexpectedValue(column: Int(column))
            }
            return type
        }
        columnTypes[key] = types
        return types
    }
}
