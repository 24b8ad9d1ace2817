@testable import Persistence
import Testing

@Suite struct `How many blocks a search looks through at once` {
    /// How many it looks through in all, of blocks that hold so many matches each.
    private func blocks(for wanted: Int, matches: (Int) -> Int) -> Int {
        var looks = BlockLooks(first: 8, most: 500)
        var (seen, found) = (0, 0)
        while found < wanted, seen < 100_000 {
            let blocks = seen..<(seen + looks.next)
            found += blocks.reduce(0) { $0 + matches($1) }
            seen = blocks.upperBound
            looks.looked(at: blocks.count, found: found, of: wanted)
        }
        return seen
    }

    @Test(arguments: [1, 3, 10, 64]) func `hardly more than will do where all hold as many`(_ matches: Int) {
        #expect(blocks(for: 200, matches: { _ in matches }) <= 200 / matches * 5 / 4 + 8)
    }

    @Test func `many at once where the first ones hold nothing`() {
        var looks = BlockLooks(first: 8, most: 500)
        var number = 0
        while looks.next < 500 {
            looks.looked(at: looks.next, found: 0, of: 100)
            number += 1
        }
        #expect(number == 3)
    }

    @Test func `never many because of what a few of them held`() {
        // One match in the first eight blocks, then one in each.
        #expect(blocks(for: 100, matches: { $0 < 8 ? ($0 == 0 ? 1 : 0) : 1 }) < 180)
    }
}
