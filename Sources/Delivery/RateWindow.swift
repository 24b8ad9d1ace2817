/// How many messages a sender may still begin, so that no 3,600 seconds, wherever they begin, ever hold more than its limit.
///
/// A message counts from before its final dot until 3,600 seconds after its outcome. Outcomes are kept by whole seconds;
/// a second counts until the last of its instants is an hour old, so the window errs by less than a second, to the safe side.
struct RateWindow {
    /// Messages in any 3,600 seconds.
    var limit: Int
    /// Messages in hand, which may end at any moment.
    private(set) var reserved = 0
    private var seconds: [(second: Int64, messages: Int)] = []
    private var used = 0

    static let length: Int64 = 3600

    /// - Parameter usage: what the ledger knows, in the order of seconds since 1970.
    init(limit: Int, usage: [(second: Int64, messages: Int)] = []) {
        self.limit = limit
        seconds = usage
        used = usage.reduce(0) { $0 + $1.messages }
    }

    /// How many may be begun at this second.
    mutating func available(at now: Int64) -> Int {
        forget(before: now)
        return max(0, limit - used - reserved)
    }

    mutating func reserve(_ messages: Int) { reserved += messages }

    /// A message that was reserved has ended.
    mutating func end(used isUsed: Bool, at now: Int64) {
        reserved -= 1
        guard isUsed else { return }
        used += 1
        if let last = seconds.last, last.second >= now {
            seconds[seconds.count - 1].messages += 1
        } else {
            seconds.append((now, 1))
        }
    }

    /// The second at which something will be available again; `nil` when something is now, or when only messages in hand
    /// are in the way.
    mutating func nextAvailable(after now: Int64) -> Int64? {
        guard available(at: now) == 0 else { return nil }
        return seconds.first.map { $0.second + 1 + Self.length }
    }

    private mutating func forget(before now: Int64) {
        var gone = 0
        while gone < seconds.count, seconds[gone].second + 1 + Self.length <= now {
            used -= seconds[gone].messages
            gone += 1
        }
        if gone > 0 { seconds.removeFirst(gone) }
    }
}
