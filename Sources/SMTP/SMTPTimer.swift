internal import NIOCore

/// One deadline that moves with every reply. Moving it back and forth costs no system call and hardly ever a new entry
/// in the event loop's queue: an early alarm looks at the deadline and sets itself again.
final class SMTPTimer {
    private var deadline: NIODeadline?
    private var alarm: Scheduled<Void>?
    private var alarmTime = NIODeadline.distantFuture
    private var onExpiry: (() -> Void)?

    func arm(_ duration: Duration, on eventLoop: (any EventLoop)?, _ onExpiry: @escaping () -> Void) {
        guard let eventLoop else { return }
        let due = NIODeadline.now() + TimeAmount(duration)
        deadline = due
        self.onExpiry = onExpiry
        if alarm != nil, alarmTime <= due { return }
        alarm?.cancel()
        schedule(due, eventLoop)
    }

    /// Nothing is waited for.
    func stop() {
        deadline = nil
        onExpiry = nil
    }

    /// Leaves nothing in the event loop's queue.
    func cancel() {
        stop()
        alarm?.cancel()
        alarm = nil
    }

    private func schedule(_ due: NIODeadline, _ eventLoop: any EventLoop) {
        alarmTime = due
        alarm = eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.rang(eventLoop) }
    }

    private func rang(_ eventLoop: any EventLoop) {
        alarm = nil
        guard let deadline else { return }
        if deadline > NIODeadline.now() { return schedule(deadline, eventLoop) }
        let expired = onExpiry
        stop()
        expired?()
    }
}
