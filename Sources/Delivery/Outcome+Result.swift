internal import Campaigns
internal import Persistence

extension Outcome {
    /// Given back without an attempt.
    static func released(_ message: ClaimedMessage) -> Outcome {
        Outcome(message: message, result: .released, reachedTheDot: false, reply: "", step: "")
    }

    /// What the ledger writes about an attempt. A temporary refusal becomes final when the next try would come after the
    /// campaign's expiry.
    init(
        _ message: ClaimedMessage, _ attempt: AttemptResult, reachedTheDot: Bool, duration: Duration, now: Instant,
        policy: RetryPolicy, using random: inout some RandomNumberGenerator
    ) {
        self.init(
            message: message, result: .delivered, reachedTheDot: reachedTheDot, code: attempt.code,
            reply: String(attempt.reply.prefix(1000)), step: attempt.step, duration: duration)
        switch attempt.verdict {
        case .delivered: result = .delivered
        case .unknown: result = .unknown
        case .permanent: result = .failed
        case .temporary, .senderFault:
            let delay =
                attempt.verdict == .senderFault
                ? Duration.zero
                : policy.delay(
                    afterAttempt: message.attempts + 1, greylisted: attempt.isGreylisting, using: &random)
            let next = now + delay
            if let expiry = message.expiresAt, next > expiry, attempt.verdict == .temporary {
                result = .failed
                reply = String(
                    "Given up after \(message.attempts + 1) attempts. The last answer: \(attempt.reply)".prefix(1000))
            } else {
                result = .retry(at: next)
            }
        }
    }
}
