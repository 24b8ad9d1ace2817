import Testing

@testable import Importing

@Suite struct `A table of addresses` {
    /// Were they all to begin their search at one place, this would take hours.
    @Test(.timeLimit(.minutes(1))) func `finds each of 300,000 where it was put`() {
        var table = AddressTable(capacity: 300_000)
        let hashes = (0..<300_000).map { (number: Int) in
            withUnsafeBytes(of: UInt64(number)) { AddressHashes.hash($0, seed: 7) }
        }
        for (line, hash) in hashes.enumerated() where table.insert(hash, line: Int64(line)) != nil {
            Issue.record("line \(line) was found before it was there")
        }
        for (line, hash) in hashes.enumerated() where table.insert(hash, line: -1) != Int64(line) {
            Issue.record("line \(line) was not found")
        }
    }
}

@Suite struct `Hashes of addresses` {
    @Test func `know each of 100,000 after they have grown for them, some thousand at a time`() {
        var hashes = AddressHashes(capacity: 0)
        func hash(_ number: Int) -> UInt64 {
            withUnsafeBytes(of: UInt64(number)) { AddressHashes.hash($0, seed: 7) }
        }
        for piece in 0..<20 {
            hashes.grow(by: 5_000)
            for number in piece * 5_000..<(piece + 1) * 5_000 {
                if !hashes.insert(hash(number)).isNew { Issue.record("\(number) was there before it came") }
            }
        }
        #expect(hashes.count == 100_000 && hashes.places < 300_000)
        for number in 0..<100_000 where hashes.insert(hash(number)).isNew { Issue.record("\(number) was not there") }
    }
}
