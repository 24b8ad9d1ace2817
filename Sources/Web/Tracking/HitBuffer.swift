import Campaigns
import DequeModule
import Persistence
import Synchronization

/// Openings and clicks that are not written yet. Noting one takes no longer than a lock and waits for nothing.
///
/// Those of one message stay together until they are taken, so that clicks which a machine makes within a second are seen
/// beside each other; equal ones are added up, so that a flood from one link takes one place.
final class HitBuffer: Sendable {
    /// Messages with something that is not written. What comes for others is dropped and counted.
    static let mostMessages = 100_000
    /// Different kinds of hits of one message; others are dropped and counted.
    static let mostKinds = 64

    private struct Key: Hashable {
        var account: Int64
        var message: Int64
    }

    private struct State {
        var hits: [Key: [Hits]] = [:]
        /// By the time of their first hit.
        var order: Deque<(key: Key, since: Instant)> = []
        var dropped = 0
        var noted = 0
        /// Messages that were taken and neither written nor put back.
        var taken = 0
    }

    private let state = Mutex(State())

    func note(_ hit: Hits, account: Int64, message: Int64) {
        let key = Key(account: account, message: message)
        state.withLock { state in
            state.noted += 1
            guard let index = state.hits.index(forKey: key) else {
                guard state.hits.count < Self.mostMessages else { return state.dropped += 1 }
                state.hits[key] = [hit]
                state.order.append((key, hit.first))
                return
            }
            if !state.hits.values[index].merge(hit, most: Self.mostKinds) { state.dropped += 1 }
        }
    }

    /// Takes what came for messages whose first hit is not newer than `instant`, oldest first.
    func take(until instant: Instant, limit: Int) -> [MessageHits] {
        state.withLock { state in
            var taken: [MessageHits] = []
            while taken.count < limit, let first = state.order.first, first.since <= instant {
                state.order.removeFirst()
                guard let hits = state.hits.removeValue(forKey: first.key) else { continue }
                taken.append(
                    MessageHits(
                        account: Account.ID(rawValue: first.key.account),
                        message: Message.ID(rawValue: first.key.message), hits: hits))
            }
            state.taken += taken.count
            return taken
        }
    }

    /// What was taken is written.
    func settle(_ messages: Int) { state.withLock { $0.taken -= messages } }

    /// Puts back what could not be written: it is the first that is taken again.
    func putBack(_ readings: [MessageHits]) {
        state.withLock { state in
            state.taken -= readings.count
            for reading in readings.reversed() {
                let key = Key(account: reading.account.rawValue, message: reading.message.rawValue)
                guard let index = state.hits.index(forKey: key) else {
                    state.hits[key] = reading.hits
                    state.order.prepend((key, reading.hits[0].first))
                    continue
                }
                for hits in reading.hits where !state.hits.values[index].merge(hits, most: Self.mostKinds) {
                    state.dropped += hits.count
                }
            }
        }
    }

    var figures: (noted: Int, dropped: Int, waiting: Int) {
        state.withLock { ($0.noted, $0.dropped, $0.hits.count + $0.taken) }
    }
}

extension [Hits] {
    /// - Returns: false when there are too many kinds already.
    fileprivate mutating func merge(_ hit: Hits, most: Int) -> Bool {
        if let index = firstIndex(where: { $0.link == hit.link && $0.sign == hit.sign && $0.network == hit.network }) {
            self[index].count += hit.count
            self[index].last = Swift.max(self[index].last, hit.last)
            self[index].first = Swift.min(self[index].first, hit.first)
            return true
        }
        guard count < most else { return false }
        append(hit)
        return true
    }
}
