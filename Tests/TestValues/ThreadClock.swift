internal import Glibc

/// The processor's time of the thread that asks: what a piece of work that waits for nothing costs, however busy the machine
/// is.
public func processorTime(of body: () throws -> Void) rethrows -> Duration {
    let begun = threadTime()
    try body()
    return threadTime() - begun
}

private func threadTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
