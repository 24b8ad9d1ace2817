/// Requests of one kind for one message, added up.
public struct Hits: Sendable, Hashable {
    /// The number of the link; `nil` for the picture.
    public var link: Int64?
    /// What the requests told about themselves.
    public var sign: MachineSign?
    /// A truncated address of a network; empty where it is not known or not wanted.
    public var network: String
    public var first: Instant
    public var last: Instant
    public var count: Int

    public init(
        link: Int64? = nil, sign: MachineSign? = nil, network: String = "", first: Instant, last: Instant,
        count: Int = 1
    ) {
        self.link = link
        self.sign = sign
        self.network = network
        self.first = first
        self.last = last
        self.count = count
    }
}

/// Tells machines from people by what no single request tells: the time since the delivery, and other clicks.
public struct ReadingJudge: Sendable {
    /// Nobody has read a mail so soon after it was handed over.
    public static let soonest = Duration.seconds(1)
    /// Links of one mail that a person does not open within ``burst``.
    public static let manyLinks = 3
    public static let burst = Duration.seconds(1)

    /// When the server accepted the mail; `nil` when nobody has heard of that yet.
    public var deliveredAt: Instant?

    public init(deliveredAt: Instant?) { self.deliveredAt = deliveredAt }

    /// The same hits with the signs that they have beside each other. To be given all hits of a few seconds.
    public func judged(_ hits: [Hits]) -> [Hits] {
        let burst = linksOfBursts(hits)
        return hits.map { hits in
            var hits = hits
            if hits.sign == nil, let link = hits.link, burst.contains(link) { hits.sign = .manyLinks }
            if hits.sign == nil, isTooSoon(hits.first) { hits.sign = .tooSoon }
            return hits
        }
    }

    private func isTooSoon(_ instant: Instant) -> Bool {
        guard let deliveredAt else { return true }
        return instant < deliveredAt + Self.soonest
    }

    /// Links whose first clicks, whoever made them, are within a second of those of two other links.
    private func linksOfBursts(_ hits: [Hits]) -> Set<Int64> {
        var firsts: [Int64: Instant] = [:]
        for hits in hits {
            guard let link = hits.link else { continue }
            firsts[link] = min(firsts[link] ?? hits.first, hits.first)
        }
        guard firsts.count >= Self.manyLinks else { return [] }
        let sorted = firsts.sorted { $0.value < $1.value }
        var found: Set<Int64> = []
        for index in 0...(sorted.count - Self.manyLinks)
        where sorted[index + Self.manyLinks - 1].value - sorted[index].value <= Self.burst {
            for place in index..<(index + Self.manyLinks) { found.insert(sorted[place].key) }
        }
        return found
    }
}
