/// A connection that is ready for mail, from transaction to transaction (RFC 5321 §3.3, RFC 2920). A value: requests and
/// replies in, what to write and what to tell the caller out.
///
/// One rule above all: a reply belongs to the oldest command that has none. Whatever does not fit ends the connection,
/// because from then on no reply could be trusted to be about the message we think it is.
struct SMTPSession: Sendable {
    /// What follows from a request or a reply.
    struct Output: Sendable {
        var commands: [SMTPCommand] = []
        /// Write the message that `deliver` was called with, and its end, before `commands`.
        var writesMessage = false
        /// CHUNKING was offered, and is not known after all.
        var avoidsChunking = false
        /// Write a lone dot: an empty message that no recipient gets (RFC 2920 §3.1).
        var writesLoneDot = false
        var outcome: SMTPOutcome?
        var verdict: EnvelopeVerdict?
        /// The connection is of no more use.
        var closes = false
    }

    enum Expectation: Sendable { case reset, mail, recipient, data, loneDot, acceptance }

    private enum Phase { case idle, offering, granted }

    private let host: String
    private let port: Int
    let extensions: SMTPExtensions
    private var phase = Phase.idle
    /// How a message's end is told. With a length there is no DATA, and so no 354 to wait for; RCPT is the go-ahead.
    var framing: MessageFraming { extensions.chunking ? .chunk : .dots }
    /// What was written and has no reply yet, oldest first.
    private(set) var expected: [Expectation] = []
    /// What waits for the replies before it: servers without PIPELINING.
    private var waiting: [(Expectation, SMTPCommand)] = []
    /// The first thing that went wrong with the envelope on offer.
    private var refusal: SMTPOutcome?
    private var isTransactionOpen = false
    /// Why nothing more can be sent.
    private(set) var end: SMTPFailure?

    init(host: String, port: Int, extensions: SMTPExtensions) {
        self.host = host
        self.port = port
        self.extensions = extensions
    }

    /// Between two messages, with nothing under way: the only state in which QUIT may be written.
    var isQuiet: Bool { phase == .idle && expected.isEmpty && end == nil }
    /// Whether the server waits for a message: whatever is written now is part of one.
    var isGranted: Bool { phase == .granted }
    var isOpen: Bool { end == nil }

    var step: SMTPStep {
        switch expected.first {
        case .reset: .reset
        case .mail: .mail
        case .recipient: .recipient
        case .data, .loneDot: .data
        case .acceptance: .acceptance
        case nil: phase == .granted ? .message : .mail
        }
    }

    // MARK: Requests

    mutating func offer(_ envelope: Envelope) -> Output {
        var output = Output()
        // An envelope on top of one that was granted: nothing could be told apart any more.
        if phase != .idle || !expected.isEmpty { output = finish(.cancelled) }
        offer(envelope, into: &output)
        return output
    }

    /// Sends the message that the last verdict allowed, and offers the next envelope in the same write if it may.
    mutating func deliver(next: Envelope?) -> Output {
        var output = Output()
        if phase != .granted { output = finish(.outOfStep) }
        if let end {
            output.outcome = failure(end.cause, .temporary, end.reply, step: .message).outcome
            if next != nil { output.verdict = .refused(failure(end.cause, .temporary, end.reply, step: .mail).outcome) }
            return output
        }
        phase = .idle
        expected.removeAll(keepingCapacity: true)
        expected.append(.acceptance)
        output.writesMessage = true
        if let next { offer(next, into: &output) }
        return output
    }

    private mutating func offer(_ envelope: Envelope, into output: inout Output) {
        refusal = nil
        if let problem = obstacle(to: envelope) {
            output.verdict = .refused(problem.outcome)
            return
        }
        phase = .offering
        waiting.removeAll(keepingCapacity: true)
        waiting.append((.mail, .mail(envelope, extensions)))
        waiting.append((.recipient, .recipient(envelope)))
        if framing == .dots { waiting.append((.data, .data)) }
        if isTransactionOpen, expected.isEmpty {
            waiting.insert((.reset, .reset), at: 0)
            isTransactionOpen = false
        }
        if extensions.pipelining || expected.isEmpty { send(into: &output) }
    }

    /// Moves what may be written now from `waiting` to `expected`.
    private mutating func send(into output: inout Output) {
        let count = extensions.pipelining ? waiting.count : min(1, waiting.count)
        output.commands.reserveCapacity(count)
        for (expectation, command) in waiting.prefix(count) {
            expected.append(expectation)
            output.commands.append(command)
        }
        waiting.removeFirst(count)
    }

    private func obstacle(to envelope: Envelope) -> SMTPFailure? {
        if let end { return failure(end.cause, .temporary, end.reply, step: .mail) }
        if envelope.needsSMTPUTF8, !extensions.smtpUTF8 {
            return failure(.noSMTPUTF8, .permanent, nil, step: .recipient)
        }
        if let limit = extensions.sizeLimit, envelope.size > limit {
            return failure(.tooLarge(limit: limit), .permanent, nil, step: .mail)
        }
        return nil
    }

    // MARK: Replies

    /// - Parameter mayHoldDot: whether the final dot of the message under way can have left.
    mutating func received(_ reply: SMTPReply, mayHoldDot: Bool = true) -> Output {
        guard end == nil else { return Output() }
        guard let expectation = expected.first else {
            let cause: SMTPFailure.Cause = reply.code == 421 ? .refused : .outOfStep
            return finish(cause, reply)
        }
        let step = step
        expected.removeFirst()
        var output = Output()
        switch expectation {
        case .acceptance: accepted(reply, mayHoldDot: mayHoldDot, &output)
        case .reset:
            guard reply.isPositive else {
                expected.insert(.reset, at: 0)
                return finish(reply.isIntermediate ? .outOfStep : .refused, reply)
            }
        case .mail:
            if reply.isPositive { isTransactionOpen = true } else { note(reply, step, &output) }
        case .recipient:
            if !reply.isPositive { note(reply, step, &output) }
            if framing == .chunk { recipientReplied(&output) }
        case .data: dataReply(reply, &output)
        case .loneDot:
            isTransactionOpen = false
            conclude(&output)
        }
        if reply.code == 421 || output.closes {
            return output.merging(finish(reply.code == 421 ? .refused : .outOfStep, reply))
        }
        if expected.isEmpty, !waiting.isEmpty {
            if refusal == nil { send(into: &output) } else { conclude(&output) }
        }
        return output
    }

    /// The last reply before a message that is told by its length.
    private mutating func recipientReplied(_ output: inout Output) {
        if refusal != nil { return conclude(&output) }
        phase = .granted
        output.verdict = .goAhead
    }

    private mutating func accepted(_ reply: SMTPReply, mayHoldDot: Bool, _ output: inout Output) {
        isTransactionOpen = false
        if framing == .chunk, [500, 501, 502, 503, 504].contains(reply.code) {
            // Certainly not taken; the next connection does without.
            output.outcome = failure(.outOfStep, .temporary, reply, step: .acceptance).outcome
            output.avoidsChunking = true
            output.closes = true
        } else if !mayHoldDot {
            // Nobody can have taken what is not there yet: a refusal is believed, anything else is not. The connection ends, so
            // that the dot never leaves.
            output.outcome =
                reply.isTransient || reply.isPermanent
                ? refused(reply, at: .acceptance) : failure(.outOfStep, .temporary, reply, step: .message).outcome
            output.closes = true
        } else if reply.isPositive {
            output.outcome = .accepted(reply)
        } else if reply.isIntermediate {
            output.outcome = failure(.outOfStep, .unknown, reply, step: .acceptance).outcome
            output.closes = true
        } else {
            output.outcome = refused(reply, at: .acceptance)
        }
    }

    private mutating func note(_ reply: SMTPReply, _ step: SMTPStep, _ output: inout Output) {
        if reply.isIntermediate {
            if refusal == nil { refusal = failure(.outOfStep, .temporary, reply, step: step).outcome }
            output.closes = true
        } else if refusal == nil {
            refusal = refused(reply, at: step)
        }
    }

    private mutating func dataReply(_ reply: SMTPReply, _ output: inout Output) {
        if reply.code == 354 {
            if refusal == nil {
                phase = .granted
                output.verdict = .goAhead
            } else {
                // DATA was accepted though the envelope was not: end it with an empty message (RFC 2920 §3.1).
                output.writesLoneDot = true
                expected.append(.loneDot)
            }
        } else if reply.isPositive || reply.isIntermediate {
            if refusal == nil { refusal = failure(.outOfStep, .temporary, reply, step: .data).outcome }
            output.closes = true
        } else {
            if refusal == nil { refusal = refused(reply, at: .data) }
            conclude(&output)
        }
    }

    /// Tells the caller that the envelope was refused; the rest of it is not sent.
    private mutating func conclude(_ output: inout Output) {
        waiting = []
        phase = .idle
        if let refusal { output.verdict = .refused(refusal) }
        refusal = nil
    }

    // MARK: The end

    /// The connection is gone, a timeout expired, a reply was malformed: settles whatever is under way.
    ///
    /// - Parameter mayHoldDot: whether the final dot of the message under way can have left.
    mutating func finish(_ cause: SMTPFailure.Cause, _ reply: SMTPReply? = nil, mayHoldDot: Bool = true) -> Output {
        guard end == nil else { return Output() }
        var output = Output()
        output.closes = true
        let step = step
        end = failure(cause, .temporary, reply, step: step)
        if expected.contains(where: { $0 == .acceptance }) {
            output.outcome =
                (mayHoldDot
                ? failure(cause, .unknown, reply, step: .acceptance)
                : failure(cause, .temporary, reply, step: .message)).outcome
        }
        if phase == .offering {
            let atStep = step == .acceptance ? .mail : step
            output.verdict = .refused(refusal ?? failure(cause, .temporary, reply, step: atStep).outcome)
        }
        phase = .idle
        expected = []
        waiting = []
        return output
    }

    private func refused(_ reply: SMTPReply, at step: SMTPStep) -> SMTPOutcome {
        SMTPFailure(refusal: reply, step: step, host: host, port: port).outcome
    }

    private func failure(
        _ cause: SMTPFailure.Cause, _ consequence: SMTPFailure.Consequence, _ reply: SMTPReply?, step: SMTPStep
    ) -> SMTPFailure {
        SMTPFailure(cause, step: step, consequence: consequence, reply: reply, host: host, port: port)
    }
}

extension SMTPSession.Output {
    /// Both: what this says comes first.
    func merging(_ later: Self) -> Self {
        var merged = self
        merged.commands += later.commands
        merged.outcome = outcome ?? later.outcome
        merged.verdict = verdict ?? later.verdict
        merged.closes = closes || later.closes
        return merged
    }
}
