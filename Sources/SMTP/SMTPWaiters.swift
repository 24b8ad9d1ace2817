/// The tasks that wait for a connection's answers. Each one is answered exactly once.
struct SMTPWaiters {
    typealias Delivery = (outcome: SMTPOutcome, next: EnvelopeVerdict?)

    private var opening: UnsafeContinuation<Result<SMTPExtensions, SMTPFailure>, Never>?
    private var offering: UnsafeContinuation<EnvelopeVerdict, Never>?
    private var delivering: UnsafeContinuation<Delivery, Never>?
    private var closing: [UnsafeContinuation<Void, Never>] = []
    private var wantsNext = false
    private var outcome: SMTPOutcome?
    private var next: EnvelopeVerdict?
    private var openingResult: Result<SMTPExtensions, SMTPFailure>?

    mutating func awaitOpening(_ waiter: UnsafeContinuation<Result<SMTPExtensions, SMTPFailure>, Never>) {
        if let openingResult { waiter.resume(returning: openingResult) } else { opening = waiter }
    }

    mutating func awaitVerdict(_ waiter: UnsafeContinuation<EnvelopeVerdict, Never>) {
        precondition(offering == nil && delivering == nil, "an SMTP connection is used by two tasks at once")
        offering = waiter
    }

    mutating func awaitDelivery(_ waiter: UnsafeContinuation<Delivery, Never>, wantsNext: Bool) {
        precondition(offering == nil && delivering == nil, "an SMTP connection is used by two tasks at once")
        delivering = waiter
        self.wantsNext = wantsNext
        outcome = nil
        next = nil
    }

    mutating func awaitClosing(_ waiter: UnsafeContinuation<Void, Never>) { closing.append(waiter) }

    mutating func opened(_ result: Result<SMTPExtensions, SMTPFailure>) {
        if openingResult == nil { openingResult = result }
        opening?.resume(returning: result)
        opening = nil
    }

    mutating func verdict(_ verdict: EnvelopeVerdict) {
        if let offering {
            self.offering = nil
            offering.resume(returning: verdict)
        } else {
            next = verdict
            resumeDelivery()
        }
    }

    mutating func outcome(_ outcome: SMTPOutcome) {
        self.outcome = outcome
        resumeDelivery()
    }

    private mutating func resumeDelivery() {
        guard let delivering, let outcome, !wantsNext || next != nil else { return }
        self.delivering = nil
        delivering.resume(returning: (outcome, next))
    }

    mutating func closed() {
        let waiters = closing
        closing = []
        for waiter in waiters { waiter.resume() }
    }
}
