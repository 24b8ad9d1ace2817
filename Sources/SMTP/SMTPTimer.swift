internal import NIOCore

/// One deadline that moves with every reply. Moving it back and forth costs no system call and hardly ever a new entry
/// in the event loop's queue: an early alarm looks at the deadline and sets itself again.
final class SMTPTimer {
    private var deadline: NIODeadline?
    /// How long the one who is waited for was given.
    private var duration = Duration.zero
    private var alarm: Scheduled<Void>?
    private var alarmTime = NIODeadline.distantFuture
    /// What is done when the deadline has passed, set once: a closure for each deadline would be memory for each.
    var onExpiry: ((Duration) -> Void)?

    func arm(_ duration: Duration, on eventLoop: (any EventLoop)?) {
        guard let eventLoop else { return }
        let due = NIODeadline.now() + TimeAmount(duration)
        deadline = due
        self.duration = duration
        if alarm != nil, alarmTime <= due { return }
        alarm?.cancel()
        schedule(due, eventLoop)
    }

    /// Nothing is waited for.
    func stop() { deadline = nil }

    /// Leaves nothing in the event loop's queue.
    func cancel() {
        stop()
        alarm?.cancel()
        alarm = nil
        onExpiry = nil
    }

    private func schedule(_ due: NIODeadline, _ eventLoop: any EventLoop) {
        alarmTime = due
        alarm = eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.rang(eventLoop) }
    }

    private func rang(_ eventLoop: any EventLoop) {
        alarm = nil
        guard let deadline else { return }
        if deadline > NIODeadline.now() { return schedule(deadline, eventLoop) }
        stop()
        onExpiry?(duration)
    }
}
