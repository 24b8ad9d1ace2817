import Testing

@testable import Web

@Suite struct `Values that were used lately` {
    @Test func `are never all gone at once, and those that are in use stay`() {
        var kept = RecentlyUsed<Int, Int>(count: 100)
        for number in 0..<1000 {
            kept.keep(number, of: number)
            #expect(kept.value(of: 0) == 0, "in use all the time")
            #expect(number < 20 || kept.value(of: number - 20) == number - 20, "a while ago")
            #expect(kept.count <= 100)
        }
        #expect(kept.value(of: 500) == nil)
    }

    @Test func `take no more octets than there is room for`() {
        var kept = RecentlyUsed<Int, Int>(count: 1000, octets: 1000)
        for number in 0..<100 { kept.keep(number, octets: 60, of: number) }
        let left = (0..<100).filter { kept.value(of: $0) != nil }
        #expect(left.count <= 16 && left.count >= 8 && left.last == 99)
        // The same again takes no more.
        for _ in 0..<100 { kept.keep(99, octets: 60, of: 99) }
        #expect(kept.value(of: 98) == 98)
        kept.keep(1, octets: 5000, of: 1)
        #expect(kept.value(of: 1) == 1)
    }
}
