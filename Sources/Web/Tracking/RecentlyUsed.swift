/// Values that were used lately, within bounds: in two generations, each of which may have half of the room.
///
/// When the younger one is full, it becomes the older one, and what is left of that goes: whatever was used since then stays, so
/// that no moment is without all of it.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Entry = (value: Value, octets: Int)

    private let mostCount: Int
    private let mostOctets: Int
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]
    private var youngOctets = 0

    /// - Parameters:
    ///   - count: how many are kept at most.
    ///   - octets: how much memory they may take together. A single one that takes more than half of it is kept all the same.
    init(count: Int, octets: Int = .max) {
        mostCount = max(1, count / 2)
        mostOctets = octets / 2
    }

    var count: Int { young.count + old.count }

    /// Whether the next ones may push out others: those that nobody has asked for yet go first then.
    var isHalfFull: Bool { !old.isEmpty || young.count >= mostCount || youngOctets >= mostOctets }

    mutating func value(of key: Key) -> Value? {
        if let entry = young[key] { return entry.value }
        guard let entry = old.removeValue(forKey: key) else { return nil }
        put(entry, key)
        return entry.value
    }

    mutating func keep(_ value: Value, octets: Int = 0, of key: Key) {
        old[key] = nil
        if let former = young.removeValue(forKey: key) { youngOctets -= former.octets }
        put((value, octets), key)
    }

    private mutating func put(_ entry: Entry, _ key: Key) {
        if !young.isEmpty, young.count >= mostCount || youngOctets + entry.octets > mostOctets {
            (old, young, youngOctets) = (young, [:], 0)
        }
        young[key] = entry
        youngOctets += entry.octets
    }
}
