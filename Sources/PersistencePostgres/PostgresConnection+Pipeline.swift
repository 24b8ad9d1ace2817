internal import CLibPQ
internal import Campaigns
internal import Persistence

/// One thing that was sent and whose answer is to be read.
enum PipelineStep {
    case preparation(StatementKey)
    case insertion(String)
    case execution
    /// Of a statement that was prepared long ago.
    case forgetting
    /// The question for the transaction's time, which goes out with its begin.
    case time
}

/// Statements whose answers nobody waits for go out one behind the other, and one trip to the server reads all of their
/// answers (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html). After one that is refused the server passes
/// over the others, the commit among them.
extension PostgresConnection {
    func enterPipeline() throws -> OpaquePointer {
        let handle = try connected()
        guard underWay.isEmpty else { return handle }
        guard PQenterPipelineMode(handle) == 1 else { throw lose("the connection is not at rest") }
        return handle
    }

    func sent(_ success: Int32, _ step: PipelineStep) throws {
        guard success == 1 else { throw lose(String(cString: PQerrorMessage(handle))) }
        underWay.append(step)
    }

    /// Sends one more statement without values, and reads all answers.
    func finishPipeline(with text: String) throws -> PostgresAnswer {
        try sent(PQsendQueryParams(connected(), text, 0, nil, nil, nil, nil, 1), .execution)
        return try finishPipeline().last ?? PostgresAnswer(nil)
    }

    /// Reads all answers. Does nothing where nothing is under way.
    /// - Returns: those of statements, in order.
    /// - Throws: the first refusal.
    @discardableResult
    func finishPipeline() throws -> [PostgresAnswer] {
        guard !underWay.isEmpty else { return [] }
        let steps = underWay
        underWay = []
        let handle = try connected()
        guard PQpipelineSync(handle) == 1 else { throw lose(String(cString: PQerrorMessage(handle))) }
        var answers: [PostgresAnswer] = []
        var refused: OpaquePointer?
        for step in steps {
            guard let answer = PQgetResult(handle) else { throw lost(refused) }
            // An answer ends with none.
            while let further = PQgetResult(handle) { PQclear(further) }
            switch PQresultStatus(answer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: keep(PostgresAnswer(answer), of: step, in: &answers)
            case PGRES_PIPELINE_ABORTED:
                PQclear(answer)
                forget(step)
            default:
                if refused == nil { refused = answer } else { PQclear(answer) }
                forget(step)
                // Nothing more will come.
                if PQstatus(handle) != CONNECTION_OK { throw lost(refused) }
            }
        }
        let end = PQgetResult(handle)
        defer { PQclear(end) }
        guard PQresultStatus(end) == PGRES_PIPELINE_SYNC, PQexitPipelineMode(handle) == 1 else { throw lost(refused) }
        if let refused { try check(refused) }
        return answers
    }

    private func keep(_ answer: PostgresAnswer, of step: PipelineStep, in answers: inout [PostgresAnswer]) {
        switch step {
        case .execution: answers.append(answer)
        case .time: begunAt = try? Instant(rawValue: PostgresRow(answer: answer, number: 0).int64(0))
        case .preparation, .insertion, .forgetting: break
        }
    }

    private func lost(_ answer: OpaquePointer?) -> any Error {
        let words = String(cString: PQerrorMessage(handle))
        guard let answer else { return lose(words) }
        do { try check(answer) } catch {
            _ = lose(words)
            return error
        }
        return lose(words)
    }
}
