import Testing

@testable import FailPoints

@Suite struct `Fail points` {
    @Test func `the pass with the given number counts, and no other`() throws {
        let trap = try #require(Trap("after-claim:3"))
        let counted = (1...5).map { _ in trap.counts(.afterClaim) }
        #expect(counted == [false, false, true, false, false])
    }

    @Test func `passes of other places do not count`() throws {
        let trap = try #require(Trap("after-dot:1"))
        #expect(!trap.counts(.afterClaim))
        #expect(trap.counts(.afterDot))
    }

    @Test func `a name alone means the first pass`() throws {
        let trap = try #require(Trap("during-import"))
        #expect(trap.counts(.duringImport))
    }

    @Test(arguments: ["after-clam:1", "after-claim:0", "after-claim:x", "after-claim:1:2", ":", "after-claim:"])
    func `what is no place or no number is refused`(_ text: String) {
        #expect(Trap(text) == nil)
    }

    @Test func `a process without the variable has none`() {
        #expect(FailPoint.armed == nil)
    }
}
