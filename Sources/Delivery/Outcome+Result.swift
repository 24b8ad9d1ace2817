internal import Campaigns
internal import Persistence

extension Outcome {
    /// Given back without an attempt.
    static func released(_ message: ClaimedMessage) -> Outcome {
        Outcome(message: message, result: .released, reachedTheDot: false, reply: "", step: "")
    }

    /// Its end was not written although the ledger says that it was about to be: certainly not sent.
    static func unsent(_ message: ClaimedMessage) -> Outcome {
        Outcome(
            message: message, result: .postponed(until: Instant(rawValue: 0)), reachedTheDot: true,
            reply: "Martlet was held up for so long that it did not send this mail then; it tries again.", step: "DATA")
    }

    /// The least that can be said where the database refuses this: no words but our own.
    var setAside: Outcome {
        let answer = code.map { " (\($0))" } ?? ""
        let (mayHaveArrived, what) =
            switch result {
            case .delivered: (true, "The mail server accepted this mail\(answer)")
            case .unknown: (true, "This mail may have arrived")
            case .failed: (false, "The mail server refused this mail\(answer)")
            case .retry, .postponed, .released, .held, .setAside: (false, "This mail was not sent\(answer)")
            }
        return Outcome(
            message: message, result: .setAside(mayHaveArrived: mayHaveArrived), reachedTheDot: reachedTheDot,
            code: code,
            reply: "\(what), but the database refused to write that down. The server's log has the details.",
            step: step,
            duration: duration)
    }

    /// What the ledger writes about an attempt. A temporary refusal becomes final when the next try would come after the
    /// campaign's expiry.
    init(
        _ message: ClaimedMessage, _ attempt: AttemptResult, reachedTheDot: Bool, duration: Duration, now: Instant,
        policy: RetryPolicy, using random: inout some RandomNumberGenerator
    ) {
        self.init(
            message: message, result: .delivered, reachedTheDot: reachedTheDot, code: attempt.code,
            reply: Self.shortened(attempt.reply), step: attempt.step, duration: duration)
        saysAddressIsUnknown = attempt.saysAddressIsUnknown
        switch attempt.verdict {
        case .delivered: result = .delivered
        case .unknown: result = .unknown
        case .permanent: result = .failed
        // About us, not about the message: it costs no attempt, and the sender is paused or slower.
        case .senderFault: result = .postponed(until: now)
        case .temporary where attempt.isLimit:
            retry(.postponed(until: now + policy.afterLimit(using: &random)), now: now, attempt)
        case .temporary:
            let delay = policy.delay(
                afterAttempt: message.attempts + 1, greylisted: attempt.isGreylisting, using: &random)
            retry(.retry(at: now + delay), now: now, attempt)
        }
    }

    /// Later, unless the campaign's expiry comes first.
    private mutating func retry(_ later: Result, now: Instant, _ attempt: AttemptResult) {
        result = later
        let next: Instant =
            switch later {
            case .retry(let at): at
            case .postponed(let until): until
            case .delivered, .failed, .unknown, .released, .held, .setAside: now
            }
        guard let expiry = message.expiresAt, next > expiry else { return }
        result = .failed
        let attempts = message.attempts + 1
        reply = Self.shortened(
            "Given up after \(attempts == 1 ? "one attempt" : "\(attempts) attempts"). The last answer: \(attempt.reply)"
        )
    }

    /// At most 1,000 characters.
    private static func shortened(_ text: String) -> String {
        text.utf8.count <= 1000 ? text : String(text.prefix(1000))
    }
}
